package telemetry

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mark"
)

func (e Emission) told() string {
	out := fmt.Sprintf("%d/%d", e.Valid, e.Due)
	for _, r := range e.Runs {
		out += fmt.Sprintf(" [%s %d %s %s]", r.From.Format("02 15"), r.Hours, r.Kg, r.Method)
	}
	return out + fmt.Sprintf(" %s+%s kg, %d stopped, %d open", e.Sum.Kg, e.Sum.FilledKg, e.Sum.Stopped, e.Sum.Open)
}

// The clock starts at 09:30 on 2026-11-21.
func TestEmission_GasTakesTheLargestOfBefore(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		hour := func(day, h int, kg, flag string) {
			b.send(frame("MN1", "31", "2061", fmt.Sprintf("202611%02d%02d0000", day, h), fmt.Sprintf("a21026-Avg=10,a21026-Cou=%s,a21026-Flag=%s", kg, flag)))
		}
		for h := range 24 {
			hour(20, h, fmt.Sprint(1+h%3), "N") // 48 kg
		}
		hour(21, 0, "9", "D") // no valid data: lost
		// 01:00 did not come
		hour(21, 2, "2", "N")
		settle(t, g)
		b.mark(g, dev.OutletID, "m1", mark.Stopped, "F", "11-21 03:00", "11-21 07:00")
		settle(t, g)
		ask := func(who auth.Actor, code string) (Emission, error) {
			return g.Emission(context.Background(), auth.DefaultPolicy(), who, dev.OutletID, code, c.Now())
		}
		e, err := ask(duty, "a21026")
		if err != nil {
			t.Fatal(err)
		}
		// 29 hours are due until 09:00, 25 are valid: 86 %, so 2160 hours back, 3 kg.
		want := "25/29 [21 00 2 6 前 2160 个有效小时的最大值] [21 07 2 6 前 2160 个有效小时的最大值] 50+12 kg, 4 stopped, 0 open"
		if got := e.told(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if len(e.Months) != 3 || e.Months[0].Due != 0 || e.Months[1].Due != 29 || !e.From.Equal(clockTime("10-01 00:00")) {
			t.Errorf("%+v", e.Months)
		}
		if _, err := ask(auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}, "a21026"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		for _, code := range []string{"a00000", "a19001", "xyz"} {
			if _, err := ask(duty, code); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", code, err)
			}
		}
		if e, err := ask(duty, "a21002"); err != nil || e.Due != 0 {
			t.Errorf("never sent: %v %+v", err, e)
		}
		// More is lost: below 75 % no rule fills it.
		c.Advance(10 * time.Hour)
		if e, err = ask(duty, "a21026"); err != nil || e.Sum.Open != 14 || e.Sum.Filled != 0 {
			t.Errorf("%v %s", err, e.told())
		}
	})
}

func TestEmission_WaterTakesTheStretchBefore(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Water)
		g := NewDigest(b.s, DigestOptions{})
		hour := func(h int, cod, cou string) {
			b.send(frame("MN1", "32", "2061", fmt.Sprintf("20261121%02d0000", h), fmt.Sprintf("w00000-Avg=5,w00000-Cou=%s,w00000-Flag=N;w01018-Avg=%s,w01018-Flag=N", cou, cod)))
		}
		hour(0, "40", "10")
		hour(1, "60", "30")
		// 02:00 and 03:00 lost: 50 mg/L and 20 m³ each
		hour(4, "100", "10")
		hour(5, "100", "10")
		hour(6, "100", "10")
		hour(7, "100", "10")
		hour(8, "100", "10")
		settle(t, g)
		e, err := g.Emission(context.Background(), auth.DefaultPolicy(), duty, dev.OutletID, "w01018", c.Now())
		if err != nil {
			t.Fatal(err)
		}
		// 0.4 + 1.8 + 5 · 1 measured, 2 · 1 filled in.
		if got, want := e.told(), "7/9 [21 02 2 2.000000 前等长时段的算术平均值] 7.200000+2.000000 kg, 0 stopped, 0 open"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestEmission_StatisticsOfValidDays(t *testing.T) {
	t.Parallel()
	e := Emission{Months: []EmissionMonth{{Month: clockTime("11-01 00:00")}, {Month: clockTime("12-01 00:00")}}}
	var days []PeriodValue
	for i := range 30 {
		days = append(days, PeriodValue{At: clockTime("11-01 00:00").AddDate(0, 0, i), Value: dec(fmt.Sprint(i + 1)), Flag: "N"})
	}
	days = append(days, PeriodValue{At: clockTime("12-01 00:00"), Value: dec("900"), Flag: "D"}, PeriodValue{At: clockTime("12-02 00:00"), Value: dec("900"), Flag: "N", Exempt: true})
	e.statistics(days)
	if m := e.Months[0]; m.Days != 30 || text(m.Mean) != "15.5" || text(m.Max) != "30" || text(m.P95) != "28.550" { // worked example 5 of the reference
		t.Errorf("%d %s %s %s", m.Days, text(m.Mean), text(m.Max), text(m.P95))
	}
	if m := e.Months[1]; m.Days != 0 || m.Mean != nil || m.P95 != nil {
		t.Errorf("%+v", m)
	}
}
