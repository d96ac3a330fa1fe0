package riskmap_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
)

// What an edge says turns the colour, and one less does not.
func TestEdges_AreTheLeast(t *testing.T) {
	t.Parallel()
	table := riskmap.Annex()
	r := rand.New(rand.NewPCG(7, 4))
	seen := 0
	for range 2000 {
		p := random(r)
		f := facts(t, month(p.json("p")))
		now := table.Unit(f.Month, &f.Units[0])
		for _, e := range table.Edges(f.Month, &f.Units[0]) {
			if now.Colour == riskmap.Red || e.Colour == now.Colour {
				t.Fatalf("%s: %+v", now.Colour, e)
			}
			var n int
			if k, _ := fmt.Sscanf(e.Text, "信访投诉再多 %d 件", &n); k == 0 {
				continue
			}
			seen++
			for add, want := range map[int]bool{n: true, n - 1: false} {
				q := p
				q.count += add
				g := facts(t, month(q.json("q")))
				if turned := table.Unit(g.Month, &g.Units[0]).Colour != now.Colour; turned != want {
					t.Fatalf("%s: %d more turns %v", p.json("p"), add, turned)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d edges of complaints", seen)
	}
	f := facts(t, `{"month":"2026-10","units":[{"code":"a","complaints":{"count":105,"baseline":[100,100,100]},"exceedances":[5,5,5]}]}`)
	var texts []string
	for _, e := range table.Edges(f.Month, &f.Units[0]) {
		texts = append(texts, e.Text)
	}
	all := strings.Join(texts, "；")
	for _, want := range []string{"信访投诉再多 1 件", "在线监测再超标 1 次", "发生 1 起一般突发环境事件", "省级部门"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not in %s", want, all)
		}
	}
	if f.Units[0].Complaints.Value.RatString() != "105" || f.Units[0].Exceedances[2].RatString() != "5" {
		t.Error("the facts were changed")
	}
}
