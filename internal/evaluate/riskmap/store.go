package riskmap

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func insertValue(ctx context.Context, tx *db.Tx, v Value) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO risk_value (id, area, month, kind, value, document, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.ID, v.Area, int64(v.Month), v.Kind, v.Value, v.Document, v.CreatedBy, tx.Micros())
	return err
}

// valuesOf reads what was entered for the months, the newest of each first.
func valuesOf(ctx context.Context, tx *db.Tx, months []Month) ([]Value, error) {
	args := make([]any, len(months))
	for i, m := range months {
		args[i] = int64(m)
	}
	return db.All(ctx, tx, func(s db.Scanner) (v Value, err error) {
		var month, at int64
		err = s.Scan(&v.ID, &v.Area, &month, &v.Kind, &v.Value, &v.Document, &v.CreatedBy, &v.ByName, &at)
		v.Month, v.CreatedAt = Month(month), moment(at)
		return v, err
	}, `SELECT v.id, v.area, v.month, v.kind, v.value, v.document, v.created_by, COALESCE(u.name, v.created_by), v.created_at FROM risk_value v LEFT JOIN app_user u ON u.id = v.created_by
		WHERE v.month IN (`+numbered(len(months))+`) ORDER BY v.id DESC`, args...)
}

// numbered is $1, $2 … $n.
func numbered(n int) string { return numberedFrom(1, n) }

// numberedFrom is n of them from the given one on.
func numberedFrom(first, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(list, ", ")
}

func insertItem(ctx context.Context, tx *db.Tx, x Item) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO risk_item (id, area, kind, on_date, level, what, grade, self_found, title, document, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		x.ID, x.Area, x.Kind, x.Date.Format(time.DateOnly), x.Level, x.What, x.Grade, x.SelfFound, x.Title, x.Document, x.CreatedBy, tx.Micros())
	return err
}

const itemColumns = `SELECT i.id, i.area, i.kind, i.on_date, i.level, i.what, i.grade, i.self_found, i.title, i.document, i.created_by, COALESCE(u.name, i.created_by), i.created_at,
	i.withdrawn_at, i.withdrawn_for FROM risk_item i LEFT JOIN app_user u ON u.id = i.created_by `

func scanItem(s db.Scanner) (x Item, err error) {
	var day string
	var at, withdrawn int64
	if err := s.Scan(&x.ID, &x.Area, &x.Kind, &day, &x.Level, &x.What, &x.Grade, &x.SelfFound, &x.Title, &x.Document, &x.CreatedBy, &x.ByName, &at, &withdrawn, &x.WithdrawnFor); err != nil {
		return x, err
	}
	x.CreatedAt, x.WithdrawnAt = moment(at), moment(withdrawn)
	x.Date, err = time.Parse(time.DateOnly, day)
	return x, err
}

// itemsOf reads what happened from one day up to another and still stands.
func itemsOf(ctx context.Context, tx *db.Tx, from, until time.Time) ([]Item, error) {
	return db.All(ctx, tx, scanItem, itemColumns+`WHERE i.on_date >= $1 AND i.on_date < $2 AND i.withdrawn_at = 0 ORDER BY i.on_date, i.id`, from.Format(time.DateOnly), until.Format(time.DateOnly))
}

func itemByID(ctx context.Context, tx *db.Tx, id string) (Item, error) {
	return db.One(ctx, tx, scanItem, itemColumns+`WHERE i.id = $1`, id)
}

