package portal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/portal"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/official"
	"github.com/qingshao/qingshao/internal/permit"
)

var bg = context.Background()

// live stands for the telemetry: everything was heard just now, and one rate.
type live struct {
	clock *dbtest.Clock
	rates []telemetry.OutletRates
	asked telemetry.RateQuery

	quarters []string
}

func (l *live) Current(string) telemetry.Current { return telemetry.Current{LastAt: l.clock.Now()} }
func (l *live) Rates(_ context.Context, _ auth.Policy, _ auth.Actor, q telemetry.RateQuery) ([]telemetry.OutletRates, error) {
	l.asked = q
	return l.rates, nil
}
func (l *live) Emission(_ context.Context, _ auth.Policy, _ auth.Actor, _, code string, at time.Time) (e telemetry.Emission, err error) {
	if code == "w01001" {
		return e, fault.Invalidf("pH 不是质量浓度")
	}
	l.quarters = append(l.quarters, at.In(looptest.Beijing).Format("01-02"))
	e.Sum.Kg, e.Sum.FilledKg, e.Sum.Open = decimal.Must("200.5"), decimal.Must("49.5"), 2
	return e, nil
}
func (l *live) OfficialPolicy() official.Policy { return official.Policy{Target: 90} }

func build(t *testing.T, f func(t *testing.T, c *looptest.City, s *portal.Service, l *live)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c, l := looptest.Build(t, d, clock), &live{clock: clock}
		f(t, c, portal.New(portal.Deps{DB: d, Auth: c.Policy, Live: l, Rules: c.Rules}), l)
	})
}

func boss(firm string) auth.Actor {
	a := looptest.Person("boss")
	a.Enterprise = firm
	return a
}

