package reward_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
	. "github.com/qingshao/qingshao/internal/means/reward"
)

var (
	bg         = context.Background()
	desk       = auth.Actor{ID: "desk", Name: "专岗甲", Roles: []auth.Role{auth.Reward}, Area: "330302"}
	desk2      = auth.Actor{ID: "desk2", Name: "专岗乙", Roles: []auth.Role{auth.Reward}, Area: "330302"}
	faraway    = auth.Actor{ID: "far", Name: "龙湾专岗", Roles: []auth.Role{auth.Reward}, Area: "330303"}
	reviewer   = looptest.Person("reviewer")
	reviewer2  = auth.Actor{ID: "reviewer2", Name: "审核乙", Roles: []auth.Role{auth.Reviewer}, Area: "330302"}
	leader     = looptest.Person("leader")
	supervisor = looptest.Person("supervisor")
	both       = auth.Actor{ID: "both", Name: "身兼两职", Roles: []auth.Role{auth.Reviewer, auth.Leader, auth.Reward}, Area: "330302"}
)

type scene struct {
	t     *testing.T
	c     *looptest.City
	s     *Service
	issue issue.Issue
	tips  []string // ids; numbers are WZ-J-<n>
}

func each(t *testing.T, reports int, f func(x *scene)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		x := &scene{t: t, c: c, s: New(Deps{DB: d, Auth: c.Policy, Policy: place(), Calendar: calendar.New(nil, nil), Files: c.Files, Notify: c.Notify, Timeline: c.Timeline})}
		x.issue = c.Issue("夜间偷排")
		for i := range reports {
			x.report(i + 1)
		}
		f(x)
	})
}

// report writes a report that follows the issue, a minute after the one before.
func (x *scene) report(n int) {
	x.t.Helper()
	id := db.NewID()
	x.tips = append(x.tips, id)
	x.c.Write(func(ctx context.Context, tx *db.Tx) error {
		clues, err := db.All(ctx, tx, db.Value[string], `SELECT id FROM clue`)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `INSERT INTO tip (id, number, mode, channel, kind, body, area, answers, files, proof, once, clue_id, follows, issue_id, stage, closed, note, agency, due_at, closed_at, review, created_at, updated_at)
			VALUES ($1, $2, 'anonymous', 'web', 'water', '夜间偷排', '330302', '[]', '[]', $3, '', $4, $4, $5, '', FALSE, '', '', 0, 0, 'fresh', $6, $6)`,
			id, fmt.Sprintf("WZ-J-%d", n), []byte("x"), clues[0], x.issue.ID, tx.Micros()+int64(n)*60e6)
		return err
	})
}

func (x *scene) proposal(f func(*Input)) Proposal {
	in := Input{On: DayOf(x.c.Clock.Now()), Act: "evade", Basis: ByFine, Fine: 120_000_000, Document: "温环罚〔2026〕1号"}
	for i := range x.tips {
		part := Joint
		if i == 0 {
			part = First
		}
		in.Reporters = append(in.Reporters, Reporter{Report: fmt.Sprintf("WZ-J-%d", i+1), Part: part})
	}
	if f != nil {
		f(&in)
	}
	return Proposal{IssueID: string(x.issue.ID), Input: in, Text: "查实"}
}

func (x *scene) propose(f func(*Input)) ID {
	x.t.Helper()
	r, err := x.s.Propose(bg, desk, x.proposal(f))
	if err != nil {
		x.t.Fatal(err)
	}
	return r.ID
}

func (x *scene) file(id ID) File {
	x.t.Helper()
	f, err := x.s.Get(bg, supervisor, id)
	if err != nil {
		x.t.Fatal(err)
	}
	return f
}

var forms = map[flow.Verb]map[string]any{
	Submit: {}, Review: {"seen": "温环罚〔2026〕1号", "opinion": "属实"}, Endorse: {"opinion": "同意"}, Grant: {"opinion": "同意"},
	Return: {"reason": "补正"}, Deny: {"ground": "known", "reason": "举报前已立案"}, Reopen: {"reason": "有新的情况"}, Drop: {"reason": "重复"},
	Overturn: {"document": "温行复〔2026〕3号", "reason": "处罚被撤销"},
}

func (x *scene) do(who auth.Actor, id ID, verb flow.Verb) error {
	return x.s.Do(bg, who, id, verb, x.file(id).Reward.Version, forms[verb])
}

