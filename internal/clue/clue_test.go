package clue_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
)

var bg = context.Background()

// scene runs a named behaviour on both engines.
func scene(t *testing.T, f func(t *testing.T, c *looptest.City)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { f(t, looptest.Build(t, d, clock)) })
}

// names gives the wrong fields of a fault.
func names(err error) []string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil
	}
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Name)
	}
	return out
}

func good() clue.New {
	return clue.New{Source: "phone", Title: "河水发黑", Text: "清晨排污", Area: "330302006000", Address: "五马街", Lng: 120.66, Lat: 28.01,
		Category: "water", EnterpriseName: "某电镀厂", Contact: "1380000", Files: []string{"f1"}}
}

func TestRegister_KeepsEverythingAndTellsTheDesk(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, err := c.Clues.Register(bg, looptest.Person("clerk"), good())
		if err != nil {
			t.Fatal(err)
		}
		want := clue.Clue{ID: x.ID, Number: "WZ-X-2026-000001", State: clue.StateNew, Source: "phone", Title: "河水发黑", Text: "清晨排污",
			Area: "330302006000", Address: "五马街", Lng: 120.66, Lat: 28.01, Category: "water", EnterpriseName: "某电镀厂", Contact: "1380000",
			Clock: "judge", DueAt: time.Date(2026, 11, 25, 23, 59, 59, 0, looptest.Beijing).UTC(), CreatedBy: "clerk", CreatedByName: "用户clerk",
			CreatedAt: c.Clock.Now(), UpdatedAt: c.Clock.Now(), Version: 1}
		if diff := cmp.Diff(want, x); diff != "" {
			t.Error(diff)
		}
		if c.Files.Tied["f1"] != "clue/"+string(x.ID) {
			t.Errorf("file tied to %q", c.Files.Tied["f1"])
		}
		if got := c.Told(string(x.ID), "新线索待研判"); !slices.Equal(got, []string{"clerk2"}) {
			t.Errorf("told %v: the county's desk, without who entered it", got)
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk2"), x.ID)
		if err != nil || len(f.Timeline) != 1 || !slices.Equal(f.Timeline[0].Files, []string{"f1"}) || f.Timeline[0].ActorName != "用户clerk" {
			t.Errorf("%v %+v", err, f.Timeline)
		}
	})
}

func TestRegister_Refuses(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		for name, x := range map[string]struct {
			who    string
			change func(*clue.New)
			kind   fault.Kind
			fields []string
		}{
			"everything missing":      {"clerk", func(n *clue.New) { *n = clue.New{} }, fault.Invalid, []string{"title", "area", "source"}},
			"blank title":             {"clerk", func(n *clue.New) { n.Title = " \t" }, fault.Invalid, []string{"title"}},
			"title too long":          {"clerk", func(n *clue.New) { n.Title = strings.Repeat("长", 201) }, fault.Invalid, []string{"title"}},
			"no such area":            {"clerk", func(n *clue.New) { n.Area = "110101" }, fault.Invalid, []string{"area"}},
			"people enter no alarms":  {"clerk", func(n *clue.New) { n.Source = "alarm" }, fault.Invalid, []string{"source"}},
			"no such category":        {"clerk", func(n *clue.New) { n.Category = "x" }, fault.Invalid, []string{"category"}},
			"half a position":         {"clerk", func(n *clue.New) { n.Lng = 0 }, fault.Invalid, []string{"lat"}},
			"position off the earth":  {"clerk", func(n *clue.New) { n.Lat = 91 }, fault.Invalid, []string{"lat"}},
			"unknown file":            {"clerk", func(n *clue.New) { n.Files = []string{"nope"} }, fault.Invalid, []string{"files"}},
			"another county":          {"clerk", func(n *clue.New) { n.Area = "330303" }, fault.Forbidden, nil},
			"a patroller's township":  {"grid", func(n *clue.New) { n.Area = "330302" }, fault.Forbidden, nil},
			"role without the right":  {"leader", func(*clue.New) {}, fault.Forbidden, nil},
			"administrators of seats": {"admin", func(*clue.New) {}, fault.Forbidden, nil},
		} {
			n := good()
			x.change(&n)
			_, err := c.Clues.Register(bg, looptest.Person(x.who), n)
			if !fault.Is(err, x.kind) || !slices.Equal(names(err), x.fields) {
				t.Errorf("%s: %v %v", name, err, names(err))
			}
		}
		page, err := c.Clues.List(bg, looptest.Person("clerk-city"), clue.Query{Limit: 10})
		if err != nil || page.Total != 0 {
			t.Errorf("refused clues left %d rows; %v", page.Total, err)
		}
	})
}

