package supervise_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

var ctx = context.Background()

type room struct {
	*looptest.City
	s *supervise.Service
}

// each runs a test in the small city, with the ladder on it, on every engine.
func each(t *testing.T, f func(t *testing.T, r *room)) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		s := supervise.New(supervise.Deps{DB: d, Auth: c.Policy, Prefix: "WZ", Root: "330300", Title: "市生态环境局", Seat: "温州市", Source: "实施意见", Calendar: calendar.New(nil, nil),
			Issues: c.Issues, Agencies: looptest.Agencies(), Files: c.Files, Notify: c.Notify, Timeline: c.Timeline})
		s.Jobs(c.Jobs)
		f(t, &room{c, s})
	})
}

// of lists an issue's supervisions, oldest first.
func (r *room) of(i issue.Issue) []supervise.Supervision {
	r.T.Helper()
	list, _, err := r.s.OfIssue(ctx, looptest.Person("supervisor"), i.ID)
	if err != nil {
		r.T.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

func (r *room) get(who string, id supervise.ID) supervise.Supervision {
	r.T.Helper()
	o, err := r.s.Get(ctx, looptest.Person(who), id)
	if err != nil {
		r.T.Fatal(err)
	}
	return o.Supervision
}

func (r *room) do(who string, id supervise.ID, verb flow.Verb, form map[string]any) (supervise.ID, error) {
	r.T.Helper()
	return r.s.Do(ctx, looptest.Person(who), id, verb, r.get("supervisor", id).Version, form)
}

func (r *room) must(who string, id supervise.ID, verb flow.Verb, form map[string]any) supervise.ID {
	r.T.Helper()
	to, err := r.do(who, id, verb, form)
	if err != nil {
		r.T.Fatalf("%s by %s: %v", verb, who, err)
	}
	return to
}

func (r *room) look() {
	r.T.Helper()
	if err := r.s.Look(ctx); err != nil {
		r.T.Fatal(err)
	}
}

var (
	issuing   = map[string]any{"demand": "查明原因，限期办结", "days": 3.0}
	answering = map[string]any{"text": "设备已到货，周五完成"}
	lifting   = map[string]any{"text": "措施可行"}
)

// The program proposes one rung after the other while the same term stays over,
// and only when the one before has ended.
func TestLook_ClimbsWithTheDays(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		i := r.IssueIn("河道黑臭", issue.Working) // due 2026-12-11
		r.To("2026-12-15 09:00")
		if n := len(r.of(i)); n != 0 {
			t.Fatalf("%d supervisions two working days after the term", n)
		}
		r.To("2026-12-17 09:00")
		r.look()
		list := r.of(i)
		if len(list) != 1 || list[0].Rung != "urge" || list[0].State != supervise.Proposed || list[0].Agency != "sthj-330302" || list[0].Person != "agency" {
			t.Fatalf("%+v", list)
		}
		if told := r.Told(string(list[0].ID), "催办待签发"); !slices.Contains(told, "supervisor") || !slices.Contains(told, "leader") {
			t.Errorf("told %v", told)
		}
		r.look()
		r.must("leader", list[0].ID, supervise.Issue, issuing)
		r.must("agency", list[0].ID, supervise.Answer, answering)
		r.must("supervisor", list[0].ID, supervise.Lift, lifting)
		r.To("2027-01-20 09:00")
		r.look()
		r.look()
		list = r.of(i)
		if len(list) != 2 || list[1].Rung != "sheet" { // however late, one rung at a time
			t.Fatalf("%+v", list)
		}
		r.must("leader", list[1].ID, supervise.Decline, map[string]any{"text": "已约定本周办结"})
		r.look()
		if list = r.of(i); len(list) != 3 || list[2].Rung != "circular" {
			t.Fatalf("after a refusal the next that is due: %+v", list)
		}
	})
}