func (x *scene) must(who auth.Actor, id ID, verbs ...flow.Verb) {
	x.t.Helper()
	for _, v := range verbs {
		if err := x.do(who, id, v); err != nil {
			x.t.Fatalf("%s by %s: %v", v, who.ID, err)
		}
	}
}

func (x *scene) budget(amount Fen) {
	x.t.Helper()
	if _, err := x.s.SetBudget(bg, leader, Budget{Year: 2026, Area: "330302", Amount: amount, Document: "鹿财〔2026〕1号"}); err != nil {
		x.t.Fatal(err)
	}
}

// granted brings a reward to the reporters.
func (x *scene) granted(f func(*Input)) ID {
	x.t.Helper()
	id := x.propose(f)
	x.must(reviewer, id, Review)
	x.must(leader, id, Endorse)
	x.must(supervisor, id, Grant)
	return id
}

func (x *scene) mine(n int) Told {
	x.t.Helper()
	list, err := x.s.OfReport(bg, x.tips[n])
	if err != nil || len(list) == 0 {
		x.t.Fatalf("%d: %v", n, err)
	}
	return list[0]
}

func (x *scene) award(who auth.Actor, n int, verb flow.Verb, form map[string]any) error {
	a := x.mine(n)
	return x.s.DoAward(bg, who, a.ID, verb, a.Version, form)
}

func (x *scene) by(n int, verb flow.Verb, form map[string]any) error {
	return x.s.ByReceipt(bg, x.tips[n], x.mine(n).ID, verb, form)
}

func (x *scene) states(id ID) string {
	x.t.Helper()
	f := x.file(id)
	out := []string{string(f.Reward.State) + ":"}
	for _, a := range f.Awards {
		out = append(out, fmt.Sprintf("%s=%s/%d", strings.TrimPrefix(a.Report, "WZ-J-"), a.State, a.Amount))
	}
	return strings.Join(out, " ")
}

func expect(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if want == "" && err != nil || want != "" && !fault.Is(err, want) {
		t.Errorf("%s: %v, want %q", what, err, want)
	}
}

