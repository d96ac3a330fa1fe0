package looptest

import (
	"context"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

func insertUser(ctx context.Context, tx *db.Tx, a auth.Actor) error {
	roles, err := rolesJSON(a)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO app_user (id, login, name, roles, area, agency, enterprise_id, created_at, updated_at)
		VALUES ($1, $1, $2, $3, $4, $5, $6, 1, 1)`, a.ID, a.Name, roles, a.Area, a.Agency, a.Enterprise)
	return err
}

func toldAbout(ctx context.Context, tx *db.Tx, subject, title string) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT user_id FROM notice WHERE subject = $1 AND title LIKE $2 ORDER BY user_id`, subject, title+"%")
}

// nextJob is when the next job is due, 0 for none.
func nextJob(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MIN(run_at), 0) FROM job WHERE state = 'ready'`)
}

// Dismiss takes all posts from a person.
func Dismiss(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_user SET roles = '[]' WHERE id = $1`, id)
	return err
}

// Holding names the columns of the whole database that hold a piece of text.
func Holding(ctx context.Context, tx *db.Tx, text string) (out []string, err error) {
	list := `SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	cast := `instr(CAST(%s AS BLOB), CAST($1 AS BLOB)) > 0`
	if tx.Engine == db.Postgres {
		list = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`
		cast = `strpos(%s::text, $1) > 0 OR strpos(%s::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`
	}
	columns, err := db.All(ctx, tx, db.Value[string], list)
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		table, column, _ := strings.Cut(c, ".")
		n, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM "`+table+`" WHERE `+strings.ReplaceAll(cast, "%s", `"`+column+`"`), text)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, c)
		}
	}
	return out, nil
}

// Row is a clue or an issue as its table holds it, for checks that go past the
// services.
type Row struct {
	Kind, ID, State    string
	Clock              string
	Due                int64
	Version            int64
	Lead, Person       string // of an issue
	Issue, Into, Refer string // of a clue: what it became or joined, was merged into, referred to
	Area               string
}

func scanRow(s db.Scanner) (r Row, err error) {
	return r, s.Scan(&r.Kind, &r.ID, &r.State, &r.Clock, &r.Due, &r.Version, &r.Lead, &r.Person, &r.Issue, &r.Into, &r.Refer, &r.Area)
}

// Rows reads every clue and issue.
func Rows(ctx context.Context, tx *db.Tx) ([]Row, error) {
	return db.All(ctx, tx, scanRow, `SELECT 'clue', id, state, clock, due_at, version, '', '', issue_id, merged_into, referred_to, area FROM clue
		UNION ALL SELECT 'issue', id, state, clock, due_at, version, lead_agency, person_id, '', '', '', area FROM issue ORDER BY 1, 2`)
}

// Planned lists the jobs of a kind that wait for their time, by the thing they
// are about.
func Planned(ctx context.Context, tx *db.Tx, kind string) (map[string]int64, error) {
	type planned struct {
		id string
		at int64
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (p planned, err error) { return p, s.Scan(&p.id, &p.at) },
		`SELECT dedup, run_at FROM job WHERE kind = $1 AND state = 'ready' AND dedup IS NOT NULL`, kind)
	out := map[string]int64{}
	for _, p := range list {
		out[p.id] = p.at
	}
	return out, err
}

// Dead counts the jobs that were given up.
func Dead(ctx context.Context, tx *db.Tx) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM job WHERE state = 'dead'`)
}

// Logged counts the audit entries of a kind by subject, action and actor, as
// "subject action actor".
func Logged(ctx context.Context, tx *db.Tx, kind string) (map[string]int, error) {
	list, err := db.All(ctx, tx, db.Value[string], `SELECT subject || ' ' || action || ' ' || actor FROM audit_entry WHERE kind = $1`, kind)
	out := map[string]int{}
	for _, k := range list {
		out[k]++
	}
	return out, err
}