func TestRegister_CannotForgeASource(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		n := good()
		n.SourceID, n.Evidence = "a1", "{}"
		x, err := c.Clues.Register(bg, looptest.Person("clerk"), n)
		if err != nil || x.SourceID != "" || x.Evidence != "" {
			t.Errorf("%v %+v", err, x)
		}
	})
}

func TestHandIn_IsIdempotentBySource(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		handIn := func(sourceID, title string) (id clue.ID) {
			err := c.DB.Write(bg, func(tx *db.Tx) (err error) {
				id, err = c.Clues.HandIn(bg, tx, clue.New{Source: clue.SourceAlarm, SourceID: sourceID, Title: title, Area: "330302", Evidence: `{"v":1}`})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return id
		}
		a := handIn("alarm-1", "超标")
		if b := handIn("alarm-1", "改了名"); a != b {
			t.Errorf("%s then %s", a, b)
		}
		if b := handIn("alarm-2", "超标"); a == b {
			t.Error("another alarm gave the same clue")
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		ids := map[clue.ID]bool{}
		for range 6 {
			wg.Go(func() {
				id := handIn("alarm-3", "同时")
				mu.Lock()
				ids[id] = true
				mu.Unlock()
			})
		}
		wg.Wait()
		page, err := c.Clues.List(bg, looptest.Person("clerk-city"), clue.Query{Limit: 10})
		if err != nil || len(page.Items) != 3 || len(ids) != 1 {
			t.Errorf("%d clues, %d ids; %v", len(page.Items), len(ids), err)
		}
		if x := page.Items[2]; x.Title != "超标" || x.CreatedBy != "system:alarm" || x.Evidence != `{"v":1}` {
			t.Errorf("%+v", x)
		}
		if got := c.History("clue", string(a)); len(got) != 1 {
			t.Errorf("handing in again wrote %v", got)
		}
		if got := c.Told(string(a), "新线索"); !slices.Equal(got, []string{"clerk", "clerk2"}) {
			t.Errorf("told %v", got)
		}
	})
}

func TestVisibility(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		n := good()
		n.Source = "patrol"
		own, err := c.Clues.Register(bg, looptest.Person("grid"), n)
		if err != nil {
			t.Fatal(err)
		}
		others := register(t, c, "别人的")
		for who, want := range map[string][2]bool{
			"clerk": {true, true}, "clerk-city": {true, true}, "leader": {true, true}, "inspector": {true, true}, "duty": {true, true},
			"grid": {true, false}, "clerk-longwan": {false, false}, "agency": {false, false}, "boss": {false, false}, "admin": {false, false}, "auditor": {false, false},
		} {
			for i, x := range []clue.Clue{own, others} {
				_, err := c.Clues.Get(bg, looptest.Person(who), x.ID)
				if seen := err == nil; seen != want[i] || err != nil && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s opens %s: %v", who, x.Title, err)
				}
				if err := c.Clues.See(bg, looptest.Person(who), string(x.ID)); (err == nil) != want[i] {
					t.Errorf("%s sees files of %s: %v", who, x.Title, err)
				}
			}
			page, err := c.Clues.List(bg, looptest.Person(who), clue.Query{Limit: 10})
			n := 0
			for _, b := range want {
				if b {
					n++
				}
			}
			if err != nil || len(page.Items) != n || page.Total != n {
				t.Errorf("%s lists %d of %d; %v", who, len(page.Items), n, err)
			}
		}
		if _, err := c.Clues.Get(bg, looptest.Person("clerk"), "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such clue: %v", err)
		}
	})
}

