package supervise

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const selectOne = `SELECT d.id, d.number, d.issue_id, i.title, i.number, d.rung, d.state, d.area, d.agency, d.person_id, d.reason, d.demand, d.paper, d.term, d.due_at,
	d.overdue, d.public, d.raised_from, d.proposed_by, d.signed_by, d.signed_at, d.answered_by, d.ended_at, d.created_at, d.updated_at, d.version
	FROM supervision d JOIN issue i ON i.id = d.issue_id `

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func scan(s db.Scanner) (d Supervision, err error) {
	var term, due, signed, ended, created, updated int64
	err = s.Scan(&d.ID, &d.Number, &d.IssueID, &d.IssueTitle, &d.IssueNo, &d.Rung, &d.State, &d.Area, &d.Agency, &d.Person, &d.Reason, &d.Demand, &d.Paper, &term, &due,
		&d.Overdue, &d.Public, &d.From, &d.ProposedBy, &d.SignedBy, &signed, &d.AnsweredBy, &ended, &created, &updated, &d.Version)
	d.Term, d.DueAt, d.SignedAt, d.EndedAt, d.CreatedAt, d.UpdatedAt = moment(term), moment(due), moment(signed), moment(ended), moment(created), moment(updated)
	return d, err
}

func insert(ctx context.Context, tx *db.Tx, d Supervision) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO supervision (id, number, issue_id, held, rung, state, area, agency, person_id, reason, demand, term, public, raised_from, proposed_by, created_at, updated_at)
		VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)`,
		d.ID, d.Number, d.IssueID, d.Rung, d.State, d.Area, d.Agency, d.Person, d.Reason, d.Demand, micros(d.Term), d.Public, d.From, d.ProposedBy, tx.Micros())
	return err
}

// save writes what verbs change, unless another was faster. What has ended makes
// room for the next.
func save(ctx context.Context, tx *db.Tx, d *Supervision) error {
	held := ""
	if !d.EndedAt.IsZero() {
		held = string(d.ID)
	}
	n, err := db.Exec(ctx, tx, `UPDATE supervision SET held = $1, state = $2, demand = $3, paper = $4, due_at = $5, overdue = $6, signed_by = $7, signed_at = $8, answered_by = $9, ended_at = $10,
		updated_at = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		held, d.State, d.Demand, d.Paper, micros(d.DueAt), d.Overdue, d.SignedBy, micros(d.SignedAt), d.AnsweredBy, micros(d.EndedAt), tx.Micros(), d.ID, d.Version)
	if err == nil && n == 0 {
		return errStale
	}
	d.Version++
	return err
}

func byID(ctx context.Context, tx *db.Tx, id ID, lock string) (Supervision, error) {
	if lock != "" { // an outer join may not be locked; the row alone is
		if _, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM supervision WHERE id = $1`+lock, id); err != nil {
			return Supervision{}, err
		}
	}
	return db.One(ctx, tx, scan, selectOne+`WHERE d.id = $1`, id)
}

// lastOf is an issue's newest supervision, the zero value for none.
func lastOf(ctx context.Context, tx *db.Tx, issueID string) (Supervision, error) {
	list, err := db.All(ctx, tx, scan, selectOne+`WHERE d.issue_id = $1 ORDER BY d.id DESC LIMIT 1`, issueID)
	if err != nil || len(list) == 0 {
		return Supervision{}, err
	}
	return list[0], nil
}

func runningOnes(ctx context.Context, tx *db.Tx) ([]Supervision, error) {
	return db.All(ctx, tx, scan, selectOne+`WHERE d.held = '' ORDER BY d.id`)
}

// listed are the public ones that were issued: those that last, and those lifted
// since a moment.
func listed(ctx context.Context, tx *db.Tx, since time.Time) ([]Supervision, error) {
	return db.All(ctx, tx, scan, selectOne+`WHERE d.public AND d.signed_at > 0 AND d.state IN ('issued', 'answered', 'lifted') AND (d.ended_at = 0 OR d.ended_at > $1)
		ORDER BY CASE WHEN d.ended_at = 0 THEN 0 ELSE 1 END, d.signed_at DESC, d.id DESC LIMIT 200`, micros(since))
}

func (s *Service) filter(tx *db.Tx, actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.IssueRead, auth.Columns{Area: "d.area", Agency: "d.agency", Person: "d.person_id"}, &f.Args))
	if actor.Agency != "" { // what is only proposed is not shown to whom it is about
		f.Add("(d.signed_at > 0 OR d.agency <> ? OR "+s.Auth.Where(actor, auth.IssueSupervise, auth.Columns{Area: "d.area"}, &f.Args)+")", actor.Agency)
	}
	f.In("d.state", q.States)
	f.In("d.rung", q.Rungs)
	if q.Area != "" {
		f.Add("d.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Agency != "" {
		f.Add("d.agency = ?", q.Agency)
	}
	if q.IssueID != "" {
		f.Add("d.issue_id = ?", q.IssueID)
	}
	if q.Overdue {
		f.Add("d.due_at > 0 AND d.due_at < ?", tx.Micros())
	}
	if q.Running {
		f.Add("d.held = ''")
	}
	f.Has(q.Words, "d.number", "i.number", "i.title", "d.demand")
	return f
}

func (s *Service) list(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Supervision, error) {
	f := s.filter(tx, actor, q)
	if before != "" {
		f.Add("d.id < ?", before)
	}
	return db.All(ctx, tx, scan, selectOne+`WHERE `+f.Where()+` ORDER BY d.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) count(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(tx, actor, q)
	return db.Count(ctx, tx, `SELECT 1 FROM supervision d JOIN issue i ON i.id = d.issue_id WHERE `+f.Where(), f.Args...)
}
