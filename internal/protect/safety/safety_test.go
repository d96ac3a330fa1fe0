package safety_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/safety"
	"github.com/qingshao/qingshao/internal/seal"
)

var bg = context.Background()

func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	if err := safety.Machine.Validate(); err != nil {
		t.Error(err)
	}
}

func TestPlan_OnlyTheCircleReadsIt(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		city := looptest.Build(t, d, clock)
		circles := circle.New(circle.Deps{DB: d, Auth: city.Policy, Notify: city.Notify, Timeline: city.Timeline, Keep: safety.Keep})
		circles.Kind("tip", func(_ context.Context, _ *db.Tx, id string) (circle.Matter, error) {
			return circle.Matter{Number: "WZ-J-" + id, Area: "330302", Readers: []auth.Capability{auth.ClueTriage}}, nil
		})
		s := safety.New(safety.Deps{DB: d, Box: seal.New(t.TempDir()), Calendar: calendar.New(nil, nil), Notify: city.Notify, Timeline: city.Timeline})
		s.Jobs(city.Jobs)
		clerk, leader := looptest.Person("clerk"), looptest.Person("leader")
		c, err := circles.Set(bg, clerk, "tip", "t1", []string{"clerk", "clerk-city"}, "涉及内部人员")
		if err != nil {
			t.Fatal(err)
		}
		day := func(n int) string {
			return clock.Now().Add(8*time.Hour).AddDate(0, 0, n).Format(time.DateOnly)
		}
		form := map[string]any{"level": "urgent", "risk": "车间主任扬言要查出是谁", "from": "某厂车间主任", "measures": "合并到专项检查中进行", "police": "asked", "responsible": "clerk-city", "review_on": day(7)}
		for name, bad := range map[string]struct{ field, value string }{
			"nobody answers": {"responsible", "clerk2"}, "no risk": {"risk", ""}, "reviewed yesterday": {"review_on", day(-1)}, "reviewed in two years": {"review_on", day(800)},
		} {
			f := map[string]any{}
			for k, v := range form {
				f[k] = v
			}
			f[bad.field] = bad.value
			if err := s.Do(bg, clerk, c.ID, safety.Assess, 0, f); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Do(bg, clerk, c.ID, safety.Assess, 0, form); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"leader", "supervisor", "clerk2", "admin", "auditor"} {
			if _, err := s.Get(bg, looptest.Person(who), c.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads it: %v", who, err)
			}
			if err := s.Do(bg, looptest.Person(who), c.ID, safety.End, 1, nil); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s ends it: %v", who, err)
			}
		}
		o, err := s.Get(bg, looptest.Person("clerk-city"), c.ID)
		if err != nil || o.Plan.Body.From != "某厂车间主任" || o.Plan.Responsible != "clerk-city" || len(o.Actions) != 3 {
			t.Fatalf("%v %+v", err, o)
		}
		for _, word := range []string{"车间主任", "专项检查"} {
			city.Write(func(ctx context.Context, tx *db.Tx) error {
				where, err := looptest.Holding(ctx, tx, word)
				if len(where) > 0 {
					t.Errorf("%q stands in %v", word, where)
				}
				return err
			})
		}
		if err := circles.Do(bg, leader, c.ID, circle.Lift, 1, map[string]any{"reason": "已经公开"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("lifted over a plan: %v", err)
		}
		// Nobody looks at it again: each working day the circle is told, nobody else.
		city.To(day(7) + " 08:31")
		told := city.Told(o.Plan.ID, "举报人安全措施到期未复核")
		if strings.Join(told, " ") != "clerk clerk-city" {
			t.Errorf("told %v", told)
		}
		if err := s.Do(bg, clerk, c.ID, safety.Review, 1, map[string]any{"review_on": day(30)}); err != nil {
			t.Fatal(err)
		}
		due, err := s.Due(bg, "t1")
		if err != nil || !due["t1"].After(clock.Now()) {
			t.Errorf("%v %v", err, due)
		}
		if err := s.Do(bg, clerk, c.ID, safety.End, 2, nil); err != nil {
			t.Fatal(err)
		}
		if err := circles.Do(bg, leader, c.ID, circle.Lift, 1, map[string]any{"reason": "已经公开"}); err != nil {
			t.Error(err)
		}
		if _, err := s.Get(bg, clerk, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("without a circle: %v", err)
		}
	})
}
