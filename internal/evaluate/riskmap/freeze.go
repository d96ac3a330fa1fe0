package riskmap

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Freeze drafts an edition of a month from the facts as they stand; a month that
// has a signed one needs a reason, since this corrects it.
func (s *Service) Freeze(ctx context.Context, actor auth.Actor, m Month, reason string) (e Edition, err error) {
	if err := s.Auth.Require(actor, auth.RiskEnter, s.scope()); err != nil {
		return e, err
	}
	reason = strings.TrimSpace(reason)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if m < oldestMonth || m > MonthAt(tx.Now) {
			return fault.Invalidf("请选择不晚于本月的月份").With("month", "不晚于本月")
		}
		list, err := editionsOf(ctx, tx, m)
		if err != nil {
			return err
		}
		e = Edition{ID: ID(db.NewID()), Month: m, Revision: 1, State: StateDraft, Reason: reason, DraftedBy: actor.ID}
		for _, x := range list {
			e.Revision = max(e.Revision, x.Revision+1)
			switch {
			case x.State == StateDraft:
				return fault.Conflictf("%s已有一期待签发，请先签发或作废", m.Title())
			case x.State == StateSigned && reason == "":
				return fault.Invalidf("%s已签发，更正须说明原因", m.Title()).With("reason", "请说明更正什么、为什么")
			}
		}
		g, err := s.gather(ctx, tx, m)
		if err != nil {
			return err
		}
		t, _ := At(s.conf.Tables, m)
		e.Source, e.Choices, e.Result, e.Rows = t.Source, t.Choices(), Judge(t, g.Facts), g.Rows
		if e.Facts, err = json.Marshal(g.Facts); err != nil {
			return err
		}
		if e.Number, err = db.NextNumber(ctx, tx, s.conf.Prefix); err != nil {
			return err
		}
		if err := insertEdition(ctx, tx, e); err != nil {
			if db.IsUnique(err) {
				return errStale
			}
			return err
		}
		if e, err = editionByID(ctx, tx, e.ID); err != nil {
			return err
		}
		step := flow.Step{Verb: Draft, To: StateDraft, Title: "冻结", Capability: capEnter, Fields: []flow.Field{{Name: "reason", Title: "更正的原因", Kind: flow.Text}}}
		form := flow.Form{}
		if reason != "" {
			form["reason"] = reason
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: step, Actor: actor, Subject: string(e.ID), Area: s.conf.Root, Form: form}); err != nil {
			return err
		}
		return s.tell(ctx, tx, actor, e, "待签发", notify.Audience{Capability: auth.RiskSign, Area: s.conf.Root})
	})
	return e, err
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, e Edition, what string, to notify.Audience) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{to}, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(e.ID), Area: to.Area,
		Title: e.Month.Title() + "风险预警图" + what, Text: e.Result.summary(), Link: "/risk-map?edition=" + string(e.ID)})
	return err
}

func (r Result) summary() string {
	n := map[Colour]int{}
	for _, u := range r.Units {
		n[u.Colour]++
	}
	return fmt.Sprintf("红色 %d 个、黄色 %d 个、绿色 %d 个单元。", n[Red], n[Yellow], n[Green])
}

// Do carries out a verb on an edition; version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) (e Edition, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if e, err = editionByID(ctx, tx, id); db.IsMissing(err) {
			return fault.NotFoundf("没有这一期风险预警图")
		} else if err != nil {
			return err
		}
		if e.Version != version {
			return errStale
		}
		st, err := Machine.Check(e.State, verb, s.can(actor), facts(actor, e))
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := e.State
		e.State = st.Target(from)
		if verb == Sign {
			e.SignedBy, e.SignedAt = actor.ID, tx.Now
			if err := s.supersede(ctx, tx, actor, e); err != nil {
				return err
			}
		}
		if err := saveEdition(ctx, tx, &e); err != nil {
			return err
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(e.ID), Area: s.conf.Root, From: from, Form: form}); err != nil {
			return err
		}
		if verb == Sign {
			told, err := s.follow(ctx, tx, actor, e)
			if err != nil {
				return err
			}
			if err := s.tellUnits(ctx, tx, actor, e, told); err != nil {
				return err
			}
		}
		e, err = editionByID(ctx, tx, id)
		return err
	})
	return e, err
}

// supersede retires the month's signed edition.
func (s *Service) supersede(ctx context.Context, tx *db.Tx, actor auth.Actor, e Edition) error {
	list, err := editionsOf(ctx, tx, e.Month)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State != StateSigned || x.ID == e.ID {
			continue
		}
		x.State = StateSuperseded
		if err := saveEdition(ctx, tx, &x); err != nil {
			return err
		}
		st, _ := Machine.Find(StateSigned, Supersede)
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(x.ID), Area: s.conf.Root, From: StateSigned, Form: flow.Form{}, Note: "更正版 " + e.Number}); err != nil {
			return err
		}
	}
	return nil
}

// tellUnits tells those who answer for a yellow or red unit, unless a task has.
func (s *Service) tellUnits(ctx context.Context, tx *db.Tx, actor auth.Actor, e Edition, told map[string]bool) error {
	names := map[string]string{}
	for _, u := range s.conf.Units {
		names[u.Code] = u.Name
	}
	for _, u := range e.Result.Units {
		if u.Colour == Green || told[u.Code] {
			continue
		}
		_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.RiskAnswer, Area: u.Code}}, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(e.ID), Area: u.Code,
			Title: fmt.Sprintf("%s风险预警图：%s %s，%d 个警示", e.Month.Title(), names[u.Code], u.Colour.Title(), u.Points), Text: "请打开查看每个警示的来历，跟踪问效。",
			Link: fmt.Sprintf("/risk-map/units/%s?edition=%s", u.Code, e.ID)})
		if err != nil {
			return err
		}
	}
	return nil
}

func facts(actor auth.Actor, e Edition) flow.Facts {
	return flow.Facts{notDrafter: !actor.Is(e.DraftedBy)}
}

func (s *Service) can(actor auth.Actor) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), s.scope()) }
}

// Actions lists what the actor may do with an edition.
func (s *Service) Actions(actor auth.Actor, e Edition) []flow.Action {
	if e.ID == "" {
		return []flow.Action{}
	}
	return Machine.Actions(e.State, s.can(actor), facts(actor, e))
}

// MayFreeze reports whether the actor may freeze a month.
func (s *Service) MayFreeze(actor auth.Actor) bool { return s.can(actor)(capEnter) }
