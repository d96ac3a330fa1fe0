package telemetry

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
)

// clockTime is a moment of 2026 in Beijing, "11-21 08:30".
func clockTime(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+text, hj212.Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

// mark puts a mark into force or, with another state, takes it out, and asks for
// the values to be made again.
func (b *bench) mark(g *Digest, outlet, id string, e mark.Effect, flag, from, until string, state ...string) {
	b.t.Helper()
	ctx := context.Background()
	now := append(state, "marked")[0]
	err := b.d.Write(ctx, func(tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `INSERT INTO mark (id, number, state, outlet_id, enterprise_id, area, kind, family, effect, flag, rules, from_at, until_at, reason, created_by, created_at, updated_at)
			SELECT $1, $1, $2, o.id, o.enterprise_id, o.area, 'k', 'monitor', $3, $4, 'general-2017', $5, $6, '', 'u', 1, 1 FROM outlet o WHERE o.id = $7
			ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
			id, now, string(e), flag, clockTime(from).UnixMicro(), clockTime(until).UnixMicro(), outlet)
		if err != nil {
			return err
		}
		return g.Recompute(ctx, tx, outlet, clockTime(from), clockTime(until))
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// tell writes official values with what marks and rules made of them.
func (b *bench) tell(p Period, outlet string) []string {
	b.t.Helper()
	out := []string{}
	err := b.d.Read(context.Background(), func(tx *db.Tx) error {
		all, err := PeriodsOf(context.Background(), tx, p, outlet, time.Unix(0, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
		for _, v := range all {
			s := fmt.Sprintf("%s %s %s/%s %s(%s) v%d %s", hj212.AppendTime(nil, v.At)[6:10], v.Factor, text(v.Value), text(v.Converted), v.Flag, v.OwnFlag, v.Version, v.Cause)
			if v.Marks != "" {
				s += " [" + v.Marks + "]"
			}
			if v.Guard != "" {
				s += " !" + string(v.Guard)
			}
			if _, judged := v.Judged(); !judged || !v.Valid() {
				s += " unjudged"
			}
			out = append(out, s)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *bench) told(p Period, outlet string, want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), b.tell(p, outlet)); diff != "" {
		b.t.Error(diff)
	}
}

// minuteFrames sends an hour of realtime values a minute apart.
func (b *bench) minuteFrames(mn, st, hour, items string) {
	b.t.Helper()
	var raws [][]byte
	for i := range 60 {
		raws = append(raws, frame(mn, st, "2011", fmt.Sprintf("%s%02d00", hour, i), items))
	}
	b.send(raws...)
}

// The clock starts at 09:30 on 2026-11-21.
func TestMark_ChangesComputedHours(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		b.minuteFrames("MN1", "31", "2026112107", "a21026-Rtd=80,a21026-Flag=N")
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- N(N) v1 first")
		// Ten minutes of maintenance leave 50 valid ones: the hour stays valid.
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-21 07:00", "11-21 07:10")
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- N(N) v2 mark [m1]")
		b.mark(g, dev.OutletID, "m2", mark.Invalid, "C", "11-21 07:10", "11-21 07:16")
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- M(N) v3 mark [m1,m2] unjudged")
		// Withdrawn, the value is as it was; nothing was overwritten.
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-21 07:00", "11-21 07:10", "withdrawn")
		b.mark(g, dev.OutletID, "m2", mark.Invalid, "C", "11-21 07:10", "11-21 07:16", "rejected")
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- N(N) v4 mark")
		// Asked for again without a change: no new version.
		b.mark(g, dev.OutletID, "m2", mark.Invalid, "C", "11-21 07:10", "11-21 07:16", "rejected")
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- N(N) v4 mark")
		// A state of the plant that exempts: valid, no evidence.
		b.mark(g, dev.OutletID, "m3", mark.Exempt, "", "11-21 06:50", "11-21 07:10")
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- N(N) v5 mark [m3] unjudged")
	})
}

func TestMark_LiesOnReportedHours(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		b.send(frame("MN1", "31", "2061", "20261121070000", "a21026-Avg=80,a21026-Flag=N;a21002-Avg=9,a21002-Flag=D"),
			frame("MN1", "31", "2061", "20261121080000", "a21026-Avg=81,a21026-Flag=N"))
		settle(t, g)
		b.mark(g, dev.OutletID, "m1", mark.Stopped, "F", "11-21 07:00", "11-21 08:10")
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.told(Hour, dev.OutletID,
			"2107 a21002 9/- F(D) v2 mark [m1] unjudged",
			"2107 a21026 80/- F(N) v2 mark [m1] unjudged",
			"2108 a21026 81/- N(N) v2 mark [m1]") // 50 of 60 minutes are left
		// A correction by the station does not shake the mark off.
		b.send(frame("MN1", "31", "2061", "20261121070000", "a21026-Avg=79,a21026-Flag=N"))
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		if got := b.tell(Hour, dev.OutletID)[1]; got != "2107 a21026 79/- F(N) v3 reported [m1] unjudged" {
			t.Error(got)
		}
		b.mark(g, dev.OutletID, "m1", mark.Stopped, "F", "11-21 07:00", "11-21 08:10", "undone")
		settle(t, g)
		b.told(Hour, dev.OutletID, "2107 a21002 9/- D(D) v3 mark unjudged", "2107 a21026 79/- N(N) v4 mark", "2108 a21026 81/- N(N) v3 mark")
	})
}

func TestMark_ComesBeforeTheData(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-21 08:00", "11-21 11:00")
		settle(t, g)
		b.send(frame("MN1", "31", "2061", "20261121080000", "a21026-Avg=80,a21026-Flag=N"))
		b.minuteFrames("MN1", "31", "2026112109", "a21026-Rtd=80,a21026-Flag=N")
		settle(t, g)
		c.Advance(2 * time.Hour)
		settle(t, g)
		b.told(Hour, dev.OutletID, "2108 a21026 80/- M(N) v1 first [m1] unjudged", "2109 a21026 80/- M(N) v1 first [m1] unjudged")
	})
}

func TestNorm_ConvertsWhatTheStationDidNot(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		hour := func(h int, items string) []byte {
			return frame("MN1", "31", "2061", fmt.Sprintf("20261121%02d0000", h), items)
		}
		b.send(hour(1, "a21026-Avg=28,a21026-Flag=N;a19001-Avg=9.5,a19001-Flag=N"), // worked example 9 of the reference
			hour(2, "a21026-Avg=28,a21026-ZsAvg=30,a21026-Flag=N;a19001-Avg=9.5,a19001-Flag=N"),
			hour(3, "a21026-Avg=28,a21026-Flag=N"),
			hour(4, "a21026-Avg=28,a21026-Flag=N;a19001-Avg=20.6,a19001-Flag=N"),
			hour(5, "a21026-Avg=28,a21026-ZsAvg=9999.99,a21026-Flag=N"))
		settle(t, g)
		so2 := func() (out []string) {
			for _, s := range b.tell(Hour, dev.OutletID) {
				if strings.Contains(s, "a21026") {
					out = append(out, strings.Replace(s, " a21026", "", 1))
				}
			}
			return out
		}
		if diff := cmp.Diff([]string{"2101 28/- N(N) v1 first", "2102 28/30 N(N) v1 first", "2103 28/- N(N) v1 first", "2104 28/- N(N) v1 first", "2105 28/- N(N) v1 first !saturated unjudged"}, so2()); diff != "" {
			t.Error(diff)
		}
		for name, x := range map[string]struct {
			who  auth.Actor
			n    Norm
			kind fault.Kind
		}{
			"elsewhere":     {auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}, Norm{}, fault.NotFound},
			"who may look":  {auth.Actor{ID: "x", Roles: []auth.Role{auth.Inspector}, Area: "330302"}, Norm{}, fault.Forbidden},
			"without day":   {duty, Norm{}, fault.Invalid},
			"no oxygen":     {duty, Norm{ValidFrom: clockTime("11-01 00:00"), Oxygen: dec("20.5")}, fault.Invalid},
			"below nothing": {duty, Norm{ValidFrom: clockTime("11-01 00:00"), Oxygen: dec("-1")}, fault.Invalid},
			"odd unit":      {duty, Norm{ValidFrom: clockTime("11-01 00:00"), FlowUnit: "gal"}, fault.Invalid},
		} {
			x.n.OutletID = dev.OutletID
			if _, err := g.SetNorm(context.Background(), auth.DefaultPolicy(), x.who, x.n); !fault.Is(err, x.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := g.SetNorm(context.Background(), auth.DefaultPolicy(), duty, Norm{OutletID: dev.OutletID, ValidFrom: clockTime("11-21 00:00"), Oxygen: dec("6"), Source: "GB 13223-2011"}); err != nil {
			t.Fatal(err)
		}
		settle(t, g)
		want := []string{"2101 28/36.522 N(N) v2 rules", "2102 28/30 N(N) v1 first", "2103 28/- N(N) v2 rules !no_oxygen unjudged", "2104 28/- N(N) v2 rules !diluted unjudged",
			"2105 28/- N(N) v2 rules !no_oxygen unjudged"}
		if diff := cmp.Diff(want, so2()); diff != "" {
			t.Error(diff)
		}
		// Oxygen that comes in a frame of its own counts as well.
		b.send(hour(3, "a19001-Avg=6,a19001-Flag=N"))
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		if got := so2()[2]; got != "2103 28/28 N(N) v3 rules" {
			t.Error(got)
		}
		norms, err := g.Norms(context.Background(), auth.DefaultPolicy(), duty, dev.OutletID)
		if err != nil || len(norms) != 1 || norms[0].Oxygen.String() != "6" {
			t.Error(err, norms)
		}
	})
}

func TestStillWater_IsNoData(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Water)
		g := NewDigest(b.s, DigestOptions{})
		b.send(frame("MN1", "32", "2061", "20261121070000", "w00000-Avg=0,w00000-Cou=0,w00000-Flag=N;w01018-Avg=80,w01018-Flag=N;w21003-Avg=3,w21003-Flag=M;w01001-Avg=7,w01001-Flag=N"))
		settle(t, g)
		b.told(Hour, dev.OutletID,
			"2107 w00000 0/- N(N) v1 first",
			"2107 w01001 7/- N(N) v1 first",
			"2107 w01018 80/- F(F) v1 first !no_flow unjudged",
			"2107 w21003 3/- M(M) v1 first unjudged") // its own flag says more
		// The flow is corrected: the hour counts.
		b.send(frame("MN1", "32", "2061", "20261121070000", "w00000-Avg=2,w00000-Cou=7200,w00000-Flag=N;w01018-Avg=80,w01018-Flag=N;w21003-Avg=3,w21003-Flag=M;w01001-Avg=7,w01001-Flag=N"))
		settle(t, g)
		if got := b.tell(Hour, dev.OutletID)[2]; got != "2107 w01018 80/- N(N) v2 reported" {
			t.Error(got)
		}
	})
}

func TestMark_ReachesTheDay(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		for h := range 24 {
			v := 30
			if h < 4 {
				v = 300
			}
			b.send(frame("MN1", "31", "2061", fmt.Sprintf("20261120%02d0000", h), fmt.Sprintf("a21026-Avg=%d,a21026-Flag=N", v)))
		}
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.told(Day, dev.OutletID, "2000 a21026 75/- N(N) v1 first")
		b.send(frame("MN1", "31", "2031", "20261120000000", "a21026-Avg=75.1,a21026-Flag=N"))
		settle(t, g)
		b.told(Day, dev.OutletID, "2000 a21026 75.1/- N(N) v2 reported")
		// Four hours of maintenance: 20 are left, the day is valid and no longer the
		// station's.
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-20 00:00", "11-20 04:00")
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.told(Day, dev.OutletID, "2000 a21026 30/- N(N) v3 mark [m1]")
		b.mark(g, dev.OutletID, "m2", mark.Invalid, "D", "11-20 05:00", "11-20 06:00")
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.told(Day, dev.OutletID, "2000 a21026 30/- M(N) v4 mark [m1,m2] unjudged")
		// Both gone: the station's own value stands again.
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-20 00:00", "11-20 04:00", "rejected")
		b.mark(g, dev.OutletID, "m2", mark.Invalid, "D", "11-20 05:00", "11-20 06:00", "rejected")
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.told(Day, dev.OutletID, "2000 a21026 75.1/- N(N) v5 mark")
	})
}

// A crash between a mark and what it changes: another digest ends the same.
func TestRecompute_SurvivesARestart(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		b.send(frame("MN1", "31", "2061", "20261121070000", "a21026-Avg=80,a21026-Flag=N"))
		settle(t, g)
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-21 07:00", "11-21 08:00")
		b.restart()
		again := NewDigest(b.s, DigestOptions{})
		settle(t, again)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- M(N) v2 mark [m1] unjudged")
		// Everything read again changes nothing.
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return SaveCursor(context.Background(), tx, digestConsumer, 0) }); err != nil {
			t.Fatal(err)
		}
		third := NewDigest(b.s, DigestOptions{})
		settle(t, third)
		c.Advance(time.Hour)
		settle(t, third)
		b.told(Hour, dev.OutletID, "2107 a21026 80/- M(N) v2 mark [m1] unjudged")
	})
}

func TestDayOf_MarksAndOperation(t *testing.T) {
	t.Parallel()
	so2 := "a21026"
	byRun := official.Policy{DayByOperating: true}
	exempt := func(list []PeriodValue, n int) []PeriodValue {
		for i := range n {
			list[i].Exempt, list[i].Marks = true, "m"
		}
		return list
	}
	for _, c := range []struct {
		name    string
		policy  official.Policy
		hours   []PeriodValue
		stopped uint32
		want    string
	}{
		{"twelve hours run, by the hours of a day", official.Policy{}, hoursOf(so2, same("30", 12)...), 0xfff, "30.000 12/24 D false"},
		{"twelve hours run, nine valid, by operation", byRun, hoursOf(so2, append(same("30", 9), same("1!", 3)...)...), 0xfff, "30.000 9/12 N false"},
		{"twelve hours run, eight valid, by operation", byRun, hoursOf(so2, append(same("30", 8), same("1!", 4)...)...), 0xfff, "30.000 8/12 D false"},
		{"exempt hours are left out", official.Policy{}, exempt(hoursOf(so2, append(same("900", 4), same("30", 20)...)...), 4), 0, "30.000 20/24 N false"},
		{"too many are exempt: valid, no evidence", official.Policy{}, exempt(hoursOf(so2, append(same("900", 5), same("30", 19)...)...), 5), 0, "30.000 19/24 N true"},
	} {
		v := dayOf(enterprise.Gas, c.policy, so2, c.hours, nil, c.stopped)
		if got := fmt.Sprintf("%s %d/%d %s %v", text(v.Value), v.Count, v.Due, v.Flag, v.Exempt); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Loads are of the concentration before conversion and the flow of the hour.
func TestFinish_AddsLoadsToComputedHours(t *testing.T) {
	t.Parallel()
	hour := func(code, value string) PeriodValue {
		return PeriodValue{Factor: code, At: clockTime("11-21 07:00"), Value: dec(value), Flag: "N", Source: FromRealtime}
	}
	for _, c := range []struct {
		name   string
		kind   enterprise.Kind
		norms  []Norm
		values []PeriodValue
		want   string
	}{
		{"gas, m³/s", enterprise.Gas, nil, []PeriodValue{hour("a00000", "10"), hour("a21026", "28"), hour("a19001", "9")}, "36000.000000 1.008000 -"},
		{"gas, m³/h", enterprise.Gas, []Norm{{FlowUnit: official.PerHour}}, []PeriodValue{hour("a00000", "36000"), hour("a21026", "28")}, "36000.000000 1.008000"},
		{"water, L/s", enterprise.Water, nil, []PeriodValue{hour("w00000", "10"), hour("w01018", "50"), hour("w01001", "7")}, "36.000000 1.800000 -"},
		{"no flow known", enterprise.Water, nil, []PeriodValue{hour("w01018", "50")}, "-"},
	} {
		setting{kind: c.kind, norms: c.norms}.finish(c.values)
		var got []string
		for _, v := range c.values {
			got = append(got, text(v.Total))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestExplain_OpensWhatStandsBehind(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		policy := auth.DefaultPolicy()
		b.minuteFrames("MN1", "31", "2026112107", "a21026-Rtd=80,a21026-Flag=N;a19001-Rtd=9,a19001-Flag=N;a00000-Rtd=10,a00000-Flag=N")
		b.send(frame("MN1", "31", "2011", "20261121080000", "a21026-Rtd=1,a21026-Flag=D"))
		settle(t, g)
		if _, err := g.SetNorm(context.Background(), policy, duty, Norm{OutletID: dev.OutletID, ValidFrom: clockTime("11-01 00:00"), Oxygen: dec("9"), Source: "GB 13271-2014"}); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Hour)
		settle(t, g)
		b.mark(g, dev.OutletID, "m1", mark.Invalid, "M", "11-21 07:00", "11-21 07:20")
		settle(t, g)
		e, err := g.Explain(context.Background(), policy, duty, Hour, dev.OutletID, "a21026", clockTime("11-21 07:30"))
		if err != nil {
			t.Fatal(err)
		}
		marked := 0
		for _, p := range e.Parts {
			if p.Marked {
				marked++
			}
		}
		if len(e.Versions) != 2 || e.Value.Version != 2 || e.Value.Flag != "M" || e.Rules.ID != "gas-2017" || len(e.Marks) != 1 || e.Norm == nil || e.Norm.Oxygen.String() != "9" ||
			len(e.Parts) != 60 || marked != 20 || e.PartsOf != FromRealtime || e.Step != time.Minute || len(e.Beside) != 2 {
			t.Errorf("%d versions, %+v, %d parts, %d marked, beside %v", len(e.Versions), e.Value, len(e.Parts), marked, e.Beside)
		}
		if text(e.Value.Total) != "2.88" || text(e.Value.Converted) != "80" { // 80 mg/m³ · 36,000 m³
			t.Errorf("%s kg, converted %s", text(e.Value.Total), text(e.Value.Converted))
		}
		c.Advance(24 * time.Hour)
		settle(t, g)
		day, err := g.Explain(context.Background(), policy, duty, Day, dev.OutletID, "a21026", clockTime("11-21 00:00"))
		if err != nil || len(day.Hours) != 2 || len(day.Marks) != 1 || len(day.Parts) != 0 {
			t.Errorf("%v %+v", err, day)
		}
		for name, x := range map[string]struct {
			who  auth.Actor
			code string
		}{"elsewhere": {auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}, "a21026"}, "no such value": {duty, "a21003"}} {
			if _, err := g.Explain(context.Background(), policy, x.who, Hour, dev.OutletID, x.code, clockTime("11-21 07:00")); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		list, err := g.Official(context.Background(), policy, duty, Hour, dev.OutletID, []string{"a21026"}, clockTime("11-21 00:00"), clockTime("11-22 00:00"))
		if err != nil || len(list) != 2 {
			t.Errorf("%v %d", err, len(list))
		}
		if _, err := g.Official(context.Background(), policy, duty, Hour, dev.OutletID, nil, clockTime("01-01 00:00"), clockTime("11-22 00:00")); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}

func TestRates_CountByOutlet(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev, silent, rain := b.device("MN1", enterprise.Gas), b.device("MN2", enterprise.Water), b.device("MN3", enterprise.Rain)
		limit := "50"
		if _, err := enterprise.New(d, auth.DefaultPolicy()).SetLimit(context.Background(), duty, enterprise.Limit{OutletID: silent.OutletID, Factor: "w01018", Upper: dec(limit), Statistic: enterprise.Day,
			Standard: "GB 18918-2002", ValidFrom: clockTime("01-01 00:00")}); err != nil {
			t.Fatal(err)
		}
		g := NewDigest(b.s, DigestOptions{})
		// It is 09:30. Of the nine hours since midnight seven came, one of them
		// invalid; two are missing, one of which is marked as stopped.
		for h, flag := range []string{"N", "N", "N", "D", "N", "N", "N", "", ""} {
			if flag != "" {
				b.send(frame("MN1", "31", "2061", fmt.Sprintf("20261121%02d0000", h), "a21026-Avg=30,a21026-Flag="+flag))
			}
		}
		settle(t, g)
		b.mark(g, dev.OutletID, "m1", mark.Stopped, "F", "11-21 07:00", "11-21 08:00")
		b.mark(g, dev.OutletID, "m2", mark.Invalid, "M", "11-21 06:00", "11-21 07:00")
		settle(t, g)
		ask := func(who auth.Actor, q RateQuery) []OutletRates {
			t.Helper()
			if q.From.IsZero() {
				q.From, q.To = clockTime("11-20 00:00"), clockTime("11-22 00:00")
			}
			list, err := g.Rates(context.Background(), auth.DefaultPolicy(), who, q)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		list := ask(duty, RateQuery{OutletID: dev.OutletID})
		if len(list) != 1 || len(list[0].Factors) != 1 || list[0].Tally != (official.Tally{Hours: 9, Stopped: 1, Received: 7, Valid: 5, Marked: 1}) {
			t.Fatalf("%+v", list)
		}
		if got := list[0].Factors[0].Days[1].Letters(); got != "VVVIVVMSX---------------" {
			t.Error(got)
		}
		if r, _ := list[0].Tally.Rates(official.Policy{}); fmt.Sprint(r) != "{87.50 71.43 62.50}" {
			t.Error(r)
		}
		// An outlet whose first hour is not the first of a day is due from it on.
		late := b.device("MN4", enterprise.Gas)
		b.send(frame("MN4", "31", "2061", "20261121050000", "a21026-Avg=30,a21026-Flag=N"))
		settle(t, g)
		if list := ask(duty, RateQuery{OutletID: late.OutletID}); len(list) != 1 || !list[0].Since.Equal(clockTime("11-21 05:00")) || list[0].Tally != (official.Tally{Hours: 4, Received: 1, Valid: 1}) {
			t.Errorf("%+v", list)
		}
		// Never heard: due from the registration of its device on, and nothing came.
		c.Advance(5 * time.Hour)
		list = ask(duty, RateQuery{OutletID: silent.OutletID})
		if len(list) != 1 || list[0].Tally != (official.Tally{Hours: 4}) {
			t.Errorf("%+v", list)
		}
		if list := ask(duty, RateQuery{OutletID: rain.OutletID}); len(list) != 0 {
			t.Errorf("rain: %+v", list)
		}
		all := ask(duty, RateQuery{})
		if len(all) != 3 {
			t.Errorf("%d outlets", len(all))
		}
		groups := SumRates(all, func(r OutletRates) (string, string) { return r.Area[:6], "" })
		if len(groups) != 1 || groups[0].Outlets != 3 || groups[0].Tally != all[0].Tally.Add(all[1].Tally).Add(all[2].Tally) {
			t.Errorf("%+v", groups)
		}
		for name, n := range map[string]int{
			"elsewhere": len(ask(auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}, RateQuery{})),
			"kind":      len(ask(duty, RateQuery{Kind: enterprise.Gas})) - 2,
			"words":     len(ask(duty, RateQuery{Text: "厂1"})) - 1,
			"area":      len(ask(duty, RateQuery{Area: "330303"})),
			"firm":      len(ask(duty, RateQuery{EnterpriseID: "x"})),
		} {
			if n != 0 {
				t.Errorf("%s: %d too many", name, n)
			}
		}
		// Where there are many, one counting serves everybody for a minute, each within
		// his reach.
		g.all.many = 0
		total := func(who auth.Actor, q RateQuery) string {
			text := ""
			for _, r := range ask(who, q) {
				text += fmt.Sprint(r.OutletID, r.Since, r.Tally, "\n")
			}
			return text
		}
		direct := ""
		for _, r := range all {
			direct += fmt.Sprint(r.OutletID, r.Since, r.Tally, "\n")
		}
		if got := total(duty, RateQuery{}); got != direct {
			t.Errorf("counted for all:\n%s\ncounted directly:\n%s", got, direct)
		}
		if got := total(duty, RateQuery{OutletID: silent.OutletID}); !strings.Contains(direct, got) || strings.Count(got, "\n") != 1 {
			t.Error(got)
		}
		if got := total(auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}, RateQuery{}); got != "" {
			t.Errorf("another county sees %s", got)
		}
		b.send(frame("MN4", "31", "2061", "20261121060000", "a21026-Avg=30,a21026-Flag=N"))
		settle(t, g)
		if got := total(duty, RateQuery{}); got != direct {
			t.Error("counted anew within a minute")
		}
		c.Advance(time.Minute)
		if got := total(duty, RateQuery{}); got == direct || strings.Count(got, "\n") != 3 {
			t.Errorf("not counted anew after a minute: %s", got)
		}
		if _, err := g.Rates(context.Background(), auth.DefaultPolicy(), duty, RateQuery{From: clockTime("01-01 00:00"), To: clockTime("11-22 00:00")}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}
