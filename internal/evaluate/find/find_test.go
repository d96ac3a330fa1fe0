package find_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/find"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
)

// told is what was found, as "kind title, title" a group.
func told(groups []find.Group) string {
	var out []string
	for _, g := range groups {
		var titles []string
		for _, h := range g.Hits {
			titles = append(titles, h.Title)
		}
		slices.Sort(titles)
		out = append(out, fmt.Sprint(g.Kind, " ", strings.Join(titles, "，")))
	}
	return strings.Join(out, "；")
}

func TestFind(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		i := c.Issue("五马河排口冒泡")
		_, outlet := c.Outlet("示范印染有限公司", "330302")
		c.Hour(outlet, "80")
		s := find.New(c.Policy, c.Issues, c.Clues, c.Rules, enterprise.New(d, c.Policy))
		for _, x := range []struct{ who, words, want string }{
			{"clerk", "五马河", "issue 五马河排口冒泡；clue 五马河排口冒泡"},
			{"clerk", " 河排口 ", "issue 五马河排口冒泡；clue 五马河排口冒泡"},
			{"clerk", strings.ToLower(i.Number), "issue 五马河排口冒泡"},
			{"clerk-longwan", "五马河", ""}, // another county's
			{"clerk-longwan", i.Number, ""},
			{"duty", "sfyr", "enterprise 示范印染有限公司；outlet 示范印染有限公司 1号排气筒"},
			{"duty", "SFYRYX", "enterprise 示范印染有限公司；outlet 示范印染有限公司 1号排气筒"},
			{"duty-longwan", "sfyr", ""},
			{"duty", "印染%", ""},
			{"auditor", "五马河", ""},
			{"clerk", "火星基地", ""},
		} {
			got, err := s.Find(context.Background(), looptest.Person(x.who), x.words)
			if err != nil || told(got) != x.want {
				t.Errorf("%s finds by %q: %s %v, want %s", x.who, x.words, told(got), err, x.want)
			}
		}
		got, err := s.Find(context.Background(), looptest.Person("duty"), "示范印染")
		if err != nil || !strings.Contains(told(got), "alarm 示范印染有限公司：") {
			t.Errorf("the alarm is not found: %s %v", told(got), err)
		}
		for _, words := range []string{"", " ", "五", strings.Repeat("长", 101)} {
			if _, err := s.Find(context.Background(), looptest.Person("clerk"), words); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", words, err)
			}
		}
	})
}

// Of many only the first few are shown, with how many there are.
func TestFind_Many(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		for n := range 9 {
			c.Issue(fmt.Sprint("黑臭河段", n))
		}
		s := find.New(c.Policy, c.Issues, c.Clues, c.Rules, enterprise.New(d, c.Policy))
		got, err := s.Find(context.Background(), looptest.Person("clerk"), "黑臭")
		if err != nil || len(got) != 2 {
			t.Fatalf("%s %v", told(got), err)
		}
		for _, g := range got {
			if len(g.Hits) != 6 || !g.More || g.Total != 9 || g.Capped {
				t.Errorf("%s: %d shown, more %v, of %d", g.Kind, len(g.Hits), g.More, g.Total)
			}
		}
	})
}
