package publish_test

import (
	"context"
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

func (s *scene) try(t *testing.T, id publish.ID, step string) error {
	t.Helper()
	who, verb, _ := strings.Cut(step, " ")
	f, err := s.s.Get(bg, looptest.Person(who), id)
	if err != nil {
		return err
	}
	form := map[string]any{}
	if a := find(f.Actions, flow.Verb(verb)); a != nil && len(a.Fields) == 1 {
		form["text"] = "说明"
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

func (s *scene) public(t *testing.T, q publish.Asked) []publish.Read {
	t.Helper()
	q.Limit = 20
	list, _, err := s.s.Public(bg, q)
	if err != nil {
		t.Fatal(err)
	}
	return list
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
		if _, err := s.s.One(bg, i.Number); !fault.Is(err, fault.NotFound) {
			t.Errorf("not reviewed and found: %v", err)
		}
		s.do(t, i.ID, "reviewer sendback", "clerk submit", "reviewer release")
		r, err := s.s.One(bg, i.Number)
		if err != nil || r.Shown.Text != "当事人张某（电话138****00）夜间偷排。" || r.Shown.Masked != 2 {
			t.Errorf("%v %+v", err, r.Shown)
		}
		if err := s.try(t, i.ID, "clerk withdraw"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("taken back by the writer: %v", err)
		}
		s.do(t, i.ID, "leader withdraw")
		r, err = s.s.One(bg, i.Number)
		if err != nil || r.Item.State != publish.Withdrawn || r.Item.Reason != "说明" || r.Shown.Text != "" || r.Item.Text != "" || r.Item.Title != "" {
			t.Errorf("%v %+v", err, r)
		}
		if len(s.public(t, publish.Asked{})) != 0 {
			t.Error("what was taken back is listed")
		}
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
		if err := s.s.Do(bg, both, i.ID, publish.Release, 2, nil); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "拟稿的人") {
			t.Errorf("%v", err)
		}
	})
}

func TestCall_BountyNeedsTheLeaderAndEndsOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		n := publish.New{Kind: publish.Call, Title: "征集倾倒废酸线索", Text: "请提供车辆去向", Area: "330302", Until: "2026-11-23", BountyFen: 5_000_000, Budget: "温财〔2026〕3号"}
		i := s.write(t, "clerk", n)
		s.do(t, i.ID, "clerk submit")
		if err := s.try(t, i.ID, "reviewer release"); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "分管领导") {
			t.Errorf("a bounty without the leader: %v", err)
		}
		answer := func(tip string) error {
			return s.DB.Write(bg, func(tx *db.Tx) error { return s.s.Answer(bg, tx, i.Number, tip) })
		}
		if err := answer("t0"); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered before it is public: %v", err)
		}
		s.do(t, i.ID, "leader grant")
		if err := answer("t1"); err != nil {
			t.Fatal(err)
		}
		f, err := s.s.Get(bg, looptest.Person("clerk"), i.ID)
		if err != nil || len(f.Answers) != 1 || f.Answers[0] != "t1" {
			t.Errorf("%v %v", err, f.Answers)
		}
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			c, ok, err := s.s.CallOf(ctx, tx, "t1")
			if !ok || c.BountyFen != 5_000_000 {
				t.Errorf("%v %+v", ok, c)
			}
			if _, ok, err := s.s.CallOf(ctx, tx, "t9"); ok || err != nil {
				t.Errorf("%v %v", ok, err)
			}
			return err
		})
		s.To("2026-11-23 23:59")
		if len(s.public(t, publish.Asked{Kind: publish.Call, Open: true})) != 1 {
			t.Error("its last day is not over")
		}
		s.To("2026-11-24 00:01")
		if len(s.public(t, publish.Asked{Kind: publish.Call, Open: true})) != 0 || len(s.public(t, publish.Asked{Kind: publish.Call})) != 1 {
			t.Error("an ended call stays readable and is not open")
		}
		if err := answer("t2"); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered too late: %v", err)
		}
	})
}

func TestCall_ClosedWithItsOutcome(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		i := s.write(t, "clerk", publish.New{Kind: publish.Call, Title: "征集", Text: "内容", Area: "330302", Until: "2026-12-31"})
		s.do(t, i.ID, "clerk submit", "reviewer release", "clerk close")
		r, err := s.s.One(bg, i.Number)
		if err != nil || r.Shown.Outcome != "说明" || r.Item.State != publish.Ended {
			t.Errorf("%v %+v", err, r)
		}
		c := s.write(t, "clerk", story)
		s.do(t, c.ID, "clerk submit", "reviewer release")
		if err := s.try(t, c.ID, "clerk close"); !fault.Is(err, fault.Forbidden) {
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
				if seen[r.Item.Number] {
					t.Errorf("%s twice", r.Item.Number)
				}
				seen[r.Item.Number] = true
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
