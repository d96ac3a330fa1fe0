package reward

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// grant sets the money aside and tells every reporter. It gives a note about
// what a second decision leaves as it is.
func (s *Service) grant(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward) (string, error) {
	if _, changed := Again(r.Sheet, s.Policy); len(changed) > 0 {
		return "", fault.Conflictf("规则在测算之后有变化（%s：%s → %s），请退回重新测算", changed[0].What, changed[0].Stored, changed[0].Now)
	}
	reports, err := reportsOf(ctx, tx, r.IssueID)
	if err != nil {
		return "", err
	}
	earlier, err := awardsOf(ctx, tx, r.ID)
	if err != nil {
		return "", err
	}
	plan, note, err := awards(r, reports, earlier)
	if err != nil {
		return "", err
	}
	if err := s.reserve(ctx, tx, r, plan); err != nil {
		return "", err
	}
	for _, a := range plan {
		if err := s.award(ctx, tx, actor, r, a); err != nil {
			return "", err
		}
	}
	return note, nil
}

// awards plans what each report gets: its share, less what an earlier decision
// has already paid. What was paid too much stays, and is noted.
func awards(r Reward, reports []Report, earlier []Award) (plan []Award, note string, err error) {
	if len(r.Sheet.Shares) != len(reports) {
		return nil, "", fault.Conflictf("测算之后又有新的举报并入这个问题，请退回重新测算")
	}
	for _, p := range r.Sheet.Shares {
		at := slices.IndexFunc(reports, func(x Report) bool { return x.Number == p.Report })
		if at < 0 {
			return nil, "", fault.Conflictf("举报 %s 已不属于这个问题，请退回重新测算", p.Report)
		}
		a := Award{RewardID: r.ID, Round: r.Round, TipID: reports[at].TipID, Report: p.Report, Area: r.Area, Part: p.Part, Amount: p.Amount, Words: p.Text, State: Noticed}
		paid := Fen(0)
		for _, e := range earlier {
			if e.TipID == a.TipID && (e.State == Paid || e.State == Forgiven) {
				paid += e.Amount
			}
		}
		switch {
		case paid > 0 && a.Amount > paid:
			a.Amount, a.Words = a.Amount-paid, a.Words+fmt.Sprintf("；重新核定为 %s，已付 %s，补发差额", p.Amount, paid)
		case paid > 0:
			if paid > a.Amount {
				note += fmt.Sprintf("%s 已付 %s，重新核定为 %s，多付 %s；如须追回请另行办理。", p.Report, paid, p.Amount, paid-a.Amount)
			}
			continue
		case a.Part == None:
			a.State = Refused
		}
		if a.State == Noticed && r.Sheet.Input.Honour {
			a.Honour = HonourOffered
		}
		plan = append(plan, a)
	}
	return plan, strings.TrimSpace(note), nil
}

// reserve checks the year's budget for what is to be granted, and marks the
// awards with it.
func (s *Service) reserve(ctx context.Context, tx *db.Tx, r Reward, plan []Award) error {
	sum := Fen(0)
	for _, a := range plan {
		if Live(a.State) {
			sum += a.Amount
		}
	}
	if sum == 0 {
		return nil
	}
	b, err := s.spend(ctx, tx, r.Area, sum)
	for i := range plan {
		if Live(plan[i].State) {
			plan[i].BudgetID = b.ID
		}
	}
	return err
}

// spend finds the budget that pays and refuses what it does not hold.
func (s *Service) spend(ctx context.Context, tx *db.Tx, area string, sum Fen) (Budget, error) {
	y := year(tx.Now)
	b, err := budgetFor(ctx, tx, area, y)
	if db.IsMissing(err) {
		return b, fault.Conflictf("还没有登记 %d 年度的举报奖励预算，请先登记", y)
	}
	if err != nil {
		return b, err
	}
	if err := lockBudget(ctx, tx, b.ID); err != nil {
		return b, err
	}
	if b, err = budgetByID(ctx, tx, b.ID); err != nil {
		return b, err
	}
	if sum > b.Left() {
		return b, fault.Conflictf("%d 年度预算还剩 %s，这次需要 %s；请先追加预算，再行批准", y, b.Left(), sum)
	}
	return b, nil
}

// award writes one award and its first entry.
func (s *Service) award(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward, a Award) error {
	on := r.Sheet.Input.On
	verb := Tell
	a.ID, a.DueFrom, a.DueTerm = AwardID(db.NewID()), tx.Now, s.term(on, Claim)
	if a.State == Refused {
		verb, a.DueTerm = Nothing, s.term(on, Appeal)
	}
	a.DueAt = s.due(a.DueFrom, a.DueTerm)
	if err := insertAward(ctx, tx, a); err != nil {
		return err
	}
	st, _ := AwardMachine.Find(Planned, verb)
	_, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: AwardMachine, Step: st, Actor: actor, Subject: string(a.ID), Area: a.Area, From: Planned,
		Form: flow.Form{"amount": a.Amount.String(), "text": a.Words}})
	return err
}

// deny tells every reporter that nothing is given, and why.
func (s *Service) deny(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward, form flow.Form) error {
	reports, err := reportsOf(ctx, tx, r.IssueID)
	if err != nil {
		return err
	}
	ground := form.Text("ground")
	if g, ok := s.Policy.Exclusion(ground, r.Sheet.Input.On); ok {
		ground = g.Name
	}
	for _, x := range reports {
		a := Award{RewardID: r.ID, Round: r.Round, TipID: x.TipID, Report: x.Number, Area: r.Area, Part: None, Words: ground + "。" + form.Text("reason"), State: Refused}
		if err := s.award(ctx, tx, actor, r, a); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes every award that is not paid off the reporters' pages.
func (s *Service) withdraw(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward, verb flow.Verb, note string) error {
	list, err := awardsOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		st, ok := AwardMachine.Find(a.State, verb)
		if !ok {
			continue
		}
		if err := s.move(ctx, tx, actor, &a, st, flow.Form{}, note, ""); err != nil {
			return err
		}
	}
	return nil
}

// overturn cancels what is not paid and asks back what is.
func (s *Service) overturn(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward, form flow.Form) error {
	if err := s.withdraw(ctx, tx, actor, r, Cancel, form.Text("document")); err != nil {
		return err
	}
	list, err := awardsOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		st, ok := AwardMachine.Find(a.State, Claw)
		if !ok {
			continue
		}
		f := flow.Form{"document": form.Text("document"), "reason": form.Text("reason")}
		if err := s.move(ctx, tx, actor, &a, st, f, "", ""); err != nil {
			return err
		}
	}
	return nil
}
