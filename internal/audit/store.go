package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingshao/qingshao/internal/db"
)

func insertEntry(ctx context.Context, tx *db.Tx, b body, text, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_entry (id, at, actor, action, kind, subject, body, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, b.ID, b.At, b.Actor, b.Action, b.Kind, b.Subject, string(text), hash)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_pending (entry_id) VALUES ($1)`, b.ID)
	return err
}

func hasEntry(ctx context.Context, tx *db.Tx, action, kind, subject string) (bool, error) {
	return db.One(ctx, tx, db.Value[bool], `SELECT EXISTS (SELECT 1 FROM audit_entry WHERE action = $1 AND kind = $2 AND subject = $3)`,
		action, kind, subject)
}

func inTree(ctx context.Context, tx *db.Tx, action, kind, subject string) (bool, error) {
	return db.One(ctx, tx, db.Value[bool], `SELECT EXISTS (SELECT 1 FROM audit_entry e JOIN audit_leaf l ON l.entry_id = e.id
		WHERE e.action = $1 AND e.kind = $2 AND e.subject = $3)`, action, kind, subject)
}

func anyPending(ctx context.Context, tx *db.Tx) (bool, error) {
	return db.One(ctx, tx, db.Value[bool], `SELECT EXISTS (SELECT 1 FROM audit_pending)`)
}

func setOrigin(ctx context.Context, tx *db.Tx, drawn string) (string, error) {
	return db.One(ctx, tx, db.Value[string], `UPDATE audit_head SET origin = CASE WHEN origin = '' THEN $1 ELSE origin END
		WHERE one = 1 RETURNING origin`, drawn)
}

func head(ctx context.Context, tx *db.Tx) (origin string, size int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT origin, size FROM audit_head WHERE one = 1`).Scan(&origin, &size)
	return origin, size, err
}

// takeLease gives the tree's size when the lease is ours or free. The row stays
// locked to the end of the transaction.
func takeLease(ctx context.Context, tx *db.Tx, owner string, until time.Time) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `UPDATE audit_head SET lease_owner = $1, lease_until = $2
		WHERE one = 1 AND (lease_owner = $1 OR lease_until <= $3) RETURNING size`, owner, until.UnixMicro(), tx.Micros())
}

func dropLease(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.ExecContext(ctx, `UPDATE audit_head SET lease_owner = '', lease_until = 0 WHERE lease_owner = $1`, owner)
	return err
}

func setSize(ctx context.Context, tx *db.Tx, size int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE audit_head SET size = $1 WHERE one = 1`, size)
	return err
}

type pendingEntry struct{ id, body string }

func pendingEntries(ctx context.Context, tx *db.Tx, limit int) ([]pendingEntry, error) {
	scan := func(s db.Scanner) (e pendingEntry, err error) {
		err = s.Scan(&e.id, &e.body)
		return e, err
	}
	return db.All(ctx, tx, scan, `SELECT e.id, e.body FROM audit_pending p JOIN audit_entry e ON e.id = p.entry_id
		ORDER BY p.entry_id LIMIT $1`, limit)
}

// rows writes "($1, $2), ($3, $4), …".
func rows(n, columns int) string {
	var b strings.Builder
	for i := range n {
		for c := range columns {
			sep := ", "
			switch {
			case c == 0 && i == 0:
				sep = "("
			case c == 0:
				sep = "), ("
			}
			fmt.Fprintf(&b, "%s$%d", sep, i*columns+c+1)
		}
	}
	return b.String() + ")"
}

func insertLeaves(ctx context.Context, tx *db.Tx, first int64, ids []string) error {
	args := make([]any, 0, 2*len(ids))
	for i, id := range ids {
		args = append(args, first+int64(i), id)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_leaf (seq, entry_id) VALUES `+rows(len(ids), 2), args...)
	return err
}

func insertNodes(ctx context.Context, tx *db.Tx, nodes []node) error {
	args := make([]any, 0, 2*len(nodes))
	for _, n := range nodes {
		args = append(args, n.idx, n.hash[:])
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_node (idx, hash) VALUES `+rows(len(nodes), 2), args...)
	return err
}

func deletePending(ctx context.Context, tx *db.Tx, ids []string) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM audit_pending WHERE entry_id IN `+strings.ReplaceAll(rows(len(ids), 1), "), (", ", "), args...)
	return err
}

// readHashes reads stored nodes in the order asked for; a missing one is an error.
func readHashes(ctx context.Context, tx *db.Tx, idx []int64) ([]tlog.Hash, error) {
	if len(idx) == 0 {
		return nil, nil
	}
	args := make([]any, len(idx))
	for i, x := range idx {
		args[i] = x
	}
	list, err := db.All(ctx, tx, scanNode, `SELECT idx, hash FROM audit_node WHERE idx IN `+
		strings.ReplaceAll(rows(len(idx), 1), "), (", ", "), args...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]tlog.Hash, len(list))
	for _, n := range list {
		found[n.idx] = n.hash
	}
	out := make([]tlog.Hash, len(idx))
	for i, x := range idx {
		h, ok := found[x]
		if !ok {
			return nil, fmt.Errorf("audit: node %d is missing", x)
		}
		out[i] = h
	}
	return out, nil
}

func scanNode(s db.Scanner) (node, error) {
	var n node
	var h []byte
	err := s.Scan(&n.idx, &h)
	copy(n.hash[:], h)
	if err == nil && len(h) != tlog.HashSize {
		n.hash = tlog.Hash{} // a hash of another length equals no other
	}
	return n, err
}

func checkpointOf(ctx context.Context, tx *db.Tx, size int64) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT note FROM audit_checkpoint WHERE size = $1`, size)
}

func newestCheckpoint(ctx context.Context, tx *db.Tx) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`)
}

// putCheckpoint stores the first checkpoint of a size and returns it.
func putCheckpoint(ctx context.Context, tx *db.Tx, size int64, text string) (string, error) {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_checkpoint (size, at, note) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING`,
		size, tx.Micros(), text)
	if err != nil {
		return "", err
	}
	return checkpointOf(ctx, tx, size)
}

func putWitnessed(ctx context.Context, tx *db.Tx, name string, c Checkpoint) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_witness (name, size, at, note) VALUES ($1, $2, $3, $4) ON CONFLICT (name, size) DO NOTHING`,
		name, c.Size, tx.Micros(), c.Note)
	return err
}

func readStatus(ctx context.Context, tx *db.Tx) (Status, error) {
	var s Status
	var oldest, signed, at sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT h.origin, h.size,
			(SELECT COUNT(*) FROM audit_pending),
			(SELECT MIN(e.at) FROM audit_pending p JOIN audit_entry e ON e.id = p.entry_id),
			(SELECT MAX(size) FROM audit_checkpoint), (SELECT MAX(at) FROM audit_checkpoint)
		FROM audit_head h WHERE h.one = 1`).Scan(&s.Origin, &s.Size, &s.Pending, &oldest, &signed, &at)
	if oldest.Valid {
		s.Behind = time.Duration(tx.Micros()-oldest.Int64) * time.Microsecond
	}
	s.Signed = signed.Int64
	if at.Valid {
		s.SignedAt = time.UnixMicro(at.Int64).UTC()
	}
	return s, err
}