func TestVerbs_Refuse(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x := register(t, c, "线索")
		other := register(t, c, "另一条")
		for name, v := range map[string]struct {
			who    string
			verb   flow.Verb
			act    clue.Act
			kind   fault.Kind
			fields []string
		}{
			"dismiss without reason":      {"clerk", clue.Dismiss, clue.Act{Version: 1, Form: map[string]any{"ground": "unfounded"}}, fault.Invalid, []string{"form.reason"}},
			"dismiss with a blank":        {"clerk", clue.Dismiss, clue.Act{Version: 1, Form: map[string]any{"ground": "unfounded", "reason": " "}}, fault.Invalid, []string{"form.reason"}},
			"refer to nobody":             {"clerk", clue.Refer, clue.Act{Version: 1, Form: map[string]any{"reason": "x"}}, fault.Invalid, []string{"form.agency"}},
			"refer to who is not there":   {"clerk", clue.Refer, clue.Act{Version: 1, Form: map[string]any{"reason": "x", "agency": "zzz"}}, fault.Invalid, []string{"form.agency"}},
			"stale page":                  {"clerk", clue.Take, clue.Act{Version: 2}, fault.Conflict, nil},
			"no version":                  {"clerk", clue.Take, clue.Act{}, fault.Conflict, nil},
			"role that only reads":        {"leader", clue.Take, clue.Act{Version: 1}, fault.Forbidden, nil},
			"duty does not judge":         {"duty", clue.Dismiss, clue.Act{Version: 1, Form: map[string]any{"ground": "unfounded", "reason": "x"}}, fault.Forbidden, nil},
			"another county":              {"clerk-longwan", clue.Take, clue.Act{Version: 1}, fault.NotFound, nil},
			"merge into itself":           {"clerk", clue.Merge, clue.Act{Version: 1, Form: map[string]any{"into": x.Number}}, fault.Invalid, []string{"form.into"}},
			"merge into nothing":          {"clerk", clue.Merge, clue.Act{Version: 1, Form: map[string]any{"into": "WZ-X-2026-999999"}}, fault.Invalid, []string{"form.into"}},
			"move to where it is":         {"clerk", clue.Move, clue.Act{Version: 1, Form: map[string]any{"area": "330302", "reason": "x"}}, fault.Invalid, []string{"form.area"}},
			"move off the map":            {"clerk", clue.Move, clue.Act{Version: 1, Form: map[string]any{"area": "110000", "reason": "x"}}, fault.Invalid, []string{"form.area"}},
			"a file that is not there":    {"clerk", clue.Supplement, clue.Act{Version: 1, Form: map[string]any{"text": "x", "files": []any{"nope"}}}, fault.Invalid, []string{"files"}},
			"a field that is not asked":   {"clerk", clue.Take, clue.Act{Version: 1, Form: map[string]any{"owner": "boss"}}, fault.Invalid, []string{"form.owner"}},
			"settle what is not referred": {"clerk", clue.Settle, clue.Act{Version: 1, Form: map[string]any{"result": "x"}}, fault.Conflict, nil},
		} {
			_, err := c.Clues.Verbs()[v.verb](bg, looptest.Person(v.who), x.ID, v.act)
			if !fault.Is(err, v.kind) || !slices.Equal(names(err), v.fields) {
				t.Errorf("%s: %v %v", name, err, names(err))
			}
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), x.ID)
		if err != nil || f.Clue.Version != 1 || len(f.Timeline) != 1 || len(c.Files.Tied) != 0 {
			t.Errorf("refusals left traces: %v %+v", err, f.Clue)
		}
		dead, err := do(c, clue.Dismiss, other, forms("")[clue.Dismiss])
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Clues.Merge(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: map[string]any{"into": dead.Number}})
		if !slices.Equal(names(err), []string{"form.into"}) {
			t.Errorf("merge into a dismissed clue: %v", err)
		}
	})
}

func TestTake_TwoAtOnce(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x := register(t, c, "抢着办")
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []string{"clerk", "clerk2"} {
			wg.Go(func() { _, errs[i] = c.Clues.Take(bg, looptest.Person(who), x.ID, clue.Act{Version: 1}) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v, %v: exactly one wins", errs[0], errs[1])
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), x.ID)
		if err != nil || f.Clue.OwnerID == "" || len(f.Timeline) != 2 {
			t.Errorf("%v %+v", err, f.Clue)
		}
		again, err := c.Clues.Take(bg, looptest.Person(f.Clue.OwnerID), x.ID, clue.Act{Version: 2})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("taking one's own again: %v %+v", err, again)
		}
	})
}

