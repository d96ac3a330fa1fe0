package coverage

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/permit"
)

var rules = Rules{Target: 85, Factors: []string{"w01018", "w21003"}, HeardDays: 3}

func TestDutyOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class   enterprise.PermitClass
		kind    enterprise.Kind
		monitor permit.Monitor
		want    Duty
	}{
		{enterprise.PermitKey, enterprise.Water, "", Required},
		{enterprise.PermitKey, enterprise.Gas, "", Required},
		{enterprise.PermitKey, enterprise.Rain, "", Free},
		{enterprise.PermitKey, enterprise.Rain, permit.Auto, Required},
		{enterprise.PermitKey, enterprise.Gas, permit.Manual, Free},
		{enterprise.PermitSimplified, enterprise.Gas, "", Free},
		{enterprise.PermitSimplified, enterprise.Water, permit.Auto, Required},
		{enterprise.PermitRegistered, enterprise.Water, "", Free},
		{"", enterprise.Water, "", Unknown},
		{"", enterprise.Rain, "", Free},
		{"", enterprise.Water, permit.None, Free},
	} {
		if got, why := dutyOf(c.class, c.kind, c.monitor); got != c.want || why == "" {
			t.Errorf("%s %s %s: %s (%s), want %s", c.class, c.kind, c.monitor, got, why, c.want)
		}
	}
}

func load(code, tonnes string) permit.Load {
	return permit.Load{Factor: code, Tonnes: decimal.Must(tonnes)}
}

var now = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

func point(change func(*Point)) Point {
	p := Point{Outlet: enterprise.Outlet{Kind: enterprise.Water}, Class: enterprise.PermitKey, Devices: 1, LastAt: now.Add(-time.Hour),
		Permit:   permit.Permit{Version: 1, Loads: []permit.Load{load("w01018", "10"), load("w21003", "1"), load("w21011", "0.1")}},
		Measured: map[string]bool{"w01018": true, "w21003": true}}
	change(&p)
	p.judge(rules, now)
	return p
}

func TestGaps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Point)
		want   string
	}{
		"covered":                   {func(*Point) {}, ""},
		"no device":                 {func(p *Point) { p.Devices = 0 }, "device"},
		"silent":                    {func(p *Point) { p.LastAt = now.Add(-73 * time.Hour) }, "silent"},
		"just heard":                {func(p *Point) { p.LastAt = now.Add(-72 * time.Hour) }, ""},
		"never heard":               {func(p *Point) { p.LastAt = time.Time{} }, "silent"},
		"a pollutant is missing":    {func(p *Point) { p.Measured = map[string]bool{"w01018": true} }, "factor"},
		"nothing permitted of it":   {func(p *Point) { p.Measured = map[string]bool{"w01018": true}; p.Permit.Loads[1] = load("w21003", "0") }, ""},
		"no load entered":           {func(p *Point) { p.Permit = permit.Permit{} }, "load"},
		"nothing permitted at all":  {func(p *Point) { p.Permit.Loads = nil }, ""},
		"silent and no load":        {func(p *Point) { p.LastAt, p.Permit = time.Time{}, permit.Permit{} }, "silent load"},
		"class not entered":         {func(p *Point) { p.Class = "" }, "class"},
		"simplified without device": {func(p *Point) { p.Class, p.Devices = enterprise.PermitSimplified, 0 }, ""},
		"simplified and silent":     {func(p *Point) { p.Class, p.LastAt = enterprise.PermitSimplified, time.Time{} }, ""},
		"rain without device":       {func(p *Point) { p.Outlet.Kind, p.Devices = enterprise.Rain, 0 }, ""},
	} {
		var got []string
		for _, g := range point(c.change).gaps(rules) {
			got = append(got, string(g.Reason))
			if g.Text == "" || g.Remedy == "" || g.Reason.Title() == "" {
				t.Errorf("%s: %+v says too little", name, g)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}

func TestRow_LoadUnderControl(t *testing.T) {
	t.Parallel()
	row := newRow("", rules)
	row.add(point(func(*Point) {}), rules)                                                                        // 10 + 1 under control
	row.add(point(func(p *Point) { p.Devices, p.Permit.Loads = 0, []permit.Load{load("w01018", "2.5")} }), rules) // nobody watches
	row.add(point(func(p *Point) { p.Class = enterprise.PermitSimplified; p.Measured = map[string]bool{"w01018": true} }), rules)
	cod, nh3 := row.Shares[0], row.Shares[1]
	if cod.Total.Cmp(big.NewRat(45, 2)) != 0 || cod.Controlled.Cmp(big.NewRat(20, 1)) != 0 || cod.Outlets != 3 {
		t.Errorf("COD %+v", cod)
	}
	if n, ok := cod.Tenths(); !ok || n != 888 || !cod.Met(85) {
		t.Errorf("COD share %d", n)
	}
	if n, ok := nh3.Tenths(); !ok || n != 500 || nh3.Met(85) {
		t.Errorf("ammonia share %d", n)
	}
	if row.Due != (Count{All: 2, Required: 2, Networked: 1, Uploading: 1}) || row.Outlets[enterprise.Water] != (Count{3, 2, 2, 2}) || row.Gaps[NoDevice] != 1 {
		t.Errorf("%+v", row)
	}
}

func TestShare_IsRoundedDownAndNeverMadeUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		controlled, total int64
		want              int
		known, met        bool
	}{{0, 0, 0, false, false}, {84999, 100000, 849, true, false}, {85, 100, 850, true, true}, {1, 3, 333, true, false}, {5, 5, 1000, true, true}} {
		s := Share{Controlled: big.NewRat(c.controlled, 1), Total: big.NewRat(c.total, 1)}
		if n, ok := s.Tenths(); n != c.want || ok != c.known || s.Met(85) != c.met {
			t.Errorf("%d of %d: %d %v %v", c.controlled, c.total, n, ok, s.Met(85))
		}
	}
}
