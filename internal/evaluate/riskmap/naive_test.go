package riskmap_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
)

// plain is a unit in whole numbers, for a second reading of the annex: shares in
// thousandths, indices in hundredths.
type plain struct {
	water, air, count int
	wb, ab, cb        [3]int
	mass              bool
	found             []string // level/kind/self
	events            []string // month offset/grade
	exceed            [3]int
}

var worlds = struct{ levels, kinds, grades []string }{
	[]string{"provincial", "national"},
	[]string{"listed_supervision", "summons", "circular", "media", "inspectorate_handover", "leader_instruction"},
	[]string{"一般", "较大", "重大", "特别重大"},
}

func random(r *rand.Rand) plain {
	p := plain{water: r.IntN(1001), air: 200 + r.IntN(300), count: r.IntN(300), mass: r.IntN(12) == 0}
	near := func(v, spread int) [3]int {
		var out [3]int
		for i := range out {
			out[i] = max(1, v+r.IntN(2*spread+1)-spread)
		}
		return out
	}
	p.wb, p.ab, p.cb = near(p.water, 90), near(p.air, 40), near(p.count, 12)
	for i := range p.wb {
		p.wb[i] = min(1000, p.wb[i])
	}
	for range r.IntN(3) {
		self := []string{"true", "false", "absent"}[r.IntN(3)]
		p.found = append(p.found, worlds.levels[r.IntN(2)]+"/"+worlds.kinds[r.IntN(6)]+"/"+self)
	}
	for range r.IntN(3) {
		p.events = append(p.events, fmt.Sprintf("%d/%s", r.IntN(6)-1, worlds.grades[r.IntN(4)]))
	}
	for i := range p.exceed {
		p.exceed[i] = r.IntN(4)
	}
	return p
}

// naive reads the annex with whole numbers and nested ifs.
func (p plain) naive() [5]int {
	var out [5]int
	// share: fall/mean = (S/3 - x)/(S/3) = (S - 3x)/S
	s := p.wb[0] + p.wb[1] + p.wb[2]
	if fall := 100 * (s - 3*p.water); fall > 8*s {
		out[0] = 2
	} else if fall >= 5*s {
		out[0] = 1
	}
	s = p.ab[0] + p.ab[1] + p.ab[2]
	if rise := 100 * (3*p.air - s); rise > 10*s {
		out[0] = 2
	} else if rise >= 5*s && out[0] == 0 {
		out[0] = 1
	}
	s = p.cb[0] + p.cb[1] + p.cb[2]
	if rise := 100 * (3*p.count - s); rise > 5*s || p.mass {
		out[1] = 2
	} else if rise > 0 {
		out[1] = 1
	}
	for _, f := range p.found {
		x := strings.Split(f, "/")
		n := 1
		if x[0] == "national" {
			n = 2
		}
		if x[1] == "inspectorate_handover" {
			n = 1
		}
		if x[1] == "leader_instruction" {
			n = 2
		}
		if x[2] == "true" {
			n = 0
		}
		if n > out[2] {
			out[2] = n
		}
	}
	for _, e := range p.events {
		var ago int
		var grade string
		fmt.Sscanf(strings.Replace(e, "/", " ", 1), "%d %s", &ago, &grade)
		n := 1
		if strings.Contains(grade, "重大") {
			n = 2
		}
		if (ago == 0 || ago == 1 || ago == 2) && n > out[3] {
			out[3] = n
		}
	}
	if p.exceed[2] > p.exceed[1] {
		out[4] = 1
		if p.exceed[1] > p.exceed[0] {
			out[4] = 2
		}
	}
	return out
}