func TestMerge_FollowsToTheIssue(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		a, b, target := register(t, c, "甲"), register(t, c, "乙"), register(t, c, "丙")
		var err error
		if a, err = do(c, clue.Merge, a, map[string]any{"into": b.Number}); err != nil {
			t.Fatal(err)
		}
		if _, err = do(c, clue.Merge, b, map[string]any{"into": string(target.ID)}); err != nil {
			t.Fatal(err)
		}
		if target, err = do(c, clue.Adopt, target, forms("")[clue.Adopt]); err != nil {
			t.Fatal(err)
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), a.ID)
		if err != nil || f.Clue.IssueID != "i1" || f.Clue.MergedInto != b.ID || target.Category != "water" {
			t.Errorf("%v %+v", err, f.Clue)
		}
		late := register(t, c, "丁")
		if late, err = do(c, clue.Merge, late, map[string]any{"into": target.Number}); err != nil || late.IssueID != "i1" {
			t.Errorf("merged into an adopted clue: %v %+v", err, late)
		}
		c.Write(func(ctx context.Context, tx *db.Tx) error {
			list, err := c.Clues.OfIssue(ctx, tx, "i1")
			if len(list) != 4 {
				t.Errorf("the issue knows %d clues", len(list))
			}
			return err
		})
		if late, err = do(c, clue.Split, late, map[string]any{"reason": "不同"}); err != nil || late.IssueID != "" || late.MergedInto != "" || late.Clock != "judge" {
			t.Errorf("split: %v %+v", err, late)
		}
		full, err := c.Clues.Get(bg, looptest.Person("clerk"), target.ID)
		if err != nil || len(full.Merged) != 1 || full.Merged[0].ID != b.ID {
			t.Errorf("merged into the target: %v %+v", err, full.Merged)
		}
	})
}

func TestMove_GoesToTheOtherDeskWithItsTerm(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x := register(t, c, "越界")
		due := x.DueAt
		c.Clock.Advance(26 * time.Hour)
		x, err := c.Clues.Move(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: map[string]any{"area": "330303", "reason": "属龙湾"}})
		if err != nil || x.Area != "330303" || !x.DueAt.Equal(due) {
			t.Fatalf("%v %+v", err, x)
		}
		if got := c.Told(string(x.ID), "转交的线索"); !slices.Equal(got, []string{"clerk-longwan"}) {
			t.Errorf("told %v", got)
		}
		if _, err := c.Clues.Get(bg, looptest.Person("clerk2"), x.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old desk still sees it: %v", err)
		}
		if _, err := c.Clues.Get(bg, looptest.Person("clerk"), x.ID); err != nil {
			t.Errorf("who handed it in may follow it: %v", err)
		}
	})
}

func TestRefer_ReceiverHearsAndItCanComeBack(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x := register(t, c, "占道烧烤")
		x, err := c.Clues.Refer(bg, looptest.Person("clerk2"), x.ID, clue.Act{Version: 1, Form: map[string]any{"agency": "sthj-330303", "reason": "属其职责"}})
		if err != nil || x.ReferredTo != "sthj-330303" || x.Clock != "reply" || !x.DueAt.Equal(time.Date(2026, 11, 27, 23, 59, 59, 0, looptest.Beijing)) {
			t.Fatalf("%v %+v", err, x)
		}
		if got := c.Told(string(x.ID), "收到移送的线索"); !slices.Equal(got, []string{"agency-longwan"}) {
			t.Errorf("told %v", got)
		}
		if got := c.Told(string(x.ID), "您提交的线索有进展"); !slices.Equal(got, []string{"clerk"}) {
			t.Errorf("told %v", got)
		}
		// The receiver reads it and answers; its neighbours do not.
		receiver := looptest.Person("agency-longwan")
		if page, err := c.Clues.List(bg, receiver, clue.Query{Limit: 9}); err != nil || len(page.Items) != 1 || page.Total != 1 {
			t.Errorf("the receiver lists %d; %v", len(page.Items), err)
		}
		if _, err := c.Clues.Get(bg, looptest.Person("agency"), x.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another agency: %v", err)
		}
		receiver.Area = "330302" // a contact answers within its area only
		if x, err = c.Clues.Supplement(bg, receiver, x.ID, clue.Act{Version: x.Version, Form: map[string]any{"text": "正在核实"}}); err != nil {
			t.Fatal(err)
		}
		if got := c.Told(string(x.ID), "线索有补充材料"); !slices.Equal(got, []string{"clerk", "clerk2"}) {
			t.Errorf("told %v", got)
		}
		c.To("2026-11-28 08:00")
		if got := c.Told(string(x.ID), "线索研判逾期"); !slices.Contains(got, "clerk-city") || !slices.Contains(got, "leader") {
			t.Errorf("no answer in time, told %v", got)
		}
		x, err = c.Clues.ComeBack(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: x.Version, Form: map[string]any{"reason": "不属其职责"}})
		if err != nil || x.State != clue.StateNew || x.ReferredTo != "" || c.Clues.See(bg, looptest.Person("agency-longwan"), string(x.ID)) == nil || x.Clock != "judge" || !x.DueAt.Equal(time.Date(2026, 12, 2, 23, 59, 59, 0, looptest.Beijing)) {
			t.Errorf("%v %+v", err, x)
		}
	})
}