// A proposal goes when its issue is late no more, and what runs ends with the
// issue; a listed one stays for people to lift.
func TestLook_SettlesWhatLostItsObject(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		i := r.IssueIn("扬尘", issue.Working)
		r.To("2026-12-17 09:00")
		r.look()
		list := r.of(i)
		now, err := r.Issues.Get(ctx, looptest.Person("supervisor"), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		i = r.Must("agency", issue.Extend, now.Issue, map[string]any{"days": 20.0, "reason": "设备到货晚"})
		i = r.Must("leader", issue.Approve, i, map[string]any{"days": 20.0})
		r.look()
		if d := r.get("supervisor", list[0].ID); d.State != supervise.Declined {
			t.Errorf("prolonged, the proposal is %s", d.State)
		}
		for n, rung := range []string{"sheet", "listed"} {
			d, err := r.s.Begin(ctx, looptest.Person("supervisor"), i.ID, rung, "群众反映强烈", "限期办结")
			if err != nil {
				t.Fatal(err)
			}
			r.must("leader", d.ID, supervise.Issue, issuing)
			if n == 0 {
				r.must("agency", d.ID, supervise.Answer, answering)
				r.must("supervisor", d.ID, supervise.Lift, lifting)
			}
		}
		for _, verb := range []flow.Verb{issue.Submit, issue.Accept, issue.Close} {
			i = r.Must(looptest.Who[verb], verb, i, looptest.Forms[verb])
		}
		r.look()
		list = r.of(i)
		last := list[len(list)-1]
		if last.Rung != "listed" || last.State != supervise.Issued {
			t.Errorf("the listed one is %s %s", last.Rung, last.State)
		}
		public, err := r.s.Public(ctx)
		if err != nil || len(public) != 1 || public[0].Title != "扬尘" || !public[0].LiftedAt.IsZero() {
			t.Errorf("%+v %v", public, err)
		}
		r.must("agency", last.ID, supervise.Answer, answering)
		r.must("leader", last.ID, supervise.Lift, lifting)
		if public, err = r.s.Public(ctx); err != nil || len(public) != 1 || public[0].LiftedAt.IsZero() {
			t.Errorf("lifted: %+v %v", public, err)
		}
	})
}

// Two people make a paper; the agency answers and may not lift; higher rungs are
// the leader's.
func TestDo_WhoMay(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		i := r.IssueIn("油烟", issue.Working)
		begin := func(rung string) supervise.ID {
			t.Helper()
			d, err := r.s.Begin(ctx, looptest.Person("supervisor"), i.ID, rung, "群众反映强烈", "限期办结")
			if err != nil {
				t.Fatal(err)
			}
			return d.ID
		}
		refused := func(who string, id supervise.ID, verb flow.Verb, form map[string]any, kind fault.Kind) {
			t.Helper()
			if _, err := r.do(who, id, verb, form); !fault.Is(err, kind) {
				t.Errorf("%s by %s: %v, want %v", verb, who, err, kind)
			}
		}
		if _, err := r.s.Begin(ctx, looptest.Person("clerk"), i.ID, "sheet", "x", "y"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk proposed: %v", err)
		}
		if _, err := r.s.Begin(ctx, looptest.Person("supervisor"), i.ID, "nowhere", "", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty proposal: %v", err)
		}
		id := begin("sheet")
		if _, err := r.s.Begin(ctx, looptest.Person("leader"), i.ID, "urge", "x", "y"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one beside it: %v", err)
		}
		if _, err := r.s.Get(ctx, looptest.Person("agency"), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("the agency reads a draft about itself: %v", err)
		}
		if _, err := r.s.Get(ctx, looptest.Person("clerk-longwan"), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county reads it: %v", err)
		}
		refused("supervisor", id, supervise.Issue, issuing, fault.Forbidden) // its own draft
		refused("leader", id, supervise.Lift, lifting, fault.Conflict)
		r.must("leader", id, supervise.Issue, issuing)
		refused("agency-longwan", id, supervise.Answer, answering, fault.NotFound)
		refused("agency", id, supervise.Answer, map[string]any{}, fault.Invalid)
		refused("agency", id, supervise.Lift, lifting, fault.Conflict)
		if _, err := r.s.Do(ctx, looptest.Person("agency"), id, supervise.Answer, 1, answering); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		r.must("agency2", id, supervise.Answer, answering)
		refused("agency", id, supervise.Lift, lifting, fault.Forbidden)
		r.must("supervisor", id, supervise.Return, map[string]any{"text": "没有写明完成时间", "days": 2.0})
		up := r.must("supervisor", id, supervise.Raise, map[string]any{"reason": "答复不实", "demand": "两日内整改"})
		if d := r.get("supervisor", up); d.Rung != "circular" || d.State != supervise.Proposed || d.From != id {
			t.Errorf("raised to %+v", d)
		}
		refused("supervisor", up, supervise.Issue, issuing, fault.Forbidden) // the leader's
		r.must("leader", up, supervise.Issue, issuing)
		if text, err := r.s.Paper(ctx, looptest.Person("agency"), up); err != nil || !bytes.HasPrefix(text, []byte("%PDF")) {
			t.Errorf("the paper: %v", err)
		}
		top := up
		for _, want := range []string{"summons", "listed", "committee"} {
			top = r.must("supervisor", top, supervise.Raise, map[string]any{"reason": "仍未解决", "demand": "限期办结"})
			if d := r.get("supervisor", top); d.Rung != want {
				t.Fatalf("raised to %s, want %s", d.Rung, want)
			}
			r.must("leader", top, supervise.Issue, issuing)
		}
		refused("leader", top, supervise.Raise, map[string]any{"reason": "x", "demand": "y"}, fault.Forbidden)
	})
}

