package tip_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
)

func TestCount_NumbersAloneAndNoneThatPointAtSomebody(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))
		to := from.AddDate(0, 1, 0)
		clerk := looptest.Person("clerk")
		count := func(by tip.By) tip.Counting {
			t.Helper()
			c, err := s.tips.Count(bg, clerk, by, from, to)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		for range 3 {
			s.file(t, report())
		}
		if c := count(tip.ByKind); !c.Few || c.Total.All != 3 || len(c.Rows) != 0 {
			t.Errorf("three are only counted: %+v", c)
		}
		for range 3 {
			s.file(t, report())
		}
		for range 5 {
			n := report()
			n.Kind, n.Answers, n.Mode, n.Contact = "noise", nil, tip.Anonymous, ""
			s.file(t, n)
		}
		id, _ := s.file(t, report())
		if err := s.tips.Do(bg, clerk, id, tip.Accept, 1, map[string]any{"text": ""}); err != nil {
			t.Fatal(err)
		}
		c := count(tip.ByKind)
		if len(c.Rows) != 2 || c.Rows[0].Title != "废水偷排" || c.Rows[0].All != 7 || c.Rows[0].Accepted != 1 || c.Rows[0].InTime != 1 || c.Rows[1].All != 5 || c.Total.All != 12 || c.Total.Waiting != 11 {
			t.Errorf("%+v", c)
		}
		for by, want := range map[tip.By]string{tip.ByMode: "公开举报 7 匿名举报 5", tip.ByChannel: "网上举报 12", tip.ByMonth: "2026-11 12", tip.ByArea: "鹿城区 12"} {
			var got []string
			for _, r := range count(by).Rows {
				got = append(got, fmt.Sprint(r.Title, " ", r.All))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("by %s: %v", by, got)
			}
		}
		there := auth.Actor{ID: "there", Roles: []auth.Role{auth.Clerk}, Area: "330303"}
		if c, err := s.tips.Count(bg, there, tip.ByKind, from, to); err != nil || c.Total.All != 0 {
			t.Errorf("another area's: %+v %v", c, err)
		}
		if _, err := s.tips.Count(bg, clerk, tip.ByKind, to, from); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	})
}
