package publish_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/publish"
)

var bg = context.Background()

type scene struct {
	*looptest.City
	s *publish.Service
}

// matters knows one issue.
type matters struct{}

func (matters) Stage(_ context.Context, _ auth.Actor, id string) (publish.Stage, error) {
	if id != "i1" {
		return publish.Stage{}, fault.NotFoundf("没有")
	}
	return publish.Stage{Title: "正在整改", Agency: "鹿城分局"}, nil
}

func each(t *testing.T, f func(t *testing.T, s *scene)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		s := publish.NewService(publish.Deps{DB: d, Auth: c.Policy, Regions: looptest.Regions(), Matters: matters{}, Notify: c.Notify, Timeline: c.Timeline,
			Policy: publish.Policy{Prefix: "WZ-G", Categories: []flow.Option{{Value: "water", Title: "水"}},
				Bounty: func(time.Time) (int64, string, bool) { return 50_000_000, "二（二）", true }}})
		s.Jobs(c.Jobs)
		f(t, &scene{c, s})
	})
}

var story = publish.New{Kind: publish.Case, Title: "一起偷排案", Text: "当事人张三（电话13800138000）夜间偷排。", Hide: []string{"张三"}, Area: "330302", Category: "water"}

func (s *scene) write(t *testing.T, who string, n publish.New) publish.Item {
	t.Helper()
	i, err := s.s.Write(bg, looptest.Person(who), n)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// do carries out verbs, each by "person verb", with the same text.
func (s *scene) do(t *testing.T, id publish.ID, steps ...string) {
	t.Helper()
	for _, step := range steps {
		if err := s.try(t, id, step); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
	}
}

// try does one; with goes into the form.
func (s *scene) try(t *testing.T, id publish.ID, step string, with ...map[string]any) error {
	t.Helper()
	who, verb, _ := strings.Cut(step, " ")
	f, err := s.s.Get(bg, looptest.Person(who), id)
	if err != nil {
		return err
	}
	form := map[string]any{}
	if a := find(f.Actions, flow.Verb(verb)); a != nil {
		for _, x := range a.Fields {
			switch {
			case x.Name == "ground":
				form["ground"] = "wrong"
			case x.Default != "":
				form[x.Name] = x.Default
			case x.Name == "text":
				form["text"] = "说明"
			}
		}
	}
	for _, w := range with {
		maps.Copy(form, w)
	}
	return s.s.Do(bg, looptest.Person(who), id, flow.Verb(verb), f.Item.Version, form)
}

func find(list []flow.Action, v flow.Verb) *flow.Action {
	for i := range list {
		if list[i].Verb == v {
			return &list[i]
		}
	}
	return nil
}

func (s *scene) public(t *testing.T, q publish.Asked) []publish.Told {
	t.Helper()
	q.Limit = 20
	list, _, err := s.s.Public(bg, q)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (s *scene) one(t *testing.T, number string, edition int64) publish.Page {
	t.Helper()
	p, err := s.s.One(bg, number, edition)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLife_TwoPersonsMaskedAndTakenBack(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		i := s.write(t, "clerk", story)
		if i.Number != "WZ-G-2026-000001" {
			t.Errorf("number %s", i.Number)
		}
		if len(s.public(t, publish.Asked{})) != 0 {
			t.Error("a draft is public")
		}
		s.do(t, i.ID, "clerk submit")
		if told := s.Told(string(i.ID), "典型案例待审核"); len(told) == 0 || told[0] != "reviewer" && told[0] != "leader" {
			t.Errorf("told %v", told)
		}
		if err := s.try(t, i.ID, "clerk release"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the writer alone: %v", err)
		}
		if _, err := s.s.One(bg, i.Number, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("not reviewed and found: %v", err)
		}
		s.do(t, i.ID, "reviewer sendback", "clerk submit")
		f, err := s.s.Get(bg, looptest.Person("reviewer"), i.ID)
		if err != nil || f.Preview.Text != "当事人张某（电话138****00）夜间偷排。" || f.Preview.Masked != 2 {
			t.Errorf("the reviewer sees %v %+v", err, f.Preview)
		}
		s.do(t, i.ID, "reviewer release")
		if p := s.one(t, i.Number, 0); p.Text != f.Preview.Text || p.Title != f.Preview.Title || p.Edition != 1 || !p.Newest {
			t.Errorf("other words than reviewed: %+v", p)
		}
		if err := s.try(t, i.ID, "clerk withdraw"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("taken back by the writer: %v", err)
		}
		s.do(t, i.ID, "leader withdraw")
		if p := s.one(t, i.Number, 1); p.Ground != "内容有误，将另行公布" || p.Text != "" || p.Title != "" || len(p.Editions) != 0 {
			t.Errorf("%+v", p)
		}
		if len(s.public(t, publish.Asked{})) != 0 {
			t.Error("what was taken back is listed")
		}
	})
}

func TestCorrection_IsANewEditionTheOldStaysWithAMark(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		i := s.write(t, "clerk", story)
		s.do(t, i.ID, "clerk submit", "reviewer release")
		if err := s.try(t, i.ID, "clerk correct", map[string]any{"text": "张三的年龄有误"}); err != nil {
			t.Fatal(err)
		}
		if err := s.try(t, i.ID, "clerk2 edit", map[string]any{"text": "当事人张三夜里偷排。"}); err != nil {
			t.Fatal(err)
		}
		if p := s.one(t, i.Number, 0); p.Edition != 1 || !strings.Contains(p.Text, "138****00") {
			t.Errorf("readers get the correction before its review: %+v", p)
		}
		s.do(t, i.ID, "clerk submit")
		s.do(t, i.ID, "reviewer sendback", "clerk submit", "reviewer release")
		p := s.one(t, i.Number, 0)
		if p.Edition != 2 || p.Text != "当事人张某夜里偷排。" || p.Cause != "张某的年龄有误" || len(p.Editions) != 2 {
			t.Errorf("%+v", p)
		}
		if old := s.one(t, i.Number, 1); old.Newest || !strings.Contains(old.Text, "138****00") {
			t.Errorf("%+v", old)
		}
		if list := s.public(t, publish.Asked{}); len(list) != 1 || list[0].Edition != 2 {
			t.Errorf("%+v", list)
		}
		// A correction that hides the old one, abandoned and then done.
		s.do(t, i.ID, "clerk correct")
		if err := s.try(t, i.ID, "clerk edit", map[string]any{"title": "改坏了"}); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk abandon")
		if f, _ := s.s.Get(bg, looptest.Person("clerk"), i.ID); f.Item.Title != story.Title || f.Item.Text != "当事人张三夜里偷排。" || f.Item.State != publish.Public {
			t.Errorf("not as it was: %+v", f.Item)
		}
		if err := s.try(t, i.ID, "clerk correct", map[string]any{"old": "conceal"}); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk submit", "reviewer release")
		for _, n := range []int64{1, 2} {
			if _, err := s.s.One(bg, i.Number, n); !fault.Is(err, fault.NotFound) {
				t.Errorf("edition %d can still be read: %v", n, err)
			}
		}
		if p := s.one(t, i.Number, 0); p.Edition != 3 || !p.Editions[1].Concealed {
			t.Errorf("%+v", p)
		}
	})
}

