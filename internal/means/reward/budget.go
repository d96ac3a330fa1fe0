package reward

import (
	"context"
	"database/sql"
	"strings"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// budgetFor finds the year's budget that pays for an area: the nearest level
// that has one.
func budgetFor(ctx context.Context, tx *db.Tx, area string, year int) (Budget, error) {
	list, err := budgetsOf(ctx, tx, year)
	if err != nil {
		return Budget{}, err
	}
	best := -1
	for i, b := range list {
		if auth.Covers(b.Area, area) && (best < 0 || len(auth.AreaPrefix(b.Area)) > len(auth.AreaPrefix(list[best].Area))) {
			best = i
		}
	}
	if best < 0 {
		return Budget{}, sql.ErrNoRows
	}
	return list[best], nil
}

// Budgets lists the budgets that the actor may see, the newest year first.
func (s *Service) Budgets(ctx context.Context, actor auth.Actor) (out []Budget, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.listBudgets(ctx, tx, actor)
		return err
	})
	return out, err
}

// SetBudget enters a year's budget of an area, or changes it; version is the one
// that the person saw, 0 for a new one. It cannot fall below what is spoken for.
func (s *Service) SetBudget(ctx context.Context, actor auth.Actor, b Budget) (out Budget, err error) {
	if err := s.Auth.Require(actor, auth.RewardBudget, auth.Scope{Area: b.Area}); err != nil {
		return out, err
	}
	b.Document = strings.TrimSpace(b.Document)
	now := year(s.DB.Now())
	switch bad := fault.Invalidf("请检查预算"); {
	case b.Year < now-1 || b.Year > now+1:
		return out, bad.With("year", "请填写 %d 至 %d", now-1, now+1)
	case b.Amount < 0:
		return out, bad.With("amount", "金额不能为负")
	case b.Document == "" || len([]rune(b.Document)) > 100:
		return out, bad.With("document", "请填写预算文件的文号，最多 100 字")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		before := Fen(0)
		if b.Version == 0 {
			if err := s.newBudget(ctx, tx, actor, &b); err != nil {
				return err
			}
		} else {
			if err := lockBudget(ctx, tx, b.ID); err != nil {
				return err
			}
			old, err := budgetByID(ctx, tx, b.ID)
			if err != nil {
				return err
			}
			if old.Area != b.Area || old.Year != b.Year {
				return fault.Invalidf("已登记的预算只能改金额和文号").With("area", "不能改")
			}
			if before = old.Amount; b.Amount < old.Reserved+old.Paid {
				return fault.Conflictf("已占用和已付共 %s，预算不能低于它", old.Reserved+old.Paid)
			}
			if err := saveBudget(ctx, tx, b); err != nil {
				return err
			}
		}
		err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "reward.budget", Kind: "reward_budget", Subject: b.ID, Area: b.Area,
			Detail: map[string]any{"year": b.Year, "before": before, "after": b.Amount, "document": b.Document}})
		if err != nil {
			return err
		}
		out, err = budgetByID(ctx, tx, b.ID)
		return err
	})
	return out, err
}

func (s *Service) newBudget(ctx context.Context, tx *db.Tx, actor auth.Actor, b *Budget) error {
	list, err := budgetsOf(ctx, tx, b.Year)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Area == b.Area {
			return fault.Conflictf("%d 年度的预算已经登记，请在其上修改", b.Year)
		}
	}
	b.ID, b.CreatedBy = db.NewID(), actor.ID
	return insertBudget(ctx, tx, *b)
}
