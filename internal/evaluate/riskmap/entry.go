package riskmap

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

// mostValues bounds what is entered at once.
const mostValues = 1000

// Enter enters monthly values, all or none.
func (s *Service) Enter(ctx context.Context, actor auth.Actor, list ...Value) error {
	if len(list) == 0 || len(list) > mostValues {
		return fault.Invalidf("请一次登记 1 至 %d 个数值", mostValues)
	}
	for i := range list {
		if err := s.checkValue(actor, &list[i]); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, v := range list {
			if err := insertValue(ctx, tx, v); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "risk_value.enter", Kind: "risk_value", Subject: v.ID, Area: v.Area,
				Detail: map[string]any{"month": v.Month.String(), "kind": v.Kind, "value": v.Value.String(), "document": v.Document}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkValue refuses what cannot be, and names the value.
func (s *Service) checkValue(actor auth.Actor, v *Value) error {
	bad := fault.Invalidf("请检查填写的内容")
	if s.unit(v.Area) == "" {
		return bad.With("area", "请选择单元")
	}
	if err := s.Auth.Require(actor, auth.RiskEnter, auth.Scope{Area: v.Area}); err != nil {
		return err
	}
	if v.Document = strings.TrimSpace(v.Document); v.Document == "" || len([]rune(v.Document)) > 200 {
		return bad.With("document", "请写明出处（文号、通报、报表），最多 200 字")
	}
	ok := false
	for _, k := range ValueKinds {
		if k.ID != v.Kind {
			continue
		}
		ok = true
		if v.Value.Mantissa < 0 || k.top != "" && v.Value.Cmp(decimal.Must(k.top)) > 0 || k.whole && !v.Value.Rat().IsInt() {
			return bad.With("value", "%s：%s", k.Title, k.Hint)
		}
	}
	if !ok {
		return bad.With("kind", "请选择填写哪一项")
	}
	if v.Month < oldestMonth || v.Month > MonthAt(s.DB.Now()) {
		return bad.With("month", "请填写不晚于本月的月份")
	}
	v.ID, v.CreatedBy = db.NewID(), actor.ID
	return nil
}

func (s *Service) unit(area string) string {
	for _, u := range s.conf.Units {
		if u.Code == area {
			return u.Code
		}
	}
	return ""
}

// Add enters a happening.
func (s *Service) Add(ctx context.Context, actor auth.Actor, x Item) (Item, error) {
	bad := fault.Invalidf("请检查填写的内容")
	if s.unit(x.Area) == "" {
		return x, bad.With("area", "请选择单元")
	}
	if err := s.Auth.Require(actor, auth.RiskEnter, auth.Scope{Area: x.Area}); err != nil {
		return x, err
	}
	x.Title, x.Document = strings.TrimSpace(x.Title), strings.TrimSpace(x.Document)
	switch {
	case x.Title == "" || len([]rune(x.Title)) > 200:
		return x, bad.With("title", "请写明是什么事，最多 200 字")
	case x.Document == "" || len([]rune(x.Document)) > 200:
		return x, bad.With("document", "请写明出处（文号、报道、报告），最多 200 字")
	case x.Date.IsZero() || x.Date.After(s.DB.Now().In(beijing)):
		return x, bad.With("date", "请填写不晚于今天的日期")
	}
	switch x.Kind {
	case "discovery":
		if !Known(Levels, x.Level) || !Known(Kinds, x.What) {
			return x, bad.With("what", "请选择层级与情形")
		}
		x.Grade = ""
	case "event":
		if !Known(Grades, x.Grade) {
			return x, bad.With("grade", "请选择事件等级")
		}
		x.Level, x.What, x.SelfFound = "", "", false
	case "mass_incident":
		x.Level, x.What, x.Grade, x.SelfFound = "", "", "", false
	default:
		return x, bad.With("kind", "请选择事项")
	}
	x.ID, x.CreatedBy = db.NewID(), actor.ID
	return x, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := insertItem(ctx, tx, x); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "risk_item.enter", Kind: "risk_item", Subject: x.ID, Area: x.Area,
			Detail: map[string]any{"kind": x.Kind, "date": x.Date.Format(time.DateOnly), "title": x.Title, "document": x.Document}})
	})
}

// Withdraw takes back an item that was entered wrongly; frozen maps keep it.
func (s *Service) Withdraw(ctx context.Context, actor auth.Actor, id, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > 500 {
		return fault.Invalidf("请说明为什么撤回").With("reason", "必填，最多 500 字")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := itemByID(ctx, tx, id)
		if db.IsMissing(err) {
			return fault.NotFoundf("没有这条登记")
		}
		if err != nil {
			return err
		}
		if err := s.Auth.Require(actor, auth.RiskEnter, auth.Scope{Area: x.Area}); err != nil {
			return err
		}
		done, err := withdrawItem(ctx, tx, id, reason)
		if err != nil {
			return err
		}
		if !done {
			return fault.Conflictf("这条登记已经撤回")
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "risk_item.withdraw", Kind: "risk_item", Subject: id, Area: x.Area, Detail: map[string]any{"reason": reason}})
	})
}
