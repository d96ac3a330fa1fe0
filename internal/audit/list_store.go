package audit

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

func (f Filter) where() db.Filter {
	var w db.Filter
	if f.Actor != "" {
		w.Add("e.actor = ?", f.Actor)
	}
	if strings.HasSuffix(f.Action, ".") {
		w.Add(`e.action LIKE ? ESCAPE '\'`, db.LikeAny(f.Action)[1:])
	} else if f.Action != "" {
		w.Add("e.action = ?", f.Action)
	}
	if f.Kind != "" {
		w.Add("e.kind = ?", f.Kind)
	}
	if f.Subject != "" {
		w.Add("e.subject = ?", f.Subject)
	}
	if !f.From.IsZero() {
		w.Add("e.at >= ?", f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		w.Add("e.at < ?", f.To.UnixMicro())
	}
	w.Has(f.Words, "e.body")
	return w
}

func countRows(ctx context.Context, tx *db.Tx, f Filter) (int, bool, error) {
	w := f.where()
	return db.Count(ctx, tx, `SELECT 1 FROM audit_entry e WHERE `+w.Where(), w.Args...)
}

const rowColumns = `SELECT e.id, e.at, e.body, l.seq FROM audit_entry e `

// listRows gives entries before the cursor's key (moment and id).
func listRows(ctx context.Context, tx *db.Tx, f Filter, after []string, limit int) ([]Row, error) {
	w := f.where()
	if after != nil {
		at, err := strconv.ParseInt(after[0], 10, 64)
		if err != nil {
			return nil, err
		}
		w.Add("(e.at < ? OR e.at = ? AND e.id < ?)", at, at, after[1])
	}
	mark := w.Put(limit)
	return db.All(ctx, tx, scanRow, rowColumns+`LEFT JOIN audit_leaf l ON l.entry_id = e.id WHERE `+w.Where()+
		` ORDER BY e.at DESC, e.id DESC LIMIT `+mark, w.Args...)
}

func cursorOf(r Row) string {
	return db.Cursor(strconv.FormatInt(r.At.UnixMicro(), 10), r.ID)
}

// rowsOfAction gives all entries of one action, oldest first.
func rowsOfAction(ctx context.Context, tx *db.Tx, action string) ([]Row, error) {
	return db.All(ctx, tx, scanRow, rowColumns+`LEFT JOIN audit_leaf l ON l.entry_id = e.id WHERE e.action = $1 ORDER BY e.at, e.id`, action)
}

// rowsFrom gives entries in the order of the log.
func rowsFrom(ctx context.Context, tx *db.Tx, f Filter, from, before int64, limit int) ([]Row, error) {
	w := f.where()
	w.Add("l.seq >= ? AND l.seq < ?", from, before)
	mark := w.Put(limit)
	return db.All(ctx, tx, scanRow, rowColumns+`JOIN audit_leaf l ON l.entry_id = e.id WHERE `+w.Where()+
		` ORDER BY l.seq LIMIT `+mark, w.Args...)
}

func scanRow(s db.Scanner) (Row, error) {
	var r Row
	var at int64
	var seq sql.NullInt64
	if err := s.Scan(&r.ID, &at, &r.text, &seq); err != nil {
		return r, err
	}
	r.At, r.Seq = time.UnixMicro(at).UTC(), -1
	if seq.Valid {
		r.Seq = seq.Int64
	}
	b, _ := parseBody([]byte(r.text)) // an edited row is shown as far as it reads; Verify names it
	r.Actor, r.Action, r.Kind, r.Subject, r.Area, r.Detail = b.Actor, b.Action, b.Kind, b.Subject, b.Area, b.Detail
	return r, nil
}

// leafOf gives an entry's place and body.
func leafOf(ctx context.Context, tx *db.Tx, id string) (seq int64, text string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT l.seq, e.body FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE e.id = $1`, id).
		Scan(&seq, &text)
	return seq, text, err
}