func TestCorrection_WhoeverHadAHandInItDoesNotReview(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		both := looptest.Person("reviewer")
		both.Roles = append(both.Roles, auth.Clerk)
		i := s.write(t, "clerk", story)
		f, err := s.s.Get(bg, both, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		form := map[string]any{}
		for _, x := range find(f.Actions, publish.Edit).Fields {
			form[x.Name] = x.Default
		}
		if err := s.s.Do(bg, both, i.ID, publish.Edit, 1, form); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk submit")
		if err := s.try(t, i.ID, "reviewer release"); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "修改的人") {
			t.Errorf("reviewed what he changed: %v", err)
		}
		s.do(t, i.ID, "leader release")
	})
}

func TestLife_AReviewerWhoWroteCannotRelease(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		both := looptest.Person("reviewer")
		both.Roles = append(both.Roles, auth.Clerk)
		i, err := s.s.Write(bg, both, story)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.s.Do(bg, both, i.ID, publish.Submit, 1, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.s.Do(bg, both, i.ID, publish.Release, 2, nil); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "拟稿、修改的人") {
			t.Errorf("%v", err)
		}
	})
}

var call = publish.New{Kind: publish.Call, Title: "征集倾倒废酸线索", Text: "请提供车辆去向", Area: "330302", Until: "2026-11-23", Bounty: "50000", Budget: "温财〔2026〕3号"}

func (s *scene) answer(i publish.Item, tip string) error {
	return s.DB.Write(bg, func(tx *db.Tx) error { return s.s.Answer(bg, tx, i.Number, tip) })
}

