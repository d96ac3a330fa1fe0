package api

import (
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
)

func num(s string) *decimal.Decimal {
	d := decimal.Must(s)
	return &d
}

func TestSentence_TellsWhereAValueComesFrom(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 7, 0, 0, 0, beijing)
	fifty := []enterprise.Limit{{Factor: "a21026", Upper: num("50"), Statistic: enterprise.Hour, ValidFrom: at.AddDate(-1, 0, 0)},
		{Factor: "w01018", Upper: num("50"), Statistic: enterprise.Day, ValidFrom: at.AddDate(-1, 0, 0)}}
	gas := func(f func(*telemetry.PeriodValue)) telemetry.PeriodValue {
		v := telemetry.PeriodValue{Factor: "a21026", At: at, Value: num("30"), Flag: "N", OwnFlag: "N", Source: telemetry.Reported}
		f(&v)
		return v
	}
	nine := telemetry.Norm{Oxygen: num("9")}
	water := telemetry.PeriodValue{Factor: "w01018", At: at, Value: num("60"), Flag: "N", OwnFlag: "N", Source: telemetry.FromHours, Count: 20, Due: 24}
	for _, c := range []struct {
		name   string
		period telemetry.Period
		e      telemetry.Explanation
		want   string
	}{
		{"reported", telemetry.Hour, telemetry.Explanation{Value: gas(func(*telemetry.PeriodValue) {})}, "该值由站点作为小时数据（2061）上报，本系统未改其数；有效。"},
		{"reported day", telemetry.Day, telemetry.Explanation{Value: gas(func(*telemetry.PeriodValue) {})}, "该值由站点作为日数据（2031）上报，本系统未改其数；有效。"},
		{"exceeds", telemetry.Hour, telemetry.Explanation{Value: gas(func(v *telemetry.PeriodValue) { v.Value = num("51") })}, "该值由站点作为小时数据（2061）上报，本系统未改其数；有效，超过限值。"},
		{"minutes", telemetry.Hour, telemetry.Explanation{Value: gas(func(v *telemetry.PeriodValue) { v.Source, v.Count, v.Due = telemetry.FromMinute, 5, 6 })},
			"该值由该小时内 5 个有效的分钟值取算术平均得到，应有 6 个；有效。"},
		{"converted here", telemetry.Hour, telemetry.Explanation{Norm: &nine, Beside: []telemetry.PeriodValue{{Factor: "a19001", Value: num("11")}},
			Value: gas(func(v *telemetry.PeriodValue) { v.Converted, v.ConvertedHere = num("36"), true })},
			"该值由站点作为小时数据（2061）上报，本系统未改其数；按基准含氧量 9%、同时段含氧量 11%折算；有效。"},
		{"not converted", telemetry.Hour, telemetry.Explanation{Norm: &nine, Value: gas(func(v *telemetry.PeriodValue) { v.Guard = official.NoOxygen })},
			"该值由站点作为小时数据（2061）上报，本系统未改其数；缺少同时段有效含氧量，未折算，不作判定；不作判定。"},
		{"marked", telemetry.Hour, telemetry.Explanation{Marks: []mark.Mark{{Number: "WZ-B-1", Kind: "maintenance", Rules: "general-2017"}}, Value: gas(func(v *telemetry.PeriodValue) { v.Flag = "M" })},
			"该值由站点作为小时数据（2061）上报，本系统未改其数；涉及标记 WZ-B-1（维护）；未计标记时数据标记为 N，现为 M，不作为超标依据。"},
		{"exempt", telemetry.Hour, telemetry.Explanation{Value: gas(func(v *telemetry.PeriodValue) { v.Exempt = true })},
			"该值由站点作为小时数据（2061）上报，本系统未改其数；数据有效，但处于豁免时段，不作为超标依据。"},
		{"invalid", telemetry.Hour, telemetry.Explanation{Value: gas(func(v *telemetry.PeriodValue) { v.Flag, v.OwnFlag = "D", "D" })},
			"该值由站点作为小时数据（2061）上报，本系统未改其数；数据标记为 D，无效，不作为超标依据。"},
		{"water day by flow", telemetry.Day, telemetry.Explanation{Rules: official.For(enterprise.Water, at), Beside: []telemetry.PeriodValue{{Factor: "w00000", Value: num("5")}}, Value: water},
			"该值由当日 20 个有效小时值按流量加权平均得到，应有 24 个；有效，超过限值。"},
		{"water day without flow", telemetry.Day, telemetry.Explanation{Rules: official.For(enterprise.Water, at), Value: water}, "该值由当日 20 个有效小时值取算术平均得到，应有 24 个；有效，超过限值。"},
	} {
		x := Explained{Value: officialView(c.e.Value, c.period, fifty)}
		for _, b := range c.e.Beside {
			x.Beside = append(x.Beside, officialView(b, telemetry.Hour, fifty))
		}
		if got := sentence(c.e, c.period, x); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

func TestRates_TheWorstComeFirst(t *testing.T) {
	t.Parallel()
	p := official.DefaultPolicy()
	row := func(name string, c official.Tally) RateView {
		v := rateView("outlet", c, p)
		v.Name = name
		return v
	}
	list := []RateView{row("none", official.Tally{Hours: 5, Stopped: 5}), row("good", official.Tally{Hours: 100, Received: 99, Valid: 99}),
		row("bad", official.Tally{Hours: 100, Received: 50, Valid: 40}), row("just", official.Tally{Hours: 100, Received: 90, Valid: 90})}
	var names []string
	for len(list) > 0 {
		worst := 0
		for i := range list {
			if worse(list[i], list[worst]) < 0 {
				worst = i
			}
		}
		v := list[worst]
		names = append(names, v.Name)
		if v.Below != (v.Name == "bad") { // 90 % meets 90 %
			t.Errorf("%+v", v)
		}
		list = append(list[:worst], list[worst+1:]...)
	}
	if got := strings.Join(names, " "); got != "bad just good none" {
		t.Error(got)
	}
}
