package outcome_test

import (
	"context"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/evaluate/outcome"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/rule"
)

var bg = context.Background()

func TestAsk_CountsWhatPeopleAnswered(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		_, outlet := c.Outlet("演示热电厂", "330302")
		a := c.Hour(outlet, "80")[0]
		s := outcome.New(d, auth.DefaultPolicy())
		duty := looptest.Person("duty")
		clock.Advance(20 * time.Minute)
		if err := c.Rules.Do(bg, duty, a.ID, rule.Acknowledge, a.Version, nil); err != nil {
			t.Fatal(err)
		}
		f, err := c.Rules.Get(bg, duty, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(20 * time.Minute)
		if err := c.Rules.Do(bg, duty, a.ID, rule.Handle, f.Alarm.Version, map[string]any{"cause": "discharge", "text": "脱硫泵停"}); err != nil {
			t.Fatal(err)
		}
		r, err := s.Ask(bg, duty, outcome.Query{Group: outcome.ByRule})
		if err != nil || len(r.Rows) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		if x := r.Rows[0]; x.ID != a.Rule || x.Alarms != 1 || x.True != 1 || x.False != 0 || x.Acknowledged != 20*time.Minute || x.Handled != 40*time.Minute || x.Explanations != 0 {
			t.Errorf("%+v", x)
		}
		for g, want := range map[outcome.Group]string{outcome.ByLevel: "exceed", outcome.ByArea: "330302", outcome.ByMonth: "2026-11"} {
			if r, err := s.Ask(bg, duty, outcome.Query{Group: g}); err != nil || len(r.Rows) != 1 || r.Rows[0].ID != want {
				t.Errorf("%s: %+v, %v", g, r.Rows, err)
			}
		}
		stranger := auth.Actor{ID: "n", Roles: []auth.Role{auth.Duty}, Area: "330381"}
		if r, err := s.Ask(bg, stranger, outcome.Query{Group: outcome.ByRule}); err != nil || r.Total.Alarms != 0 {
			t.Errorf("another area: %+v, %v", r, err)
		}
		if _, err := s.Ask(bg, duty, outcome.Query{Group: outcome.ByRule, From: clock.Now().AddDate(-3, 0, 0)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("three years: %v", err)
		}
	})
}