// The whole way, with everybody who may not take a step.
func TestReward_IsReallyPaid(t *testing.T) {
	each(t, 1, func(x *scene) {
		t := x.t
		for name, c := range map[string]struct {
			who  auth.Actor
			f    func(*Input)
			want fault.Kind
		}{
			"another area":       {faraway, nil, fault.NotFound},
			"a reviewer":         {reviewer, nil, fault.NotFound},
			"a report forgotten": {desk, func(i *Input) { i.Reporters = nil }, fault.Invalid},
			"a foreign report":   {desk, func(i *Input) { i.Reporters = append(i.Reporters, Reporter{Report: "WZ-J-9", Part: Joint}) }, fault.Invalid},
			"decided tomorrow":   {desk, func(i *Input) { i.On = DayOf(x.c.Clock.Now().Add(24 * time.Hour)) }, fault.Invalid},
			"an unknown act":     {desk, func(i *Input) { i.Act = "noise" }, fault.Invalid},
		} {
			_, err := x.s.Propose(bg, c.who, x.proposal(c.f))
			expect(t, name, err, c.want)
		}
		if list, err := x.s.Candidates(bg, desk); err != nil || len(list) != 1 || list[0].Reports != 1 {
			t.Errorf("candidates: %+v %v", list, err)
		}
		id := x.propose(nil)
		if list, err := x.s.Candidates(bg, desk); err != nil || len(list) != 0 {
			t.Errorf("candidates after: %+v %v", list, err)
		}
		_, err := x.s.Propose(bg, desk2, x.proposal(nil))
		expect(t, "twice", err, fault.Conflict)
		expect(t, "review by the desk", x.do(desk, id, Review), fault.Forbidden)
		expect(t, "approved before the review", x.do(leader, id, Endorse), fault.Conflict)
		x.must(both, id, Review)
		expect(t, "approval by the reviewer", x.do(both, id, Endorse), fault.Forbidden)
		x.must(leader, id, Endorse)
		expect(t, "both approvals by one", x.do(leader, id, Grant), fault.Forbidden)
		expect(t, "no budget", x.do(supervisor, id, Grant), fault.Conflict)
		x.budget(5_999_999)
		expect(t, "a fen too little", x.do(supervisor, id, Grant), fault.Conflict)
		b, err := x.s.Budgets(bg, leader)
		if err != nil || len(b) != 1 {
			t.Fatal(b, err)
		}
		b[0].Amount = 6_000_000
		if _, err := x.s.SetBudget(bg, leader, b[0]); err != nil {
			t.Fatal(err)
		}
		if got := x.states(id); got != "endorsed:" {
			t.Errorf("a refused grant left %s", got)
		}
		x.must(supervisor, id, Grant)
		if got := x.states(id); got != "granted: 1=noticed/6000000" {
			t.Error(got)
		}
		if b := x.file(id).Budget; b.Left() != 0 || b.Reserved != 6_000_000 {
			t.Errorf("%+v", b)
		}
		told := x.mine(0)
		if !told.Claim || told.Amount != 6_000_000 || told.DueAt.IsZero() {
			t.Errorf("%+v", told)
		}
		expect(t, "another's receipt", x.s.ByReceipt(bg, "other", told.ID, Take, map[string]any{"way": "window"}), fault.NotFound)
		expect(t, "a verb of the desk by receipt", x.s.ByReceipt(bg, x.tips[0], told.ID, Prepare, nil), fault.Conflict)
		expect(t, "no way chosen", x.by(0, Take, nil), fault.Invalid)
		expect(t, "claim", x.by(0, Take, map[string]any{"way": "window"}), "")
		expect(t, "claim twice", x.by(0, Take, map[string]any{"way": "window"}), fault.Conflict)
		_, err = x.s.Draw(bg, x.tips[0], told.ID)
		expect(t, "a code before the voucher", err, fault.Conflict)
		voucher := map[string]any{"voucher": "鹿环奖付 1", "place": "政务中心 3 号窗口"}
		expect(t, "voucher by a reviewer", x.award(reviewer, 0, Prepare, voucher), fault.Forbidden)
		expect(t, "voucher", x.award(desk, 0, Prepare, voucher), "")
		pay := func(code string) map[string]any { return map[string]any{"code": code} }
		expect(t, "no code drawn", x.award(desk2, 0, Hand, pay("1234 5678 9012")), fault.Conflict)
		void, err := x.s.Draw(bg, x.tips[0], told.ID)
		expect(t, "draw", err, "")
		code, err := x.s.Draw(bg, x.tips[0], told.ID)
		expect(t, "draw again", err, "")
		expect(t, "the voided code", x.award(desk2, 0, Hand, pay(void)), fault.Invalid)
		expect(t, "the proposer pays", x.award(desk, 0, Hand, pay(code)), fault.Forbidden)
		expect(t, "a name in the record", x.award(desk2, 0, Hand, map[string]any{"code": code, "remark": "身份证 33030219900101123X"}), fault.Invalid)
		expect(t, "pay", x.award(desk2, 0, Hand, pay(code)), "")
		if got := x.states(id); got != "settled: 1=paid/6000000" {
			t.Error(got)
		}
		if b := x.file(id).Budget; b.Paid != 6_000_000 || b.Reserved != 0 {
			t.Errorf("%+v", b)
		}
		if f := x.file(id); !f.Same || len(f.Changed) != 0 {
			t.Errorf("the sheet done again: %v %v", f.Same, f.Changed)
		}
		x.nowhere(strings.ReplaceAll(code, "-", ""), code)
	})
}

// nowhere checks that no table holds one of the words.
func (x *scene) nowhere(words ...string) {
	x.t.Helper()
	x.c.Write(func(ctx context.Context, tx *db.Tx) error {
		rows, err := db.All(ctx, tx, db.Value[string], `SELECT data || shown || note FROM timeline`)
		if err != nil {
			return err
		}
		more, err := db.All(ctx, tx, db.Value[string], `SELECT report || words || voucher || place FROM reward_award`)
		for _, r := range append(rows, more...) {
			for _, w := range words {
				if strings.Contains(r, w) {
					x.t.Errorf("%q stands in %q", w, r)
				}
			}
		}
		return err
	})
}

