package telemetry

import (
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/official"
)

// Period is the length of an official value.
type Period string

// The periods of official values, judged by enterprise.Hour and enterprise.Day.
const (
	Hour Period = "hour"
	Day  Period = "day"
)

// Start is the beginning of the period that holds t: the hour, or midnight in
// Beijing.
func (p Period) Start(t time.Time) time.Time {
	b := t.In(hj212.Beijing)
	if p == Hour {
		return time.Date(b.Year(), b.Month(), b.Day(), b.Hour(), 0, 0, 0, hj212.Beijing)
	}
	return time.Date(b.Year(), b.Month(), b.Day(), 0, 0, 0, 0, hj212.Beijing)
}

// Length is an hour or a day; Beijing time has no summer time.
func (p Period) Length() time.Duration {
	if p == Hour {
		return time.Hour
	}
	return 24 * time.Hour
}

// Where an official value comes from. What the station itself reports (2061,
// 2031) goes before what we compute.
const (
	Reported     = "report"
	FromMinute   = "minute"
	FromRealtime = "realtime"
	FromHours    = "hour"
)

// PeriodValue is one official hourly or daily value of a factor at an outlet, in
// its newest version unless said otherwise. Numbers that are not known are nil.
type PeriodValue struct {
	OutletID  string
	Factor    string
	At        time.Time // start of the period
	Version   int64     // from 1; a correction is a new version
	Value     *decimal.Decimal
	Converted *decimal.Decimal // 折算
	Min, Max  *decimal.Decimal
	Total     *decimal.Decimal // Cou
	Count     int              // valid values that it is made of; 0 = as reported
	Due       int              // values expected; 0 = not known
	Flag      string           // N = valid
	Source    string
	Batch     int64 // batch of readings that caused it
	Seq       int64 // order of all changes, the cursor of HoursSince and DaysSince

	OwnFlag string         // the flag without marks
	Guard   official.Guard // why it was not converted, or does not count
	Marks   string         // ids of the marks that touch it, by comma
	Exempt  bool           // valid, but no evidence of exceedance
	Rules   string         // version of the rules that it was made by
	Cause   string         // why this version came
	MadeAt  time.Time

	ConvertedHere bool // the conversion was made here, not by the station

	OutletKind string // gas, water, rain; filled in by HourlySince and DailySince

	reading          int64            // version of the reading that reported it
	exact, exactConv *decimal.Decimal // before rounding, where it was calculated
	again            bool             // a reported value under other marks, not another report
}

// Valid reports whether limits may be judged on the value.
func (v PeriodValue) Valid() bool { return v.Flag == "N" }

// Judged is the number that limits are compared with; there is none for exempt
// periods and where the conversion that the standard asks for is impossible.
func (v PeriodValue) Judged() (decimal.Decimal, bool) {
	if v.Exempt || v.Guard != "" {
		return decimal.Decimal{}, false
	}
	return v.Number()
}

// Number is the converted value where there is one (gas), else the value itself,
// judged or not.
func (v PeriodValue) Number() (decimal.Decimal, bool) {
	switch {
	case v.Converted != nil:
		return *v.Converted, true
	case v.Value != nil:
		return *v.Value, true
	}
	return decimal.Decimal{}, false
}

// Why a version of an official value came.
const (
	CauseFirst    = "first"    // 首次生成
	CauseReported = "reported" // 收到站点上报的值
	CauseData     = "data"     // 数据迟到或更正
	CauseMark     = "mark"     // 标记设置或取消
	CauseRules    = "rules"    // 计算规则或设置变化
)

// reported makes the official value that a frame of 2061 or 2031 carries.
func reported(it Item) (v PeriodValue, ok bool) {
	get := func(m Measure) *decimal.Decimal {
		if d, ok := it.Get(m); ok {
			return &d
		}
		return nil
	}
	v = PeriodValue{Factor: it.Factor, Value: get(Avg), Converted: usable(get(ZsAvg)), Min: get(Min), Max: get(Max), Total: get(Cou), Flag: it.Flag, Source: Reported}
	if v.Value == nil {
		v.Value = get(Level)
	}
	if it.Valid() {
		v.Flag = "N"
	}
	if zs := get(ZsAvg); zs != nil && saturated(*zs) {
		v.Guard = official.Largest
	}
	return v, v.Value != nil || v.Total != nil
}

// usable drops the value that 2025 senders write where a conversion is
// impossible (O2 at or above 21 %): the largest of the field's type, such as
// 9999.99. Limits are never judged on it.
func usable(d *decimal.Decimal) *decimal.Decimal {
	if d != nil && saturated(*d) {
		return nil
	}
	return d
}

// saturated reports whether a number is the largest of its form: five or more
// nines with two decimals (999.99, 9999.99 …).
func saturated(d decimal.Decimal) bool {
	if d.Scale != 2 || d.Mantissa < 99999 {
		return false
	}
	for m := d.Mantissa; m > 0; m /= 10 {
		if m%10 != 9 {
			return false
		}
	}
	return true
}
