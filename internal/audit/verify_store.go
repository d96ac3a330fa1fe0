package audit

import (
	"context"
	"database/sql"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// leaf is a place in the tree with its entry; found is false when the entry is
// gone.
type leaf struct {
	seq     int64
	entryID string
	found   bool
	row     body // the columns, without Area and Detail
	text    string
	hash    []byte
}

func leavesFrom(ctx context.Context, tx *db.Tx, seq int64, limit int) ([]leaf, error) {
	return db.All(ctx, tx, scanLeaf, `SELECT l.seq, l.entry_id, e.id, e.at, e.actor, e.action, e.kind, e.subject, e.body, e.hash
		FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
		WHERE l.seq >= $1 ORDER BY l.seq LIMIT $2`, seq, limit)
}

func scanLeaf(s db.Scanner) (leaf, error) {
	var l leaf
	var id, actor, action, kind, subject, text sql.NullString
	var at sql.NullInt64
	err := s.Scan(&l.seq, &l.entryID, &id, &at, &actor, &action, &kind, &subject, &text, &l.hash)
	l.found = id.Valid
	l.row = body{ID: id.String, At: at.Int64, Actor: actor.String, Action: action.String, Kind: kind.String, Subject: subject.String}
	l.text = text.String
	return l, err
}

func nodesBetween(ctx context.Context, tx *db.Tx, from, before int64) (map[int64]node, error) {
	list, err := db.All(ctx, tx, scanNode, `SELECT idx, hash FROM audit_node WHERE idx >= $1 AND idx < $2`, from, before)
	found := make(map[int64]node, len(list))
	for _, n := range list {
		found[n.idx] = n
	}
	return found, err
}

func nodesOutside(ctx context.Context, tx *db.Tx, count int64) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM audit_node WHERE idx < 0 OR idx >= $1`, count)
}

// lastLeaf is the highest place in use, -1 when there is none.
func lastLeaf(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MAX(seq), -1) FROM audit_leaf`)
}

type storedCheckpoint struct {
	size int64
	note string
}

func scanCheckpoint(s db.Scanner) (c storedCheckpoint, err error) {
	err = s.Scan(&c.size, &c.note)
	return c, err
}

func allCheckpoints(ctx context.Context, tx *db.Tx) ([]storedCheckpoint, error) {
	return db.All(ctx, tx, scanCheckpoint, `SELECT size, note FROM audit_checkpoint ORDER BY size`)
}

func allWitnessed(ctx context.Context, tx *db.Tx) ([]storedCheckpoint, error) {
	return db.All(ctx, tx, scanCheckpoint, `SELECT size, note FROM audit_witness ORDER BY size, name`)
}

// loose is an entry that is in no leaf.
type loose struct {
	id      string
	at      int64
	pending bool
}

// looseEntries finds the entries that the tree does not hold, except pending
// ones younger than the given moment.
func looseEntries(ctx context.Context, tx *db.Tx, before time.Time, limit int) ([]loose, error) {
	scan := func(s db.Scanner) (e loose, err error) {
		err = s.Scan(&e.id, &e.at, &e.pending)
		return e, err
	}
	return db.All(ctx, tx, scan, `SELECT e.id, e.at, p.entry_id IS NOT NULL
		FROM audit_entry e LEFT JOIN audit_leaf l ON l.entry_id = e.id LEFT JOIN audit_pending p ON p.entry_id = e.id
		WHERE l.entry_id IS NULL AND (p.entry_id IS NULL OR e.at < $1) ORDER BY e.id LIMIT $2`, before.UnixMicro(), limit)
}

// orphans are waiting places whose entry is gone.
func orphans(ctx context.Context, tx *db.Tx, limit int) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT p.entry_id FROM audit_pending p LEFT JOIN audit_entry e ON e.id = p.entry_id
		WHERE e.id IS NULL ORDER BY p.entry_id LIMIT $1`, limit)
}

// keyEntries are the bodies that introduce signing keys.
func keyEntries(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT body FROM audit_entry WHERE action = $1 ORDER BY id`, keyAction)
}
