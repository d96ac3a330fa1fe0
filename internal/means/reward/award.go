package reward

import (
	"context"
	"regexp"
	"strconv"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// move carries an award along a step: its clock, its entry in the timeline, and
// the end of the reward when nothing is left to do.
func (s *Service) move(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Award, st flow.Step, form flow.Form, note, once string) error {
	from := a.State
	a.State = st.Target(from)
	s.clock(tx, a, from, st, form)
	if err := saveAward(ctx, tx, a); err != nil {
		return err
	}
	_, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: AwardMachine, Step: st, Actor: actor, Subject: string(a.ID), Area: a.Area, From: from, Form: form, Note: note, Once: once})
	return err
}

// clock starts the term that the new state has; a verb that leaves the state
// leaves its term.
func (s *Service) clock(tx *db.Tx, a *Award, from flow.State, st flow.Step, form flow.Form) {
	on := DayOf(a.ToldAt)
	switch {
	case st.Verb == Extend:
		a.DueTerm = strconv.Itoa(form.Int("days")) + "w"
	case a.State == from:
		return
	case a.State == Noticed:
		a.DueTerm = s.term(on, Claim)
	case a.State == Claimed:
		a.DueTerm = s.term(on, Pay)
	case a.State == Ready:
		a.DueTerm = s.term(on, Collect)
	case a.State == Appealed || a.State == Disputed:
		a.DueTerm = s.term(on, Answer)
	default:
		a.DueTerm = ""
	}
	a.DueFrom = tx.Now
	a.DueAt = s.due(a.DueFrom, a.DueTerm)
}

// settle ends the reward once no award is left open.
func (s *Service) settle(ctx context.Context, tx *db.Tx, id ID) error {
	r, err := findReward(ctx, tx, id)
	if err != nil || r.State != Granted {
		return err
	}
	list, err := awardsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, a := range list {
		if Open(a.State) {
			return nil
		}
	}
	st, _ := s.machine.Find(r.State, Settle)
	return s.step(ctx, tx, clockActor, &r, st, flow.Form{}, "")
}

// DoAward carries out a verb of the desk on an award.
func (s *Service) DoAward(ctx context.Context, actor auth.Actor, id AwardID, verb flow.Verb, version int64, in map[string]any) error {
	if verb == Hand {
		if err := s.tryCode(ctx, actor, id, in); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.seenAward(actor)(lockAward(ctx, tx, id))
		if err != nil {
			return err
		}
		if a.Version != version {
			return errStale
		}
		st, form, err := s.checkAward(actor, a, verb, in)
		if err != nil {
			return err
		}
		if err := s.act(ctx, tx, actor, &a, st, form); err != nil {
			return err
		}
		return s.settle(ctx, tx, a.RewardID)
	})
}

func (s *Service) checkAward(actor auth.Actor, a Award, verb flow.Verb, in map[string]any) (flow.Step, flow.Form, error) {
	st, err := AwardMachine.Check(a.State, verb, s.can(actor, a.Scope()), awardFacts(actor, a))
	if err != nil {
		return st, nil, err
	}
	if st.Auto {
		return st, nil, fault.Conflictf("“%s”由举报人或系统进行，无需操作", st.Title)
	}
	form, err := st.Fill(in)
	return st, form, err
}

func awardFacts(actor auth.Actor, a Award) flow.Facts {
	return flow.Facts{notProposer: !actor.Is(a.Proposer), notReviewer: !actor.Is(a.Reviewer)}
}

func (s *Service) act(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Award, st flow.Step, form flow.Form) error {
	switch st.Verb {
	case Prepare:
		a.Voucher, a.Place = form.Text("voucher"), form.Text("place")
	case Hand:
		if !codeFits(form.Text("code"), a.ID, a.code) { // a new one was drawn meanwhile
			return fault.Conflictf("领奖码不符，请领取人核对")
		}
		if personal.MatchString(form.Text("remark")) {
			return fault.Invalidf("付款记录不能写可能识别领取人的号码").With("form.remark", "不写电话、证件号、银行卡号")
		}
		delete(form, "code")
		a.code, a.PaidAt, a.PaidBy = nil, tx.Now, actor.ID
	case Extend:
		if a.State == Lapsed {
			b, err := s.spend(ctx, tx, a.Area, a.Amount)
			if err != nil {
				return err
			}
			a.BudgetID, a.Voucher, a.Place = b.ID, "", ""
		}
	case Allow:
		if err := s.move(ctx, tx, actor, a, st, form, "", ""); err != nil {
			return err
		}
		return s.reconsider(ctx, tx, actor, a.RewardID, form)
	}
	return s.move(ctx, tx, actor, a, st, form, "", "")
}