func TestCall_BountyNeedsTheLeaderAndEndsOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		i := s.write(t, "clerk", call)
		s.do(t, i.ID, "clerk submit")
		if err := s.try(t, i.ID, "reviewer release"); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "分管领导") {
			t.Errorf("a bounty without the leader: %v", err)
		}
		if err := s.answer(i, "t0"); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered before it is public: %v", err)
		}
		s.do(t, i.ID, "leader grant")
		if err := s.answer(i, "t1"); err != nil {
			t.Fatal(err)
		}
		f, err := s.s.Get(bg, looptest.Person("clerk"), i.ID)
		if err != nil || !slices.Equal(f.Answers, []string{"t1"}) {
			t.Errorf("%v %v", err, f.Answers)
		}
		if n, err := s.s.Counts(bg, []publish.ID{i.ID}); err != nil || n[i.ID] != 1 {
			t.Errorf("%v %v", n, err)
		}
		if c, ok, err := s.s.CallOf(bg, "t1"); !ok || err != nil || c.BountyFen != 5_000_000 {
			t.Errorf("%v %v %+v", ok, err, c)
		}
		if _, ok, err := s.s.CallOf(bg, "t9"); ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
		// While a correction waits, the public edition still takes answers.
		s.do(t, i.ID, "clerk correct")
		if err := s.answer(i, "t2"); err != nil {
			t.Error(err)
		}
		s.do(t, i.ID, "clerk abandon")
		open := publish.Asked{Kind: publish.Call, Open: true}
		s.Clock.Advance(time.Date(2026, 11, 23, 23, 59, 0, 0, looptest.Beijing).Sub(s.Clock.Now())) // no job runs
		if len(s.public(t, open)) != 1 {
			t.Error("its last day is not over")
		}
		s.Clock.Advance(time.Minute + time.Second)
		if len(s.public(t, open)) != 0 || s.one(t, i.Number, 0).Open {
			t.Error("open past its day, before the job")
		}
		if err := s.answer(i, "t3"); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered too late: %v", err)
		}
		s.To("2026-11-24 00:05")
		if f, _ = s.s.Get(bg, looptest.Person("clerk"), i.ID); f.Item.State != publish.Ended || len(s.public(t, publish.Asked{Kind: publish.Call})) != 1 {
			t.Errorf("%s; an ended call stays readable", f.Item.State)
		}
	})
}

func TestCall_LateIsMendedNotDead(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		i := s.write(t, "clerk", call)
		s.do(t, i.ID, "clerk submit")
		s.To("2026-11-25 09:00")
		if err := s.try(t, i.ID, "leader grant"); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "截止日已过") {
			t.Errorf("%v", err)
		}
		s.do(t, i.ID, "leader sendback")
		if err := s.try(t, i.ID, "clerk edit", map[string]any{"until": "2026-12-10", "bounty": "900000"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("more than the document: %v", err)
		}
		if err := s.try(t, i.ID, "clerk edit", map[string]any{"until": "2026-12-10", "bounty": "80000"}); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk submit", "leader grant")
		if p := s.one(t, i.Number, 0); !p.Open || p.BountyFen != 8_000_000 {
			t.Errorf("%+v", p)
		}
		// An ended call is prolonged by a correction.
		s.To("2026-12-11 00:05")
		s.do(t, i.ID, "clerk correct")
		if err := s.try(t, i.ID, "clerk edit", map[string]any{"until": "2026-12-31"}); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk submit", "leader grant")
		if p := s.one(t, i.Number, 0); !p.Open || p.Edition != 2 {
			t.Errorf("%+v", p)
		}
		// What was promised when a report came holds, whatever a correction says.
		if err := s.answer(i, "t1"); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk correct")
		if err := s.try(t, i.ID, "clerk edit", map[string]any{"bounty": "", "budget": ""}); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk submit", "reviewer release")
		if err := s.answer(i, "t2"); err != nil {
			t.Fatal(err)
		}
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			o, ok, err := s.s.Offer(ctx, tx, "t1")
			if !ok || o.BountyFen != 8_000_000 || o.Edition != 2 {
				t.Errorf("%v %+v", ok, o)
			}
			for _, tip := range []string{"t2", "t9"} {
				if _, ok, err := s.s.Offer(ctx, tx, tip); ok || err != nil {
					t.Errorf("%s: %v %v", tip, ok, err)
				}
			}
			return err
		})
	})
}