// json writes the unit as a facts file has it; October 2026.
func (p plain) json(code string) string {
	thousandth := func(v int) string { return fmt.Sprintf("%d.%03d", v/1000, v%1000) }
	hundredth := func(v int) string { return fmt.Sprintf("%d.%02d", v/100, v%100) }
	base := func(b [3]int, f func(int) string) string {
		return f(b[0]) + "," + f(b[1]) + "," + f(b[2])
	}
	var found, events []string
	for _, f := range p.found {
		x := strings.Split(f, "/")
		self := ""
		if x[2] != "absent" {
			self = `,"self_found":` + x[2]
		}
		found = append(found, fmt.Sprintf(`{"level":%q,"kind":%q%s}`, x[0], x[1], self))
	}
	for _, e := range p.events {
		var ago int
		var grade string
		fmt.Sscanf(strings.Replace(e, "/", " ", 1), "%d %s", &ago, &grade)
		events = append(events, fmt.Sprintf(`{"date":"2026-%02d-15","grade":%q}`, 10-ago, grade))
	}
	return fmt.Sprintf(`{"code":%q,"water":{"share":%s,"baseline":[%s]},"air":{"index":%s,"baseline":[%s]},"complaints":{"count":%d,"baseline":[%s]},`+
		`"mass_incident":%v,"discovery":[%s],"events":[%s],"exceedances":[%d,%d,%d]}`,
		code, thousandth(p.water), base(p.wb, thousandth), hundredth(p.air), base(p.ab, hundredth), p.count, base(p.cb, func(v int) string { return fmt.Sprint(v) }),
		p.mass, strings.Join(found, ","), strings.Join(events, ","), p.exceed[0], p.exceed[1], p.exceed[2])
}

func month(units ...string) string {
	return `{"month":"2026-10","units":[` + strings.Join(units, ",") + `]}`
}

func TestJudge_AgreesWithASecondReading(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	const n = 10_000
	var units []string
	var want [][5]int
	seen := map[[5]int]bool{}
	for i := range n {
		p := random(r)
		units = append(units, p.json(fmt.Sprint(i)))
		want = append(want, p.naive())
		seen[p.naive()] = true
	}
	for i, u := range riskmap.Judge(riskmap.Annex(), facts(t, month(units...))).Units {
		for k, a := range aspects(u) {
			if a.Points != want[i][k] {
				t.Fatalf("%s: aspect %d is %d, the second reading has %d (%s)", units[i], k, a.Points, want[i][k], a.Reason)
			}
		}
	}
	if len(seen) < 150 { // of 243
		t.Errorf("only %d of the possible outcomes were tried", len(seen))
	}
}

// A fact that gets worse never lowers a warning.
func TestJudge_IsMonotone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 2))
	worsen := []func(*plain){
		func(p *plain) { p.water = max(0, p.water-r.IntN(100)) },
		func(p *plain) { p.air += r.IntN(50) },
		func(p *plain) { p.count += r.IntN(20) },
		func(p *plain) { p.mass = true },
		func(p *plain) {
			p.found = append(p.found[:len(p.found):len(p.found)], worlds.levels[r.IntN(2)]+"/"+worlds.kinds[r.IntN(6)]+"/absent")
		},
		func(p *plain) {
			p.events = append(p.events[:len(p.events):len(p.events)], fmt.Sprintf("%d/%s", r.IntN(3), worlds.grades[r.IntN(4)]))
		},
		func(p *plain) { p.exceed[2] += r.IntN(4) },
		func(p *plain) { p.wb[r.IntN(3)] = 1000 },
		func(p *plain) { p.ab[r.IntN(3)] = 1 },
	}
	for i := range 3000 {
		p := random(r)
		q := p
		worsen[i%len(worsen)](&q)
		u := riskmap.Judge(riskmap.Annex(), facts(t, month(p.json("p"), q.json("q")))).Units
		for k := range aspects(u[0]) {
			if a, b := aspects(u[0])[k], aspects(u[1])[k]; b.Points < a.Points {
				t.Fatalf("%s\n%s: aspect %d fell from %d to %d", p.json("p"), q.json("q"), k, a.Points, b.Points)
			}
		}
	}
}

// What stands before or after a unit changes nothing for it.
func TestJudge_OrderIsIrrelevant(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 3))
	var units []string
	for i := range 60 {
		units = append(units, random(r).json(fmt.Sprint(i)))
	}
	want := map[string]riskmap.Unit{}
	for _, u := range riskmap.Judge(riskmap.Annex(), facts(t, month(units...))).Units {
		want[u.Code] = u
	}
	for range 5 {
		r.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		for _, u := range riskmap.Judge(riskmap.Annex(), facts(t, month(units...))).Units {
			if u != want[u.Code] {
				t.Fatalf("%s: %+v, was %+v", u.Code, u, want[u.Code])
			}
		}
	}
}