// story writes the items as kind@hours left, in order.
func story(d portal.Desk) string {
	var out []string
	for _, i := range d.Items {
		s := string(i.Kind)
		if !i.DueAt.IsZero() {
			s += "@" + i.DueAt.Sub(d.AsOf).String()
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestRead_AnAlarmWaitsWithItsClockUntilItIsExplained(t *testing.T) {
	build(t, func(t *testing.T, c *looptest.City, s *portal.Service, _ *live) {
		firm, stack := c.Outlet("热电厂", "330302")
		me := boss(firm)
		read := func() portal.Desk {
			t.Helper()
			d, err := s.Read(bg, me, "")
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		if d := read(); len(d.Items) != 0 || d.Enterprise.Name != "热电厂" {
			t.Errorf("nothing has happened: %s", story(d))
		}
		alarm := c.Hour(stack, "80")[0]
		if got := story(read()); got != "unsaid@24h0m0s" {
			t.Errorf("new: %s", got)
		}
		if d := read(); d.Today.Alarms != 1 || d.Month.Alarms != 1 {
			t.Errorf("alarms %d today, %d this month", d.Today.Alarms, d.Month.Alarms)
		}
		c.Clock.Advance(25 * time.Hour)
		if d := read(); story(d) != "unsaid@-1h0m0s" || !d.Items[0].Late(d.AsOf) || d.Items[0].Link != "/alarms/"+string(alarm.ID) {
			t.Errorf("late: %+v", d.Items)
		}
		do := func(who auth.Actor, verb string, form map[string]any) {
			t.Helper()
			now, err := c.Rules.Get(bg, who, alarm.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range now.Actions {
				if string(a.Verb) == verb {
					if err := c.Rules.Do(bg, who, alarm.ID, a.Verb, now.Alarm.Version, form); err != nil {
						t.Fatal(err)
					}
					return
				}
			}
			t.Fatalf("%s is not offered", verb)
		}
		do(me, "explain", map[string]any{"cause": "fluctuation", "text": "启炉"})
		if got := story(read()); got != "" {
			t.Errorf("explained: %s", got)
		}
		c.Clock.Advance(time.Hour)
		do(looptest.Person("duty"), "reject", map[string]any{"text": "没有台账"})
		c.Clock.Advance(time.Hour)
		if got := story(read()); got != "rejected@23h0m0s" {
			t.Errorf("the clock runs from the rejection: %s", got)
		}
	})
}

func TestRead_TheMonthsRates(t *testing.T) {
	build(t, func(t *testing.T, c *looptest.City, s *portal.Service, l *live) {
		firm, stack := c.Outlet("热电厂", "330302")
		days := make([]official.Day, c.Clock.Now().In(looptest.Beijing).Day())
		for i := range days {
			days[i] = official.Day{Ended: 1<<24 - 1, Received: 1<<24 - 1, Valid: 1<<24 - 1}
		}
		last := &days[len(days)-1]
		last.Received, last.Valid = 1<<12-1, 1<<6-1
		sum := official.Tally{}
		for _, d := range days {
			sum = sum.Add(d.Tally())
		}
		x := telemetry.OutletRates{Tally: sum, Factors: []telemetry.FactorDays{{Factor: "a21026", Days: days}}}
		x.OutletID, x.OutletName = stack, "1号排气筒"
		l.rates = []telemetry.OutletRates{x}
		d, err := s.Read(bg, boss(firm), "")
		if err != nil {
			t.Fatal(err)
		}
		if d.Today.Tally.Missing() != 12 || d.Today.Tally.Valid != 6 || d.Month.Tally.Hours != 24*len(days) {
			t.Errorf("today %+v, month %+v", d.Today.Tally, d.Month.Tally)
		}
		if l.asked.EnterpriseID != firm {
			t.Errorf("asked for the rates of %q", l.asked.EnterpriseID)
		}
		l.rates[0].Tally = last.Tally()
		if d, err = s.Read(bg, boss(firm), ""); err != nil || story(d) != "rate" || !strings.Contains(d.Items[0].Text, "25.00%") {
			t.Errorf("%s %v %v", story(d), d.Items, err)
		}
	})
}

func TestRead_NobodyElses(t *testing.T) {
	build(t, func(t *testing.T, c *looptest.City, s *portal.Service, _ *live) {
		mine, _ := c.Outlet("甲厂", "330302")
		theirs, stack := c.Outlet("乙厂", "330302")
		c.Hour(stack, "80")
		if d, err := s.Read(bg, boss(mine), ""); err != nil || len(d.Items) != 0 || d.Month.Alarms != 0 {
			t.Errorf("another's alarm on the desk: %s %v", story(d), err)
		}
		if _, err := s.Read(bg, boss(mine), theirs); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's desk: %v", err)
		}
		if _, err := s.Read(bg, boss(mine), mine); err != nil {
			t.Errorf("one's own by its id: %v", err)
		}
		for _, who := range []string{"duty", "leader", "admin", "agency"} {
			if _, err := s.Read(bg, looptest.Person(who), mine); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
			if _, err := s.Read(bg, looptest.Person(who), ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s without an enterprise: %v", who, err)
			}
		}
	})
}

func TestRead_MoreFromOtherParts(t *testing.T) {
	build(t, func(t *testing.T, c *looptest.City, s *portal.Service, _ *live) {
		firm, _ := c.Outlet("热电厂", "330302")
		now := c.Clock.Now()
		s.More = []portal.Source{func(_ context.Context, _ *db.Tx, e enterprise.Enterprise) ([]portal.Item, error) {
			return []portal.Item{{Kind: portal.Hint, ID: "1"}, {Kind: portal.Offline, ID: "2"}, {Kind: portal.Proof, ID: "3", DueAt: now.Add(time.Hour)}, {Kind: portal.Proof, ID: "4", DueAt: now.Add(-time.Hour)}}, nil
		}}
		d, err := s.Read(bg, boss(firm), "")
		if want := "proof@-1h0m0s proof@1h0m0s offline hint"; err != nil || story(d) != want {
			t.Errorf("%s, want %s (%v)", story(d), want, err)
		}
	})
}

func TestLoads_TheYearBesideThePermit(t *testing.T) {
	build(t, func(t *testing.T, c *looptest.City, s *portal.Service, l *live) {
		firm, stack := c.Outlet("热电厂", "330302")
		other, _ := c.Outlet("别家", "330302")
		_, err := permit.New(c.DB, c.Policy).Set(bg, looptest.Person("duty"), permit.Permit{OutletID: stack, Loads: []permit.Load{
			{Factor: "a21026", Tonnes: decimal.Must("2.5")}, {Factor: "w01001", Tonnes: decimal.Must("1")}, {Factor: "a21002", Tonnes: decimal.Must("0")}}})
		if err != nil {
			t.Fatal(err)
		}
		year, loads, err := s.Loads(bg, boss(firm), "")
		if err != nil || year != 2026 || len(loads) != 2 {
			t.Fatalf("%d %+v %v", year, loads, err)
		}
		byFactor := map[string]portal.Load{}
		for _, x := range loads {
			byFactor[x.Factor] = x
		}
		so2, none := byFactor["a21026"], byFactor["a21002"]
		if so2.Tonnes.String() != "1.000" || so2.Share.String() != "40.0" || so2.Open != 8 {
			t.Errorf("%+v", so2)
		}
		if none.Tonnes.String() != "1.000" || none.Share.Mantissa != 0 {
			t.Errorf("nothing permitted: %+v", none)
		}
		if got := strings.Join(l.quarters[:4], " "); got != "01-01 04-01 07-01 10-01" {
			t.Errorf("quarters %s", got)
		}
		if _, _, err := s.Loads(bg, boss(other), firm); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's: %v", err)
		}
	})
}