func withdrawItem(ctx context.Context, tx *db.Tx, id, reason string) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE risk_item SET withdrawn_at = $1, withdrawn_for = $2 WHERE id = $3 AND withdrawn_at = 0`, tx.Micros(), reason, id)
	return n == 1, err
}

// tally is a count of an area.
type tally struct {
	area string
	n    int64
}

func scanTally(s db.Scanner) (t tally, err error) { err = s.Scan(&t.area, &t.n); return t, err }

// complaintsIn counts the clues that people brought from one moment up to
// another, by area.
func complaintsIn(ctx context.Context, tx *db.Tx, sources []string, from, until time.Time) ([]tally, error) {
	args := make([]any, 0, len(sources)+2)
	for _, s := range sources {
		args = append(args, s)
	}
	n := len(sources)
	args = append(args, from.UnixMicro(), until.UnixMicro())
	return db.All(ctx, tx, scanTally, fmt.Sprintf(`SELECT area, count(*) FROM clue WHERE source IN (%s) AND created_at >= $%d AND created_at < $%d GROUP BY area`, numbered(n), n+1, n+2), args...)
}

// exceedancesIn counts the alarms of exceedance that began in the time, by area.
func exceedancesIn(ctx context.Context, tx *db.Tx, from, until time.Time) ([]tally, error) {
	return db.All(ctx, tx, scanTally, `SELECT area, count(*) FROM alarm WHERE level IN ('exceed', 'grave') AND started_at >= $1 AND started_at < $2 GROUP BY area`, from.UnixMicro(), until.UnixMicro())
}

// begun is when the program received its first clue and its first alarm; zero
// when there is none.
func begun(ctx context.Context, tx *db.Tx) (clue, alarm time.Time, err error) {
	c, err := db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(min(created_at), 0) FROM clue`)
	if err != nil {
		return clue, alarm, err
	}
	a, err := db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(min(created_at), 0) FROM alarm`)
	return moment(c), moment(a), err
}

const editionColumns = `SELECT m.id, m.number, m.month, m.revision, m.state, m.reason, m.source, m.choices, m.facts, m.result, m.backing, m.drafted_by, COALESCE(d.name, m.drafted_by), m.drafted_at,
	m.signed_by, COALESCE(s.name, m.signed_by), m.signed_at, m.version FROM risk_map m LEFT JOIN app_user d ON d.id = m.drafted_by LEFT JOIN app_user s ON s.id = m.signed_by `

func scanEdition(s db.Scanner) (e Edition, err error) {
	var month, drafted, signed int64
	var choices, result, rows string
	if err := s.Scan(&e.ID, &e.Number, &month, &e.Revision, &e.State, &e.Reason, &e.Source, &choices, &e.Facts, &result, &rows, &e.DraftedBy, &e.Drafter, &drafted,
		&e.SignedBy, &e.Signer, &signed, &e.Version); err != nil {
		return e, err
	}
	e.Month, e.DraftedAt, e.SignedAt = Month(month), moment(drafted), moment(signed)
	for _, x := range []struct {
		text string
		to   any
	}{{choices, &e.Choices}, {result, &e.Result}, {rows, &e.Rows}} {
		if err := json.Unmarshal([]byte(x.text), x.to); err != nil {
			return e, fmt.Errorf("edition %s: %w", e.ID, err)
		}
	}
	return e, nil
}

func insertEdition(ctx context.Context, tx *db.Tx, e Edition) error {
	texts := [3][]byte{}
	for i, v := range []any{e.Choices, e.Result, e.Rows} {
		var err error
		if texts[i], err = json.Marshal(v); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO risk_map (id, number, month, revision, state, reason, source, choices, facts, result, backing, drafted_by, drafted_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`,
		e.ID, e.Number, int64(e.Month), e.Revision, e.State, e.Reason, e.Source, string(texts[0]), string(e.Facts), string(texts[1]), string(texts[2]), e.DraftedBy, tx.Micros())
	return err
}

// saveEdition writes what a step changes, unless another was faster.
func saveEdition(ctx context.Context, tx *db.Tx, e *Edition) error {
	signed := int64(0)
	if !e.SignedAt.IsZero() {
		signed = e.SignedAt.UnixMicro()
	}
	n, err := db.Exec(ctx, tx, `UPDATE risk_map SET state = $1, signed_by = $2, signed_at = $3, version = version + 1 WHERE id = $4 AND version = $5`, e.State, e.SignedBy, signed, e.ID, e.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	e.Version++
	return nil
}

func editionByID(ctx context.Context, tx *db.Tx, id ID) (Edition, error) {
	return db.One(ctx, tx, scanEdition, editionColumns+`WHERE m.id = $1`, id)
}

// editionsOf reads a month's editions, the newest first.
func editionsOf(ctx context.Context, tx *db.Tx, m Month) ([]Edition, error) {
	return db.All(ctx, tx, scanEdition, editionColumns+`WHERE m.month = $1 ORDER BY m.revision DESC`, int64(m))
}

// signedMonths lists the months that have a signed map, the newest first.
func signedMonths(ctx context.Context, tx *db.Tx, most int) ([]Month, error) {
	return db.All(ctx, tx, func(s db.Scanner) (m Month, err error) {
		var n int64
		err = s.Scan(&n)
		return Month(n), err
	}, `SELECT month FROM risk_map WHERE state = 'signed' ORDER BY month DESC LIMIT $1`, most)
}

// signedResults reads the signed verdicts, the newest first.
func signedResults(ctx context.Context, tx *db.Tx, most int) ([]Past, error) {
	return db.All(ctx, tx, func(s db.Scanner) (p Past, err error) {
		var month int64
		var text string
		if err := s.Scan(&p.Edition, &month, &text); err != nil {
			return p, err
		}
		p.Month = Month(month)
		return p, json.Unmarshal([]byte(text), &p.Result)
	}, `SELECT id, month, result FROM risk_map WHERE state = 'signed' ORDER BY month DESC LIMIT $1`, most)
}