func TestCertificate_WithConsentAlone(t *testing.T) {
	each(t, 2, func(x *scene) {
		x.budget(100_000_000)
		x.granted(func(i *Input) { i.Honour = true })
		for n, answer := range []string{"yes", "no"} {
			_, err := x.s.Certificate(bg, x.tips[n], x.mine(n).ID, "温州市")
			expect(x.t, "before the answer", err, fault.Conflict)
			expect(x.t, "claim", x.by(n, Take, map[string]any{"way": "window", "honour": answer}), "")
		}
		paper, err := x.s.Certificate(bg, x.tips[0], x.mine(0).ID, "温州市")
		if err != nil || !strings.HasPrefix(string(paper), "%PDF-1") {
			x.t.Errorf("%d bytes: %v", len(paper), err)
		}
		_, err = x.s.Certificate(bg, x.tips[1], x.mine(1).ID, "温州市")
		expect(x.t, "who did not agree", err, fault.Conflict)
		_, err = x.s.Certificate(bg, x.tips[1], x.mine(0).ID, "温州市")
		expect(x.t, "another's", err, fault.NotFound)
	})
}

func TestCode_IsVoidAfterFiveWrongTries(t *testing.T) {
	each(t, 1, func(x *scene) {
		x.budget(100_000_000)
		x.granted(nil)
		expect(x.t, "claim", x.by(0, Take, map[string]any{"way": "bank"}), "")
		expect(x.t, "voucher", x.award(desk, 0, Prepare, map[string]any{"voucher": "1", "place": "网点"}), "")
		code, err := x.s.Draw(bg, x.tips[0], x.mine(0).ID)
		expect(x.t, "draw", err, "")
		for i := range 5 {
			want := fault.Invalid
			if i == 4 {
				want = fault.Conflict
			}
			expect(x.t, "a wrong code", x.award(desk2, 0, Hand, map[string]any{"code": "000000000000"}), want)
		}
		expect(x.t, "the right code, too late", x.award(desk2, 0, Hand, map[string]any{"code": code}), fault.Conflict)
		code, err = x.s.Draw(bg, x.tips[0], x.mine(0).ID)
		expect(x.t, "draw another", err, "")
		expect(x.t, "pay", x.award(desk2, 0, Hand, map[string]any{"code": code}), "")
	})
}

func TestDeny_AppealAndSecondDecision(t *testing.T) {
	each(t, 2, func(x *scene) {
		x.budget(100_000_000)
		id := x.propose(nil)
		x.must(reviewer, id, Deny)
		if got := x.states(id); got != "denied: 1=refused/0 2=refused/0" {
			x.t.Error(got)
		}
		if a := x.mine(1); !a.Object || a.Claim || !strings.Contains(a.Words, "举报前已立案") {
			x.t.Errorf("%+v", a)
		}
		expect(x.t, "an appeal without a reason", x.by(1, Object, nil), fault.Invalid)
		expect(x.t, "appeal", x.by(1, Object, map[string]any{"reason": "我先举报的"}), "")
		reply := map[string]any{"reply": "经核对，举报在前"}
		expect(x.t, "judged by the same reviewer", x.award(reviewer, 1, Allow, reply), fault.Forbidden)
		expect(x.t, "judged by another", x.award(reviewer2, 1, Allow, reply), "")
		if got := x.states(id); got != "draft: 1=replaced/0 2=replaced/0" {
			x.t.Error(got)
		}
		f := x.file(id)
		err := x.s.Amend(bg, desk2, id, f.Reward.Version, x.proposal(func(i *Input) {
			i.Reporters[0].Part, i.Reporters[0].Ground, i.Reporters[1].Part = None, "known", First
		}))
		expect(x.t, "amend", err, "")
		x.must(desk2, id, Submit)
		expect(x.t, "the new proposer approves", x.do(desk2, id, Review), fault.Forbidden)
		x.must(reviewer, id, Review)
		x.must(leader, id, Endorse)
		x.must(supervisor, id, Grant)
		if got := x.states(id); got != "granted: 1=replaced/0 2=replaced/0 1=refused/0 2=noticed/6000000" {
			x.t.Error(got)
		}
		expect(x.t, "appeal", x.by(0, Object, map[string]any{"reason": "不服"}), "")
		expect(x.t, "upheld", x.award(reviewer2, 0, Uphold, map[string]any{"reply": "维持"}), "")
		expect(x.t, "appeal again", x.by(0, Object, map[string]any{"reason": "不服"}), fault.Conflict)
		expect(x.t, "declined", x.by(1, Decline, nil), "")
		if got := x.states(id); got != "settled: 1=replaced/0 2=replaced/0 1=upheld/0 2=declined/6000000" {
			x.t.Error(got)
		}
		if b := x.file(id).Budget; b.Left() != b.Amount {
			x.t.Errorf("declined money is not free: %+v", b)
		}
	})
}

