package rule_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/rule"
)

func TestGet_TellsTheEnterpriseWhatToDoByWhen(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, c := context.Background(), looptest.Build(t, d, clock)
		firm, stack := c.Outlet("热电厂", "330302")
		boss, duty := looptest.Person("boss"), looptest.Person("duty")
		boss.Enterprise = firm
		id := c.Hour(stack, "80")[0].ID
		f, err := c.Rules.Get(ctx, boss, id)
		if err != nil {
			t.Fatal(err)
		}
		if left := f.WordDue.Sub(clock.Now()); left != 24*time.Hour {
			t.Errorf("due in %s", left)
		}
		var titles []string
		for _, st := range rule.Machine.Steps {
			if st.Verb != rule.Explain {
				continue
			}
			for _, o := range st.Fields[0].Options {
				titles = append(titles, o.Value+o.Title)
			}
		}
		var guided []string
		for _, g := range f.Guides {
			guided = append(guided, g.Cause+g.Title)
			if g.Check == "" || len(g.Evidence) == 0 {
				t.Errorf("%+v", g)
			}
		}
		if strings.Join(guided, ",") != strings.Join(titles, ",") {
			t.Errorf("guides %v, causes of the form %v", guided, titles)
		}
		if f, err = c.Rules.Get(ctx, duty, id); err != nil || len(f.Guides) != 0 || f.WordDue.IsZero() {
			t.Errorf("an officer: %d guides, due %s, %v", len(f.Guides), f.WordDue, err)
		}
		if err := c.Rules.Do(ctx, boss, id, rule.Explain, f.Alarm.Version, map[string]any{"cause": "other", "text": "x"}); err != nil {
			t.Fatal(err)
		}
		if f, err = c.Rules.Get(ctx, boss, id); err != nil || !f.WordDue.IsZero() {
			t.Errorf("explained, yet due %s (%v)", f.WordDue, err)
		}
	})
}
