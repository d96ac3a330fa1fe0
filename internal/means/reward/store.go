package reward

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

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

const rewardColumns = `r.id, r.number, r.state, r.issue_id, i.number, i.title, r.area, r.act, r.document, r.total, r.sheet, r.round, r.proposer, r.reviewer, r.approver,
	r.due_at, r.granted_at, r.created_at, r.updated_at, r.version FROM reward r JOIN issue i ON i.id = r.issue_id `

func scanReward(s db.Scanner) (Reward, error) {
	var r Reward
	var sheet string
	var due, granted, created, updated int64
	err := s.Scan(&r.ID, &r.Number, &r.State, &r.IssueID, &r.IssueNumber, &r.IssueTitle, &r.Area, &r.Act, &r.Document, &r.Total, &sheet, &r.Round, &r.Proposer, &r.Reviewer, &r.Approver,
		&due, &granted, &created, &updated, &r.Version)
	if err != nil {
		return r, err
	}
	r.DueAt, r.GrantedAt, r.CreatedAt, r.UpdatedAt = moment(due), moment(granted), moment(created), moment(updated)
	return r, json.Unmarshal([]byte(sheet), &r.Sheet)
}

func insertReward(ctx context.Context, tx *db.Tx, r Reward) error {
	sheet, err := json.Marshal(r.Sheet)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO reward (id, number, state, issue_id, area, act, document, total, sheet, round, proposer, due_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
		r.ID, r.Number, r.State, r.IssueID, r.Area, r.Act, r.Document, r.Total, string(sheet), r.Round, r.Proposer, micros(r.DueAt), tx.Micros())
	return err
}

func saveReward(ctx context.Context, tx *db.Tx, r *Reward) error {
	sheet, err := json.Marshal(r.Sheet)
	if err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `UPDATE reward SET state = $1, act = $2, document = $3, total = $4, sheet = $5, round = $6, proposer = $7, reviewer = $8, approver = $9,
		due_at = $10, granted_at = $11, updated_at = $12, version = version + 1 WHERE id = $13 AND version = $14`,
		r.State, r.Act, r.Document, r.Total, string(sheet), r.Round, r.Proposer, r.Reviewer, r.Approver, micros(r.DueAt), micros(r.GrantedAt), tx.Micros(), r.ID, r.Version)
	if err == nil && n == 0 {
		return errStale
	}
	r.Version++
	return err
}

func findReward(ctx context.Context, tx *db.Tx, id ID) (Reward, error) {
	return db.One(ctx, tx, scanReward, `SELECT `+rewardColumns+`WHERE r.id = $1`, id)
}

func lockReward(ctx context.Context, tx *db.Tx, id ID) (Reward, error) {
	if _, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM reward WHERE id = $1`+tx.ForUpdate(), id); err != nil {
		return Reward{}, err
	}
	return findReward(ctx, tx, id)
}

// openReward finds a reward of an issue that was neither denied nor given up.
func openReward(ctx context.Context, tx *db.Tx, issueID string) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT number FROM reward WHERE issue_id = $1 AND state NOT IN ('dropped', 'revoked')`, issueID)
}

func undecided(ctx context.Context, tx *db.Tx) ([]Reward, error) {
	return db.All(ctx, tx, scanReward, `SELECT `+rewardColumns+`WHERE r.state IN ('draft', 'proposed', 'reviewed', 'endorsed') ORDER BY r.id`)
}

type issueRow struct{ ID, Number, Title, Area string }

func lockIssue(ctx context.Context, tx *db.Tx, id string) (issueRow, error) {
	return db.One(ctx, tx, func(s db.Scanner) (i issueRow, err error) {
		err = s.Scan(&i.ID, &i.Number, &i.Title, &i.Area)
		return i, err
	}, `SELECT id, number, title, area FROM issue WHERE id = $1`+tx.ForUpdate(), id)
}

// reportsOf reads the reports that follow an issue, in the order in which they
// came.
func reportsOf(ctx context.Context, tx *db.Tx, issueID string) ([]Report, error) {
	return db.All(ctx, tx, func(s db.Scanner) (r Report, err error) {
		var at int64
		err = s.Scan(&r.TipID, &r.Number, &r.Mode, &r.Kind, &at)
		r.At = moment(at)
		return r, err
	}, `SELECT id, number, mode, kind, created_at FROM tip WHERE issue_id = $1 ORDER BY created_at, id`, issueID)
}

// most bounds the lists that are read whole.
const most = 200

func (s *Service) candidates(ctx context.Context, tx *db.Tx, actor auth.Actor) ([]Candidate, error) {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.RewardHandle, auth.Columns{Area: "i.area"}, &f.Args))
	return db.All(ctx, tx, func(s db.Scanner) (c Candidate, err error) {
		var first int64
		err = s.Scan(&c.IssueID, &c.Number, &c.Title, &c.Area, &c.State, &c.Reports, &first)
		c.First = moment(first)
		return c, err
	}, `SELECT i.id, i.number, i.title, i.area, i.state, COUNT(t.id), MIN(t.created_at) FROM issue i JOIN tip t ON t.issue_id = i.id
		WHERE NOT EXISTS (SELECT 1 FROM reward r WHERE r.issue_id = i.id AND r.state NOT IN ('dropped', 'revoked')) AND `+f.Where()+`
		GROUP BY i.id, i.number, i.title, i.area, i.state ORDER BY MIN(t.created_at) LIMIT `+f.Put(most), f.Args...)
}

func (s *Service) filter(actor auth.Actor, q Query, t string) db.Filter {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.RewardRead, auth.Columns{Area: t + ".area"}, &f.Args))
	f.In(t+".state", q.States)
	if q.Area != "" {
		f.Add(t+".area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Late {
		f.Add(t+".due_at > 0 AND "+t+".due_at < ?", s.DB.Now().UnixMicro())
		f.In(t+".state", openStates(t))
	}
	if !q.From.IsZero() {
		f.Add(t+".created_at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add(t+".created_at < ?", q.To.UnixMicro())
	}
	return f
}

func openStates(t string) (out []string) {
	if t == "r" {
		return []string{string(Draft), string(Proposed), string(Reviewed), string(Endorsed)}
	}
	for _, st := range AwardMachine.Open() {
		out = append(out, string(st))
	}
	return out
}

func (s *Service) listRewards(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string) ([]Reward, error) {
	f := s.filter(actor, q, "r")
	f.Has(q.Words, "r.number", "r.document", "i.number", "i.title")
	if before != "" {
		f.Add("r.id < ?", before)
	}
	return db.All(ctx, tx, scanReward, `SELECT `+rewardColumns+`WHERE `+f.Where()+` ORDER BY r.id DESC LIMIT `+f.Put(q.Limit+1), f.Args...)
}

func (s *Service) countRewards(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q, "r")
	f.Has(q.Words, "r.number", "r.document", "i.number", "i.title")
	return db.Count(ctx, tx, `SELECT 1 FROM reward r JOIN issue i ON i.id = r.issue_id WHERE `+f.Where(), f.Args...)
}
