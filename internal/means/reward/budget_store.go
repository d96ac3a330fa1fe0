package reward

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// What is set aside and what is gone is counted from the awards; no second sum
// is kept that could differ.
const budgetColumns = `b.id, b.year, b.area, b.amount, b.document, b.created_by, b.updated_at, b.version,
	(SELECT CAST(COALESCE(SUM(a.amount), 0) AS BIGINT) FROM reward_award a WHERE a.budget_id = b.id AND a.state IN ('noticed', 'claimed', 'ready', 'disputed')),
	(SELECT CAST(COALESCE(SUM(a.amount), 0) AS BIGINT) FROM reward_award a WHERE a.budget_id = b.id AND a.state IN ('paid', 'recovering', 'forgiven')) FROM reward_budget b `

func scanBudget(s db.Scanner) (Budget, error) {
	var b Budget
	var updated int64
	err := s.Scan(&b.ID, &b.Year, &b.Area, &b.Amount, &b.Document, &b.CreatedBy, &updated, &b.Version, &b.Reserved, &b.Paid)
	b.UpdatedAt = moment(updated)
	return b, err
}

func budgetsOf(ctx context.Context, tx *db.Tx, year int) ([]Budget, error) {
	return db.All(ctx, tx, scanBudget, `SELECT `+budgetColumns+`WHERE b.year = $1 ORDER BY b.area`, year)
}

func budgetByID(ctx context.Context, tx *db.Tx, id string) (Budget, error) {
	return db.One(ctx, tx, scanBudget, `SELECT `+budgetColumns+`WHERE b.id = $1`, id)
}

// lockBudget keeps two grants from spending the same money.
func lockBudget(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM reward_budget WHERE id = $1`+tx.ForUpdate(), id)
	return err
}

func (s *Service) listBudgets(ctx context.Context, tx *db.Tx, actor auth.Actor) ([]Budget, error) {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.RewardRead, auth.Columns{Area: "b.area"}, &f.Args))
	return db.All(ctx, tx, scanBudget, `SELECT `+budgetColumns+`WHERE `+f.Where()+` ORDER BY b.year DESC, b.area LIMIT `+f.Put(most), f.Args...)
}

func insertBudget(ctx context.Context, tx *db.Tx, b Budget) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO reward_budget (id, year, area, amount, document, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
		b.ID, b.Year, b.Area, b.Amount, b.Document, b.CreatedBy, tx.Micros())
	return err
}

func saveBudget(ctx context.Context, tx *db.Tx, b Budget) error {
	n, err := db.Exec(ctx, tx, `UPDATE reward_budget SET amount = $1, document = $2, updated_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		b.Amount, b.Document, tx.Micros(), b.ID, b.Version)
	if err == nil && n == 0 {
		return errStale
	}
	return err
}
