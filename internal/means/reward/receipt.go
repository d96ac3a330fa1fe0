package reward

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Told is an award as its reporter sees it, who has shown the receipt. It names
// no other report.
type Told struct {
	Award
	Title    string // the state, for the reporter
	Act      string
	Document string
	On       Day
	Replies  []timeline.Entry // answers to appeals, reasons for asking back
	Claim    bool             // what may be done now
	Object   bool
	Code     bool
	Shown    bool // a code was drawn already: drawing another voids it
}

// OfReport reads what a reporter is told, newest first.
func (s *Service) OfReport(ctx context.Context, tipID string) (out []Told, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := awardsOfTip(ctx, tx, tipID)
		if err != nil {
			return err
		}
		for _, a := range list {
			t, err := s.toldOf(ctx, tx, a)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

func (s *Service) toldOf(ctx context.Context, tx *db.Tx, a Award) (Told, error) {
	r, err := findReward(ctx, tx, a.RewardID)
	if err != nil {
		return Told{}, err
	}
	act, _ := s.Policy.Act(r.Act, r.Sheet.Input.On)
	t := Told{Award: a, Title: AwardMachine.StateTitle(a.State), Act: act.Name, Document: r.Document, On: r.Sheet.Input.On}
	all, err := s.Timeline.Of(ctx, tx, AwardMachine.Kind, string(a.ID))
	for _, e := range all {
		if e.Verb == Uphold || e.Verb == Allow || e.Verb == Claw || e.Verb == Object {
			t.Replies = append(t.Replies, e)
		}
	}
	t.Claim, t.Object, t.Code = a.may(Take, tx.Now), a.may(Object, tx.Now), a.may(Code, tx.Now)
	t.Shown = !a.CodeAt.IsZero()
	return t, err
}

// may reports whether the reporter may still do something.
func (a Award) may(verb flow.Verb, now time.Time) bool {
	_, ok := AwardMachine.Find(a.State, verb)
	return ok && (a.DueAt.IsZero() || !now.After(a.DueAt))
}

// ByReceipt carries out what a reporter asks for: claim, decline, appeal.
func (s *Service) ByReceipt(ctx context.Context, tipID string, id AwardID, verb flow.Verb, in map[string]any) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, st, err := s.own(ctx, tx, tipID, id, verb)
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		what, to := "举报人放弃奖金", auth.RewardHandle
		switch verb {
		case Take:
			what = "举报人申领奖金，待开付款单"
			a.Way = form.Text("way")
			if a.Honour == HonourOffered && form.Text("honour") != "" {
				a.Honour = form.Text("honour")
			}
		case Object:
			what, to = "举报人申诉，待复核", auth.RewardReview
		}
		if err := s.move(ctx, tx, reporter, &a, st, form, "", ""); err != nil {
			return err
		}
		if err := s.tellDesk(ctx, tx, reporter, a, what, to); err != nil {
			return err
		}
		return s.settle(ctx, tx, a.RewardID)
	})
}

// Draw makes the collection code (领奖码), which is shown once and kept only as
// a hash. Drawing another voids the one before.
func (s *Service) Draw(ctx context.Context, tipID string, id AwardID) (code string, err error) {
	code = newCode()
	hash := codeHash(code, id)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a, st, err := s.own(ctx, tx, tipID, id, Code)
		if err != nil {
			return err
		}
		a.code, a.CodeAt, a.Tries = hash, tx.Now, 0
		return s.move(ctx, tx, reporter, &a, st, flow.Form{}, "", "")
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// own locks an award of the report whose receipt was shown.
func (s *Service) own(ctx context.Context, tx *db.Tx, tipID string, id AwardID, verb flow.Verb) (Award, flow.Step, error) {
	a, err := lockAward(ctx, tx, id)
	if db.IsMissing(err) || err == nil && a.TipID != tipID {
		return a, flow.Step{}, fault.NotFoundf("这件举报没有这笔奖励，请刷新后再看")
	}
	if err != nil {
		return a, flow.Step{}, err
	}
	st, ok := AwardMachine.Find(a.State, verb)
	if !ok || !byReporter(verb) {
		return a, st, fault.Conflictf("现在是“%s”，不能这样办理；请刷新后再看", AwardMachine.StateTitle(a.State))
	}
	if !a.may(verb, tx.Now) {
		return a, st, fault.Conflictf("期限 %s 已过；有正当理由的，请在举报进度页留言说明", a.DueAt.In(beijing).Format("2006年1月2日"))
	}
	return a, st, nil
}

func byReporter(v flow.Verb) bool { return v == Take || v == Decline || v == Object || v == Code }