func TestCall_OutcomeNeedsASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		n := call
		n.Until, n.Bounty, n.Budget = "2026-12-31", "", ""
		i := s.write(t, "clerk", n)
		s.do(t, i.ID, "clerk submit", "reviewer release")
		if err := s.try(t, i.ID, "clerk close", map[string]any{"text": "根据13800138000提供的线索查获"}); err != nil {
			t.Fatal(err)
		}
		if p := s.one(t, i.Number, 0); !p.Open || p.Outcome != "" {
			t.Errorf("the outcome is public unreviewed: %+v", p)
		}
		if err := s.try(t, i.ID, "clerk confirm"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the writer alone: %v", err)
		}
		if f, _ := s.s.Get(bg, looptest.Person("reviewer"), i.ID); f.Preview.Outcome != "根据138****00提供的线索查获" {
			t.Errorf("the reviewer sees %+v", f.Preview)
		}
		s.do(t, i.ID, "reviewer sendback")
		if err := s.answer(i, "t1"); err != nil {
			t.Errorf("sent back, it goes on: %v", err)
		}
		s.do(t, i.ID, "clerk close", "reviewer confirm")
		p := s.one(t, i.Number, 0)
		if p.Outcome != "说明" || p.Open || p.Edition != 2 {
			t.Errorf("%+v", p)
		}
		if err := s.answer(i, "t2"); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered after the end: %v", err)
		}
		// Corrected, it is ended still.
		s.do(t, i.ID, "clerk correct")
		if err := s.try(t, i.ID, "clerk edit", map[string]any{"outcome": "已查获两人"}); err != nil {
			t.Fatal(err)
		}
		s.do(t, i.ID, "clerk submit", "reviewer release")
		s.To("2026-12-01 08:00")
		if p := s.one(t, i.Number, 0); p.Outcome != "已查获两人" || p.Open {
			t.Errorf("%+v", p)
		}
		if f, _ := s.s.Get(bg, looptest.Person("clerk"), i.ID); f.Item.State != publish.Ended {
			t.Errorf("%s", f.Item.State)
		}
		c := s.write(t, "clerk", story)
		s.do(t, c.ID, "clerk submit", "reviewer release")
		if err := s.try(t, c.ID, "clerk close", map[string]any{"text": "结束"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a case is closed: %v", err)
		}
	})
}

func TestScope_OthersAreasAndRoles(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		i := s.write(t, "clerk", story)
		for _, who := range []string{"clerk-longwan", "agency", "boss", "admin"} {
			if _, err := s.s.Get(bg, looptest.Person(who), i.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees it: %v", who, err)
			}
			if page, err := s.s.List(bg, looptest.Person(who), publish.Query{}); err != nil || page.Total != 0 {
				t.Errorf("%s lists %d: %v", who, page.Total, err)
			}
		}
		if _, err := s.s.Write(bg, looptest.Person("clerk-longwan"), story); !fault.Is(err, fault.Forbidden) {
			t.Errorf("written for another county: %v", err)
		}
		bad := story
		bad.Area = "999999"
		if _, err := s.s.Write(bg, looptest.Person("clerk"), bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("nowhere: %v", err)
		}
		if err := s.s.Do(bg, looptest.Person("clerk"), i.ID, publish.Submit, 9, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale: %v", err)
		}
	})
}

func TestProgress_TellsTheStageOfItsIssue(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		n := story
		n.Kind, n.IssueID = publish.Progress, "i9"
		if _, err := s.s.Write(bg, looptest.Person("clerk"), n); !fault.Is(err, fault.Invalid) {
			t.Errorf("of an issue that is not there: %v", err)
		}
		n.IssueID = "i1"
		i := s.write(t, "clerk", n)
		s.do(t, i.ID, "clerk submit", "reviewer release")
		if list := s.public(t, publish.Asked{Kind: publish.Progress}); len(list) != 1 || list[0].Stage.Title != "正在整改" {
			t.Errorf("%+v", list)
		}
	})
}

func TestPublic_PagesDoNotRepeatOrLose(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		for range 7 {
			i := s.write(t, "clerk", story)
			s.do(t, i.ID, "clerk submit", "reviewer release")
		}
		seen := map[string]bool{}
		for cursor := ""; ; {
			list, next, err := s.s.Public(bg, publish.Asked{Limit: 3, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				if seen[r.Number] {
					t.Errorf("%s twice", r.Number)
				}
				seen[r.Number] = true
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Errorf("%d of 7", len(seen))
		}
		if _, _, err := s.s.Public(bg, publish.Asked{Limit: 3, Cursor: "nonsense"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		page, err := s.s.List(bg, looptest.Person("reviewer"), publish.Query{Limit: 5, Words: "偷排", Kinds: []string{"case"}, States: []string{"public"}, Area: "330302"})
		if err != nil || page.Total != 7 || len(page.Items) != 5 || page.Next == "" {
			t.Errorf("%v %+v", err, page.Total)
		}
	})
}
