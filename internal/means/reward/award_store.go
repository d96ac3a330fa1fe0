package reward

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const awardColumns = `a.id, a.reward_id, r.number, r.proposer, r.reviewer, r.act, a.round, a.tip_id, a.report, a.area, a.part, a.amount, a.words, a.state, a.way, a.honour,
	a.voucher, a.place, a.code, a.code_at, a.tries, a.due_from, a.due_term, a.due_at, a.told_at, a.paid_at, a.paid_by, a.budget_id, a.created_at, a.updated_at, a.version
	FROM reward_award a JOIN reward r ON r.id = a.reward_id `

func scanAward(s db.Scanner) (Award, error) {
	var a Award
	var codeAt, from, due, told, paid, created, updated int64
	err := s.Scan(&a.ID, &a.RewardID, &a.RewardNumber, &a.Proposer, &a.Reviewer, &a.Act, &a.Round, &a.TipID, &a.Report, &a.Area, &a.Part, &a.Amount, &a.Words, &a.State, &a.Way, &a.Honour,
		&a.Voucher, &a.Place, &a.code, &codeAt, &a.Tries, &from, &a.DueTerm, &due, &told, &paid, &a.PaidBy, &a.BudgetID, &created, &updated, &a.Version)
	a.CodeAt, a.DueFrom, a.DueAt, a.ToldAt, a.PaidAt = moment(codeAt), moment(from), moment(due), moment(told), moment(paid)
	a.CreatedAt, a.UpdatedAt = moment(created), moment(updated)
	return a, err
}

func insertAward(ctx context.Context, tx *db.Tx, a Award) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO reward_award (id, reward_id, round, tip_id, report, area, part, amount, words, state, honour, due_from, due_term, due_at, told_at, budget_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $15, $15)`,
		a.ID, a.RewardID, a.Round, a.TipID, a.Report, a.Area, a.Part, a.Amount, a.Words, a.State, a.Honour, micros(a.DueFrom), a.DueTerm, micros(a.DueAt), tx.Micros(), a.BudgetID)
	return err
}

func saveAward(ctx context.Context, tx *db.Tx, a *Award) error {
	n, err := db.Exec(ctx, tx, `UPDATE reward_award SET state = $1, way = $2, honour = $3, voucher = $4, place = $5, code = $6, code_at = $7, tries = $8, due_from = $9, due_term = $10,
		due_at = $11, paid_at = $12, paid_by = $13, budget_id = $14, updated_at = $15, version = version + 1 WHERE id = $16 AND version = $17`,
		a.State, a.Way, a.Honour, a.Voucher, a.Place, a.code, micros(a.CodeAt), a.Tries, micros(a.DueFrom), a.DueTerm, micros(a.DueAt), micros(a.PaidAt), a.PaidBy, a.BudgetID, tx.Micros(), a.ID, a.Version)
	if err == nil && n == 0 {
		return errStale
	}
	a.Version++
	return err
}

func findAward(ctx context.Context, tx *db.Tx, id AwardID) (Award, error) {
	return db.One(ctx, tx, scanAward, `SELECT `+awardColumns+`WHERE a.id = $1`, id)
}

// lockAward locks an award behind its reward, in the order in which all verbs
// do.
func lockAward(ctx context.Context, tx *db.Tx, id AwardID) (Award, error) {
	a, err := findAward(ctx, tx, id)
	if err != nil {
		return a, err
	}
	if _, err := lockReward(ctx, tx, a.RewardID); err != nil {
		return a, err
	}
	return findAward(ctx, tx, id)
}

func awardsOf(ctx context.Context, tx *db.Tx, id ID) ([]Award, error) {
	return db.All(ctx, tx, scanAward, `SELECT `+awardColumns+`WHERE a.reward_id = $1 ORDER BY a.id`, id)
}

func awardsOfTip(ctx context.Context, tx *db.Tx, tipID string) ([]Award, error) {
	return db.All(ctx, tx, scanAward, `SELECT `+awardColumns+`WHERE a.tip_id = $1 ORDER BY a.id DESC`, tipID)
}

// runningAwards are those that a clock runs for.
func runningAwards(ctx context.Context, tx *db.Tx) ([]Award, error) {
	return db.All(ctx, tx, scanAward, `SELECT `+awardColumns+`WHERE a.due_at > 0 AND a.state IN ('noticed', 'claimed', 'ready', 'refused', 'appealed', 'disputed') ORDER BY a.id`)
}

func (s *Service) listAwards(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string) ([]Award, error) {
	f := s.filter(actor, q, "a")
	f.Has(q.Words, "a.report", "a.voucher", "r.number")
	if before != "" {
		f.Add("a.id < ?", before)
	}
	return db.All(ctx, tx, scanAward, `SELECT `+awardColumns+`WHERE `+f.Where()+` ORDER BY a.id DESC LIMIT `+f.Put(q.Limit+1), f.Args...)
}

func (s *Service) countAwards(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q, "a")
	f.Has(q.Words, "a.report", "a.voucher", "r.number")
	return db.Count(ctx, tx, `SELECT 1 FROM reward_award a JOIN reward r ON r.id = a.reward_id WHERE `+f.Where(), f.Args...)
}

// told reads what was granted in a time, for statistics.
func (s *Service) told(ctx context.Context, tx *db.Tx, actor auth.Actor, from, to int64) ([]Award, error) {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.RewardRead, auth.Columns{Area: "a.area"}, &f.Args))
	f.Add("a.told_at >= ? AND a.told_at < ? AND a.part <> 'none' AND a.state NOT IN ('replaced', 'cancelled', 'refused', 'appealed', 'upheld')", from, to)
	return db.All(ctx, tx, scanAward, `SELECT `+awardColumns+`WHERE `+f.Where()+` ORDER BY a.id LIMIT 50000`, f.Args...)
}