// A term without an answer is told once, and leaves the next rung open.
func TestUnanswered(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		i := r.IssueIn("噪声", issue.Working)
		d, err := r.s.Begin(ctx, looptest.Person("supervisor"), i.ID, "urge", "群众反映强烈", "限期办结")
		if err != nil {
			t.Fatal(err)
		}
		r.must("supervisor", d.ID, supervise.Issue, issuing) // urging needs one person
		r.To("2026-11-26 09:00")
		if d := r.get("supervisor", d.ID); !d.Overdue || d.State != supervise.Issued {
			t.Errorf("%+v", d)
		}
		if told := r.Told(string(d.ID), "催办逾期未答复"); !slices.Contains(told, "agency") || !slices.Contains(told, "supervisor") {
			t.Errorf("told %v", told)
		}
		page, err := r.s.List(ctx, looptest.Person("leader"), supervise.Query{Overdue: true, Limit: 10})
		if err != nil || page.Total != 1 {
			t.Errorf("%+v %v", page, err)
		}
		if page, err = r.s.List(ctx, looptest.Person("agency-longwan"), supervise.Query{Limit: 10}); err != nil || page.Total != 0 {
			t.Errorf("another county's agency lists %+v %v", page, err)
		}
	})
}

func TestInstruction(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		i := r.IssueIn("养殖尾水直排", issue.Working)
		by := looptest.Person("supervisor")
		good := supervise.NewInstruction{Leader: "王某，副市长", GivenOn: "2026-11-20", Text: "请市局立即核查", Issue: i.Number, Agency: "sthj-330302", Person: "agency", Days: 5}
		for _, spoil := range []func(*supervise.NewInstruction){
			func(n *supervise.NewInstruction) { n.Leader = " " }, func(n *supervise.NewInstruction) { n.Text = "" }, func(n *supervise.NewInstruction) { n.GivenOn = "2026-12-20" },
			func(n *supervise.NewInstruction) { n.GivenOn = "昨天" }, func(n *supervise.NewInstruction) { n.Issue = "WZ-W-2026-999999" }, func(n *supervise.NewInstruction) { n.Agency = "x" },
			func(n *supervise.NewInstruction) { n.Days = 0 }, func(n *supervise.NewInstruction) { n.Days = 1000 }, func(n *supervise.NewInstruction) { n.Person = "leader" },
		} {
			bad := good
			spoil(&bad)
			if _, err := r.s.Register(ctx, by, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := r.s.Register(ctx, looptest.Person("clerk"), good); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk registered: %v", err)
		}
		n, err := r.s.Register(ctx, by, good)
		if err != nil {
			t.Fatal(err)
		}
		do := func(who string, verb flow.Verb, form map[string]any) error {
			t.Helper()
			o, err := r.s.Instruction(ctx, by, n.ID)
			if err != nil {
				t.Fatal(err)
			}
			return r.s.DoInstruction(ctx, looptest.Person(who), n.ID, verb, o.Instruction.Version, form)
		}
		r.To("2026-11-30 09:00")
		if told := r.Told(string(n.ID), "批示逾期"); !slices.Equal(told, []string{"agency", "leader", "supervisor"}) {
			t.Errorf("told %v", told)
		}
		if err := do("agency-longwan", supervise.Reply, answering); !fault.Is(err, fault.NotFound) {
			t.Errorf("another agency replied: %v", err)
		}
		if err := do("supervisor", supervise.Close, lifting); !fault.Is(err, fault.Conflict) {
			t.Errorf("closed before it was carried out: %v", err)
		}
		for _, x := range []struct {
			who  string
			verb flow.Verb
			form map[string]any
		}{{"agency", supervise.Reply, answering}, {"supervisor", supervise.Again, map[string]any{"text": "没有写明责任人", "days": 2.0}}, {"agency", supervise.Reply, answering}, {"supervisor", supervise.Close, lifting}} {
			if err := do(x.who, x.verb, x.form); err != nil {
				t.Fatalf("%s: %v", x.verb, err)
			}
		}
		list, err := r.s.InstructionsOf(ctx, looptest.Person("leader"), i.ID)
		if err != nil || len(list) != 1 || list[0].State != supervise.Done || list[0].ClosedAt.IsZero() || list[0].Overdue {
			t.Errorf("%+v %v", list, err)
		}
	})
}