func TestClock_RemindsOnceThenEachWorkingDayUntilJudged(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x := register(t, c, "拖着") // Saturday; the term ends on Wednesday
		id := string(x.ID)
		c.To("2026-11-24 08:29")
		if got := c.History("clue", id); len(got) != 1 {
			t.Fatalf("too early: %v", got)
		}
		c.To("2026-11-24 08:30")
		if got := c.Told(id, "线索即将到期"); !slices.Equal(got, []string{"clerk", "clerk2"}) {
			t.Errorf("reminded %v", got)
		}
		c.To("2026-11-26 08:00")
		if got := c.Told(id, "线索研判逾期"); !slices.Equal(got, []string{"clerk", "clerk-city", "clerk2", "leader"}) {
			t.Errorf("overdue told %v", got)
		}
		c.To("2026-11-30 09:00") // Thursday's term over; Friday and Monday mornings follow
		want := []flow.Verb{clue.Register, clue.Remind, clue.Overdue, clue.Overdue, clue.Overdue}
		if got := c.History("clue", id); !slices.Equal(got, want) {
			t.Errorf("timeline %v, want %v", got, want)
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), x.ID)
		if err != nil || f.Clue.Version != 1 {
			t.Fatalf("reminders must not make open pages stale: %v %+v", err, f.Clue)
		}
		if _, err := c.Clues.Dismiss(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: forms("")[clue.Dismiss]}); err != nil {
			t.Fatal(err)
		}
		c.To("2026-12-10 09:00")
		if got := c.History("clue", id); !slices.Equal(got, append(want, clue.Dismiss)) {
			t.Errorf("the clock went on: %v", got)
		}
	})
}

func TestClock_TheOwnerHears(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x := register(t, c, "有人办")
		if _, err := c.Clues.Take(bg, looptest.Person("clerk2"), x.ID, clue.Act{Version: 1}); err != nil {
			t.Fatal(err)
		}
		c.To("2026-11-24 08:30")
		if got := c.Told(string(x.ID), "线索即将到期"); !slices.Equal(got, []string{"clerk2"}) {
			t.Errorf("reminded %v", got)
		}
	})
}