func (x *scene) pay(n int) {
	x.t.Helper()
	expect(x.t, "claim", x.by(n, Take, map[string]any{"way": "window"}), "")
	expect(x.t, "voucher", x.award(desk, n, Prepare, map[string]any{"voucher": fmt.Sprint(n), "place": "窗口"}), "")
	code, err := x.s.Draw(bg, x.tips[n], x.mine(n).ID)
	expect(x.t, "draw", err, "")
	expect(x.t, "pay", x.award(desk2, n, Hand, map[string]any{"code": code}), "")
}

func TestOverturn_CancelsAndAsksBack(t *testing.T) {
	each(t, 2, func(x *scene) {
		x.budget(6_000_000)
		id := x.granted(nil)
		x.pay(0)
		expect(x.t, "by the desk", x.do(desk, id, Overturn), fault.Forbidden)
		x.must(reviewer, id, Overturn)
		if got := x.states(id); got != "revoked: 1=recovering/3000000 2=cancelled/3000000" {
			x.t.Error(got)
		}
		if b := x.file(id).Budget; b.Paid != 3_000_000 || b.Reserved != 0 {
			x.t.Errorf("%+v", b)
		}
		if a := x.mine(0); len(a.Replies) == 0 || a.Replies[0].Data.Text("reason") != "处罚被撤销" {
			x.t.Errorf("%+v", a.Replies)
		}
		expect(x.t, "claimed all the same", x.by(1, Take, map[string]any{"way": "window"}), fault.Conflict)
		expect(x.t, "given back", x.award(desk2, 0, Recover, map[string]any{"voucher": "收 1"}), "")
		if b := x.file(id).Budget; b.Left() != 6_000_000 {
			x.t.Errorf("%+v", b)
		}
		if list, err := x.s.Candidates(bg, desk); err != nil || len(list) != 1 {
			x.t.Errorf("the issue may be proposed anew: %v %v", list, err)
		}
	})
}

func TestReopen_LeavesWhatIsPaid(t *testing.T) {
	each(t, 2, func(x *scene) {
		x.budget(100_000_000)
		id := x.granted(nil)
		x.pay(0)
		x.must(reviewer, id, Reopen)
		f := x.file(id)
		expect(x.t, "amend", x.s.Amend(bg, desk, id, f.Reward.Version, x.proposal(func(i *Input) { i.Events = []string{"verdict"} })), "")
		x.must(desk, id, Submit)
		x.must(reviewer, id, Review)
		x.must(leader, id, Endorse)
		x.must(supervisor, id, Grant)
		if got := x.states(id); got != "granted: 1=paid/3000000 2=replaced/3000000 1=noticed/500000 2=noticed/3500000" {
			x.t.Error(got)
		}
	})
}

func TestTend_LapsesAndTellsOfDelay(t *testing.T) {
	each(t, 1, func(x *scene) {
		x.budget(6_000_000)
		id := x.propose(nil)
		x.c.To("2026-12-08 08:00")
		for range 2 {
			expect(x.t, "tend", x.s.Tend(bg), "")
		}
		if n := strings.Count(fmt.Sprint(x.c.History("reward", string(id))), "late"); n != 1 {
			x.t.Errorf("told of the delay %d times", n)
		}
		x.must(reviewer, id, Review)
		x.must(leader, id, Endorse)
		x.must(supervisor, id, Grant)
		x.c.To("2027-02-06 23:00") // the sixtieth day is a Saturday: until Monday
		expect(x.t, "tend", x.s.Tend(bg), "")
		if got := x.states(id); got != "granted: 1=noticed/6000000" {
			x.t.Error(got)
		}
		x.c.To("2027-02-09 00:40")
		expect(x.t, "claimed after the end, before the clock", x.by(0, Take, map[string]any{"way": "window"}), fault.Conflict)
		expect(x.t, "tend", x.s.Tend(bg), "")
		if got := x.states(id); got != "settled: 1=lapsed/6000000" {
			x.t.Error(got)
		}
		extend := map[string]any{"days": 10.0, "reason": "举报人住院"}
		expect(x.t, "taken up again in a year without a budget", x.award(desk, 0, Extend, extend), fault.Conflict)
		if _, err := x.s.SetBudget(bg, leader, Budget{Year: 2027, Area: "330302", Amount: 6_000_000, Document: "鹿财〔2027〕1号"}); err != nil {
			x.t.Fatal(err)
		}
		expect(x.t, "taken up again", x.award(desk, 0, Extend, extend), "")
		expect(x.t, "claim", x.by(0, Take, map[string]any{"way": "window"}), "")
		x.c.To("2027-03-12 01:00")
		expect(x.t, "tend", x.s.Tend(bg), "")
		if !slices.Contains(x.c.History("award", string(x.mine(0).ID)), LateHand) {
			x.t.Error("nobody hears that the voucher is late")
		}
	})
}

