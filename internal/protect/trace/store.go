package trace

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const selectOpening = `SELECT c.code, c.kind, c.subject, c.part, c.label, c.area, c.reader, c.session, c.at FROM marked_copy c `

func scanOpening(s db.Scanner) (o Opening, err error) {
	var at int64
	err = s.Scan(&o.Code, &o.Kind, &o.Subject, &o.Part, &o.Label, &o.Area, &o.Reader, &o.Session, &at)
	o.At = time.UnixMicro(at).UTC()
	return o, err
}

func insertOpening(ctx context.Context, tx *db.Tx, o Opening) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO marked_copy (code, kind, subject, part, label, area, reader, session, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		o.Code, o.Kind, o.Subject, o.Part, o.Label, o.Area, o.Reader, o.Session, tx.Micros())
	return err
}

// openingsLike finds openings by their marks; ? stands for any symbol.
func openingsLike(ctx context.Context, tx *db.Tx, codes []string, limit int) ([]Opening, error) {
	var f db.Filter
	or := make([]string, len(codes))
	for i, c := range codes {
		or[i] = "c.code LIKE " + f.Put(strings.ReplaceAll(c, string(unknown), "_"))
	}
	mark := f.Put(limit)
	return db.All(ctx, tx, scanOpening, selectOpening+`WHERE `+strings.Join(or, " OR ")+` ORDER BY c.at DESC, c.code DESC LIMIT `+mark, f.Args...)
}

func (q Query) where() db.Filter {
	var f db.Filter
	for column, v := range map[string]string{"c.reader": q.Reader, "c.subject": q.Subject, "c.kind": q.Kind} {
		if v != "" {
			f.Add(column+" = ?", v)
		}
	}
	if !q.From.IsZero() {
		f.Add("c.at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add("c.at < ?", q.To.UnixMicro())
	}
	return f
}

func countOpenings(ctx context.Context, tx *db.Tx, q Query) (int, bool, error) {
	f := q.where()
	return db.Count(ctx, tx, `SELECT 1 FROM marked_copy c WHERE `+f.Where(), f.Args...)
}

func listOpenings(ctx context.Context, tx *db.Tx, q Query, after []string, limit int) ([]Opening, error) {
	f := q.where()
	if after != nil {
		at, err := strconv.ParseInt(after[0], 10, 64)
		if err != nil {
			return nil, err
		}
		f.Add("(c.at < ? OR c.at = ? AND c.code < ?)", at, at, after[1])
	}
	mark := f.Put(limit)
	return db.All(ctx, tx, scanOpening, selectOpening+`WHERE `+f.Where()+` ORDER BY c.at DESC, c.code DESC LIMIT `+mark, f.Args...)
}

func cursorOf(o Opening) string { return db.Cursor(strconv.FormatInt(o.At.UnixMicro(), 10), o.Code) }