// TestDue_IsWhatTheTimelineSays compares the derived column with a replay, and
// mends it when it was wrong.
func TestDue_IsWhatTheTimelineSays(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, y := register(t, c, "甲"), register(t, c, "乙")
		c.Clock.Advance(50 * time.Hour)
		x, err := do(c, clue.Refer, x, forms("")[clue.Refer])
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Clues.Recompute(bg); n != 0 || err != nil {
			t.Errorf("%d deadlines differ from their timelines; %v", n, err)
		}
		c.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE clue SET due_at = due_at + 1000000 WHERE id IN ($1, $2)`, x.ID, y.ID)
			return err
		})
		if n, err := c.Clues.Recompute(bg); n != 2 || err != nil {
			t.Errorf("mended %d, %v", n, err)
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), x.ID)
		if err != nil || !f.Clue.DueAt.Equal(x.DueAt) {
			t.Errorf("%v %v, want %v", err, f.Clue.DueAt, x.DueAt)
		}
	})
}

func TestContact_TheDeskAloneAndEveryLookIsLogged(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, err := c.Clues.Register(bg, looptest.Person("clerk"), good())
		if err != nil {
			t.Fatal(err)
		}
		for who, kind := range map[string]fault.Kind{"leader": fault.Forbidden, "duty": fault.Forbidden, "clerk-longwan": fault.NotFound, "admin": fault.NotFound} {
			if got, err := c.Clues.Contact(bg, looptest.Person(who), x.ID); !fault.Is(err, kind) || got != "" {
				t.Errorf("%s: %q %v", who, got, err)
			}
		}
		if got, err := c.Clues.Contact(bg, looptest.Person("clerk2"), x.ID); got != "1380000" || err != nil {
			t.Errorf("%q %v", got, err)
		}
		c.Write(func(ctx context.Context, tx *db.Tx) error {
			who, err := db.All(ctx, tx, db.Value[string], `SELECT actor FROM audit_entry WHERE action = 'clue.see_contact'`)
			if !slices.Equal(who, []string{"clerk2"}) {
				t.Errorf("logged %v", who)
			}
			return err
		})
	})
}

func TestList_FiltersAndPages(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		clerk := looptest.Person("clerk-city")
		old := register(t, c, "旧线索")
		c.To("2026-11-26 09:00")
		for _, n := range []clue.New{
			{Source: "patrol", Title: "龙湾的", Area: "330303"},
			{Source: "phone", Title: "街道的 100%", Area: "330302006000"},
			{Source: "phone", Title: "企业的", Area: "330302", EnterpriseName: "瓯江印染"},
		} {
			if _, err := c.Clues.Register(bg, clerk, n); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := do(c, clue.Dismiss, register(t, c, "销"), forms("")[clue.Dismiss]); err != nil {
			t.Fatal(err)
		}
		for name, x := range map[string]struct {
			who  string
			q    clue.Query
			want []string
		}{
			"all, newest first": {"clerk-city", clue.Query{}, []string{"销", "企业的", "街道的 100%", "龙湾的", "旧线索"}},
			"by state":          {"clerk-city", clue.Query{States: []string{"dismissed", "merged"}}, []string{"销"}},
			"by source":         {"clerk-city", clue.Query{Sources: []string{"patrol"}}, []string{"龙湾的"}},
			"by area":           {"clerk-city", clue.Query{Area: "330302"}, []string{"销", "企业的", "街道的 100%", "旧线索"}},
			"area beyond one's": {"clerk-longwan", clue.Query{Area: "330302"}, []string{}},
			"by enterprise":     {"clerk-city", clue.Query{Words: "瓯江"}, []string{"企业的"}},
			"words literally":   {"clerk-city", clue.Query{Words: "100%"}, []string{"街道的 100%"}},
			"by number":         {"clerk-city", clue.Query{Words: "wz-x-2026-000002"}, []string{"龙湾的"}},
			"mine":              {"clerk", clue.Query{Mine: true}, []string{"销", "旧线索"}},
			"due":               {"clerk-city", clue.Query{Due: true}, []string{"旧线索"}},
			"from":              {"clerk-city", clue.Query{From: old.CreatedAt.Add(time.Second), States: []string{"new"}}, []string{"企业的", "街道的 100%", "龙湾的"}},
			"to":                {"clerk-city", clue.Query{To: old.CreatedAt.Add(time.Second)}, []string{"旧线索"}},
		} {
			x.q.Limit = 2
			got := []string{}
			for {
				page, err := c.Clues.List(bg, looptest.Person(x.who), x.q)
				if err != nil || page.Total != len(x.want) || len(page.Items) > 2 {
					t.Fatalf("%s: %v total %d", name, err, page.Total)
				}
				for _, i := range page.Items {
					got = append(got, i.Title)
				}
				if x.q.Cursor = page.Next; page.Next == "" {
					break
				}
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if _, err := c.Clues.List(bg, clerk, clue.Query{Limit: 2, Cursor: "zz"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a made-up cursor: %v", err)
		}
	})
}

func TestSimilar_SameOutletThenEnterpriseThenPlace(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		handIn := func(n clue.New) clue.ID {
			n.Source, n.Area = clue.SourceAlarm, "330302"
			var id clue.ID
			c.Write(func(ctx context.Context, tx *db.Tx) (err error) { id, err = c.Clues.HandIn(ctx, tx, n); return err })
			return id
		}
		handIn(clue.New{Title: "很久以前", OutletID: "o1"})
		c.Clock.Advance(91 * 24 * time.Hour)
		handIn(clue.New{Title: "同一排放口", OutletID: "o1", EnterpriseID: "e1"})
		handIn(clue.New{Title: "同一企业", EnterpriseID: "e1"})
		handIn(clue.New{Title: "附近", Lat: 28.0105, Lng: 120.6605, Category: "water"})
		handIn(clue.New{Title: "两公里外", Lat: 28.03, Lng: 120.66, Category: "water"})
		handIn(clue.New{Title: "无关", Category: "water"})
		x := handIn(clue.New{Title: "本件", OutletID: "o1", EnterpriseID: "e1", Lat: 28.01, Lng: 120.66, Category: "water"})
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), x)
		var got []string
		for _, l := range f.Similar {
			got = append(got, l.Clue.Title+"："+strings.Join(l.Why, "，"))
		}
		want := []string{"同一排放口：同一排放口，相隔不到一天", "同一企业：同一企业，相隔不到一天", "附近：相距约 70 米，同一类别，相隔不到一天"}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func TestSimilar_TwoPeopleTellOfTheSame(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		tell := func(title, text, address string) clue.ID {
			n := clue.New{Source: "phone", Title: title, Text: text, Area: "330302", Address: address, Category: "water"}
			x, err := c.Clues.Register(bg, looptest.Person("clerk"), n)
			if err != nil {
				t.Fatal(err)
			}
			return x.ID
		}
		first := tell("河里流白水", "厂区后墙的管子往河里排白色的水，水面漂着一层泡沫", "清泉路三号水闸")
		tell("井盖冒水", "检查井往外翻粪水，汽车开过溅得到处都是", "松台弄")
		c.Clock.Advance(20 * time.Hour)
		second := tell("有人偷排", "清泉路这边有根管子往河里排白色的水，都是泡沫", "清泉路")
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), second)
		if err != nil || len(f.Similar) != 1 || f.Similar[0].Clue.ID != first || f.Similar[0].Why[0] != "说的可能是同一件事" || f.Similar[0].Score < 50 {
			t.Errorf("%v %+v", err, f.Similar)
		}
	})
}

func TestHandover_GivesOpenCluesToAnother(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, y := register(t, c, "在办"), register(t, c, "办结")
		for _, id := range []clue.ID{x.ID, y.ID} {
			if _, err := c.Clues.Take(bg, looptest.Person("clerk"), id, clue.Act{Version: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Clues.Dismiss(bg, looptest.Person("clerk"), y.ID, clue.Act{Version: 2, Form: forms("")[clue.Dismiss]}); err != nil {
			t.Fatal(err)
		}
		open := func(who string) (n int) {
			c.Write(func(ctx context.Context, tx *db.Tx) (err error) { n, err = c.Clues.Open(ctx, tx, who); return err })
			return n
		}
		if open("clerk") != 1 || open("clerk2") != 0 {
			t.Errorf("open %d, %d", open("clerk"), open("clerk2"))
		}
		c.Write(func(ctx context.Context, tx *db.Tx) error {
			return c.Clues.Handover(ctx, tx, looptest.Person("secadmin"), "clerk", "clerk2")
		})
		if open("clerk") != 0 || open("clerk2") != 1 {
			t.Errorf("after: open %d, %d", open("clerk"), open("clerk2"))
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk2"), x.ID)
		if last := f.Timeline[len(f.Timeline)-1]; err != nil || last.Verb != clue.HandOver || last.ActorID != "secadmin" || last.Shown[0].Value != "用户clerk2" || f.Clue.Version != 3 {
			t.Errorf("%v %+v", err, last)
		}
		if got := c.Told(string(x.ID), "线索移交给您"); !slices.Equal(got, []string{"clerk2"}) {
			t.Errorf("told %v", got)
		}
	})
}

func TestActions_FollowRoleAndState(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, err := c.Clues.Register(bg, looptest.Person("clerk"), good())
		if err != nil {
			t.Fatal(err)
		}
		verbs := func(who string) []flow.Verb {
			f, err := c.Clues.Get(bg, looptest.Person(who), x.ID)
			if err != nil {
				t.Fatal(err)
			}
			out := []flow.Verb{}
			for _, a := range f.Actions {
				out = append(out, a.Verb)
				for _, field := range a.Fields {
					if a.Verb == clue.Adopt && (field.Name == "title" && field.Default != "河水发黑" || field.Name == "category" && field.Default != "water") {
						t.Errorf("adopt starts with %s = %q", field.Name, field.Default)
					}
				}
			}
			return out
		}
		if got := verbs("clerk"); !slices.Equal(got, []flow.Verb{clue.Adopt, clue.Join, clue.Merge, clue.Refer, clue.Dismiss, clue.Take, clue.Move, clue.Consult, clue.Supplement}) {
			t.Errorf("clerk %v", got)
		}
		if got := verbs("duty"); !slices.Equal(got, []flow.Verb{clue.Supplement}) {
			t.Errorf("duty %v", got)
		}
		if got := verbs("leader"); len(got) != 0 {
			t.Errorf("leader %v", got)
		}
		for _, st := range c.Clues.Machine().Steps {
			for _, f := range st.Fields {
				if f.Default != "" {
					t.Error("the shared table was changed")
				}
			}
		}
	})
}

// Two clues merged into each other at one moment: one merger is refused, or both
// clues would wait for the other for ever. And a clue merged into one that just
// becomes an issue goes along with it.
func TestMerge_AtOneMoment(t *testing.T) {
	t.Parallel()
	scene(t, func(t *testing.T, c *looptest.City) {
		register := func(title string) clue.Clue {
			x, err := c.Clues.Register(bg, looptest.Person("clerk"), clue.New{Source: "phone", Title: title, Area: "330302"})
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		merge := func(x, into clue.Clue) error {
			_, err := c.Clues.Merge(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: x.Version, Form: map[string]any{"into": into.Number}})
			return err
		}
		for round := range 12 {
			a, b := register("甲"), register("乙")
			var first, second error
			var both sync.WaitGroup
			both.Go(func() { first = merge(a, b) })
			both.Go(func() { second = merge(b, a) })
			both.Wait()
			if (first == nil) == (second == nil) || !fault.Is(errors.Join(first, second), fault.Invalid) && !fault.Is(errors.Join(first, second), fault.Conflict) {
				t.Errorf("round %d: %v, %v", round, first, second)
			}
			a, b = register("丙"), register("丁")
			both.Go(func() { first = merge(a, b) })
			both.Go(func() {
				_, second = c.Issues.Adopt(bg, looptest.Person("clerk"), b.ID, clue.Act{Version: b.Version, Form: map[string]any{"category": "air", "severity": "major"}})
			})
			both.Wait()
			x, err := c.Clues.Get(bg, looptest.Person("clerk"), a.ID)
			into, err2 := c.Clues.Get(bg, looptest.Person("clerk"), b.ID)
			if first != nil || second != nil || err != nil || err2 != nil || x.Clue.IssueID == "" || x.Clue.IssueID != into.Clue.IssueID {
				t.Errorf("round %d: %v, %v; the merged clue goes with issue %q, the other became %q", round, first, second, x.Clue.IssueID, into.Clue.IssueID)
			}
		}
	})
}

// TestIndex_FindsWhatWasThereBefore takes the index away, as an older program
// leaves the tables, and has it made again.
func TestIndex_FindsWhatWasThereBefore(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		register(t, c, "南塘河夜间排污")
		err := c.DB.Write(bg, func(tx *db.Tx) error {
			_, err := db.Exec(bg, tx, `DELETE FROM search_text`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		total := func() int {
			page, err := c.Clues.List(bg, looptest.Person("clerk-city"), clue.Query{Words: "河夜间", Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			return page.Total
		}
		if total() != 0 {
			t.Fatal("found without an index: the search does not follow it")
		}
		if err := c.Clues.Index(bg); err != nil {
			t.Fatal(err)
		}
		if total() != 1 {
			t.Error("not found after the texts were entered")
		}
	})
}