func TestStatistics_NameNobody(t *testing.T) {
	each(t, 2, func(x *scene) {
		x.budget(100_000_000)
		x.granted(nil)
		x.c.To("2026-11-25 09:00")
		x.pay(0)
		from := x.c.Clock.Now().AddDate(0, -1, 0)
		list, err := x.s.Statistics(bg, supervisor, from, x.c.Clock.Now())
		if err != nil || len(list) != 2 {
			x.t.Fatal(list, err)
		}
		if g := list[0]; g.Month != "2026-11" || g.Count != 2 || g.Amount != 6_000_000 || g.Paid != 1 || g.PaidFen != 3_000_000 || g.Days != 3 {
			x.t.Errorf("%+v", g)
		}
		if far, err := x.s.Statistics(bg, faraway, from, x.c.Clock.Now()); err != nil || len(far) != 0 {
			x.t.Errorf("another area counts %v %v", far, err)
		}
		if page, err := x.s.ListAwards(bg, faraway, Query{}); err != nil || len(page.Items) != 0 {
			x.t.Errorf("another area lists %v %v", page.Items, err)
		}
		page, err := x.s.ListAwards(bg, desk, Query{Limit: 1, States: []string{string(Paid), string(Noticed)}})
		if err != nil || page.Total != 2 || page.Next == "" {
			x.t.Fatalf("%+v %v", page, err)
		}
		if second, err := x.s.ListAwards(bg, desk, Query{Limit: 1, Cursor: page.Next}); err != nil || len(second.Items) != 1 || second.Items[0].ID == page.Items[0].ID {
			x.t.Errorf("%+v %v", second, err)
		}
		if late, err := x.s.List(bg, desk, Query{Late: true, Words: "WZ-R"}); err != nil || len(late.Items) != 0 {
			x.t.Errorf("%v %v", late.Items, err)
		}
	})
}

// calls promises something for one report.
type calls struct{ tip string }

func (c *calls) Offer(_ context.Context, _ *db.Tx, tipID string) (Offer, bool, error) {
	return Offer{Call: "WZ-G-2026-000001", Title: "废酸", Amount: 5_000_000, From: "2026-11-01"}, tipID == c.tip, nil
}

func TestPropose_TheCallsPromiseIsReadNotTyped(t *testing.T) {
	each(t, 2, func(x *scene) {
		x.s.Calls = &calls{x.tips[1]}
		x.s.Policy = place(fig("bounty", Bounty, "", "500000"))
		typed := func(i *Input) {
			i.Basis, i.Decided = ByBounty, 50_000_000
			i.Offers = []Offer{{Call: "FALSE", Amount: 50_000_000, Report: "WZ-J-1"}}
		}
		if _, err := x.s.Propose(bg, desk, x.proposal(typed)); !fault.Is(err, fault.Invalid) {
			x.t.Errorf("an offer that somebody typed: %v", err)
		}
		id := x.propose(func(i *Input) { i.Basis, i.Decided = ByBounty, 5_000_000 })
		f := x.file(id)
		in := f.Reward.Sheet.Input
		if len(in.Offers) != 1 || in.Offers[0].Report != "WZ-J-2" || f.Reward.Total != 5_000_000 || !f.Same || f.Reward.Sheet.Rules[1].Value.String() != "50000.00" {
			x.t.Errorf("%+v %+v", in.Offers, f.Reward.Sheet.Rules)
		}
	})
}