// personal finds numbers that could name a person: telephones, identity cards, bank
// cards.
var personal = regexp.MustCompile(`\d[\d -]{9,}[\dXx]`)

// reconsider sends the reward back for a new sum after an appeal was right.
func (s *Service) reconsider(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, form flow.Form) error {
	r, err := findReward(ctx, tx, id)
	if err != nil {
		return err
	}
	st, ok := s.machine.Find(r.State, Reopen)
	if !ok {
		return nil // it is on the way already
	}
	f := flow.Form{"reason": "申诉理由成立：" + form.Text("reply")}
	if err := s.step(ctx, tx, actor, &r, st, f, ""); err != nil {
		return err
	}
	return s.announce(ctx, tx, actor, r, Reopen, f)
}

// tryCode looks at a code before anything is written, and counts a wrong one in
// a transaction of its own: the refusal must not undo the count. After five the
// code is void, and the reporter draws another.
func (s *Service) tryCode(ctx context.Context, actor auth.Actor, id AwardID, in map[string]any) error {
	var refusal error
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.seenAward(actor)(lockAward(ctx, tx, id))
		if err != nil {
			return err
		}
		_, form, err := s.checkAward(actor, a, Hand, in)
		if err != nil {
			return err
		}
		if len(a.code) == 0 {
			return fault.Conflictf("领取人还没有取得领奖码，或旧码已作废；请凭回执在进度页取得")
		}
		if codeFits(form.Text("code"), a.ID, a.code) {
			return nil
		}
		refusal = fault.Invalidf("领奖码不符，请领取人核对").With("form.code", "与领奖码不符")
		if a.Tries++; a.Tries >= mostTries {
			a.code, a.CodeAt = nil, moment(0)
			refusal = fault.Conflictf("领奖码已错 %d 次，现已作废；请领取人凭回执重新取得", mostTries)
		}
		st, _ := AwardMachine.Find(a.State, Wrong)
		return s.move(ctx, tx, actor, &a, st, flow.Form{}, "", "")
	})
	if err != nil {
		return err
	}
	return refusal
}

func (s *Service) seenAward(actor auth.Actor) func(Award, error) (Award, error) {
	return func(a Award, err error) (Award, error) {
		if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.RewardRead, a.Scope()) {
			return Award{}, fault.NotFoundf("没有这笔奖金，或者它不在您的查看范围内")
		}
		return a, err
	}
}

func (s *Service) tellDesk(ctx context.Context, tx *db.Tx, actor auth.Actor, a Award, what string, to auth.Capability) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: to, Area: a.Area}}, Except: []string{actor.ID}, Kind: s.machine.Kind, Subject: string(a.RewardID), Area: a.Area,
		Title: what + "：" + a.RewardNumber, Text: "请在奖励页查看", Link: "/rewards/" + string(a.RewardID), Confidential: true})
	return err
}

// GetAward opens an award.
func (s *Service) GetAward(ctx context.Context, actor auth.Actor, id AwardID) (f AwardFile, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if f.Award, err = s.seenAward(actor)(findAward(ctx, tx, id)); err != nil {
			return err
		}
		f.Timeline, err = s.Timeline.Of(ctx, tx, AwardMachine.Kind, string(id))
		return err
	})
	f.Actions = s.AwardActions(actor, f.Award)
	return f, err
}

// AwardActions lists what the actor may do with an award.
func (s *Service) AwardActions(actor auth.Actor, a Award) []flow.Action {
	return AwardMachine.Actions(a.State, s.can(actor, a.Scope()), awardFacts(actor, a))
}

// SeeAward checks that the actor may see the award.
func (s *Service) SeeAward(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seenAward(actor)(findAward(ctx, tx, AwardID(id)))
		return err
	})
}

// ListAwards reads a page of awards, newest first.
func (s *Service) ListAwards(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Award], err error) {
	before, err := q.before()
	if err != nil {
		return page, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = s.countAwards(ctx, tx, actor, q); err != nil {
			return err
		}
		page.Items, err = s.listAwards(ctx, tx, actor, q, before)
		return err
	})
	if len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
	}
	return page, err
}
