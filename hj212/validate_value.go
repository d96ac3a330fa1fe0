package hj212

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// params looks at the values without a code: form by the table of fields, range by
// the text of the standard.
func (v *validation) params(a *Area) {
	for _, p := range a.Params {
		e := fieldNamed(Fields, p.Name)
		if e == nil || e.Coded || len(p.Value) == 0 || strings.HasSuffix(e.Name, "Time") && e.Type == "N14" {
			continue
		}
		if !fitsType(p.Value, e.Type) {
			if e.Name == "OverTime" && v.f.Version == V2005 && fitsType(p.Value, "N5") {
				continue
			}
			v.add("field-format", "值超出该字段的数据类型 "+e.Type, e.Name, p.Value, clauseArea)
			continue
		}
		v.inRange(e.Name, p.Value)
	}
	v.expected(a)
}

// MinIntervals lists the intervals a minute value may have, in minutes (MinInterval).
var MinIntervals = []int{1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30}

// inRange looks at the numbers whose range the standard names.
func (v *validation) inRange(name string, value []byte) {
	n, ok := digits(value)
	if !ok {
		return
	}
	low, high := 0, 0
	switch name {
	case "MinInterval":
		if !slices.Contains(MinIntervals, n) {
			v.add("field-range", "MinInterval 须是 1、2、3、4、5、6、10、12、15、20 或 30 分钟", name, value, clauseArea)
		}
		return
	case "QnRtn":
		if v.dialect.QnRtnName(n) == "" {
			v.add("result-unknown", "请求回应代码不在代码表中", name, value, clauseCodes)
		}
		return
	case "ExeRtn":
		if ExeRtnName(n) == "" {
			v.add("result-unknown", "执行结果回应代码不在代码表中", name, value, clauseCodes)
		}
		return
	case "RtdInterval":
		if low, high = 30, 3600; v.f.Version == V2005 {
			low, high = 1, 9999
		}
	case "OverTime":
		if low, high = 1, 99; v.f.Version == V2005 {
			high = 99999
		}
	case "ReCount", "VaseNo":
		low, high = 1, 99
	case "CTime":
		low, high = 1, 24
	case "Stime":
		low, high = 1, 120
	case "CalibrationType":
		high = 1
	default:
		return
	}
	if n < low || n > high {
		v.add("field-range", fmt.Sprintf("%s 须在 %d 与 %d 之间", name, low, high), name, value, clauseArea)
	}
}

// expected compares what the device says of its intervals with what is known.
func (v *validation) expected(a *Area) {
	for _, x := range [...]struct {
		name string
		want int
	}{{"MinInterval", v.expect.MinInterval}, {"RtdInterval", v.expect.RtdInterval}} {
		value, ok := a.Param(x.name)
		n, number := digits(value)
		if ok && number && x.want > 0 && n != x.want {
			v.add("interval-differs", fmt.Sprintf("%s 与登记的 %d 不同", x.name, x.want), x.name, value, clauseArea)
		}
	}
}

// fitsType reports that a value has a type of HJ 212: C6 is text of up to 6
// characters, N14.2 a number of up to 14 digits before and 2 behind the point. An
// empty type takes anything.
func fitsType(value []byte, form string) bool {
	if form == "" {
		return true
	}
	whole, fraction, _ := strings.Cut(form[1:], ".")
	n, _ := strconv.Atoi(whole)
	if form[0] == 'C' {
		return utf8.RuneCount(value) <= n
	}
	m, _ := strconv.Atoi(fraction)
	text := strings.TrimLeft(string(value), "+-")
	w, f, _ := strings.Cut(text, ".")
	if len(value)-len(text) > 1 || w == "" || len(f) > m || common([]byte(w+f))&classDigit == 0 {
		return false
	}
	if n < 14 { // times and long counters are as long as they are
		w = strings.TrimLeft(w, "0")
	}
	return len(w) <= n
}

// item looks at the values of one code.
func (v *validation) item(it *Item) {
	code := string(it.Code)
	factor, known := Factor(code, v.f.Version)
	if len(code) == 6 && (code[0] == 'w' || code[0] == 'a') && (!known || factor.proof == EvidenceField) {
		v.add("code-unknown", "因子编码不在代码表中", code, nil, clauseCodes)
	}
	v.medium(code, &factor, known)
	for _, p := range it.Pairs {
		name := FieldName(p.Name)
		v.value(code+"-"+name, name, p.Value, &factor, known)
	}
	v.required(it, code, &factor)
	v.order(it, code, "Min", "Avg")
	v.order(it, code, "Avg", "Max")
	v.order(it, code, "Min", "Max")
}

// medium reports a factor of water under a system of gas, or the other way.
func (v *validation) medium(code string, factor *FactorEntry, known bool) {
	system, ok := System(v.f.ST)
	if !ok || !known {
		return
	}
	other := map[Medium]Medium{MediumWater: MediumGas, MediumGas: MediumWater}
	if wrong := other[system.Medium]; wrong != MediumNone && factor.Medium == wrong {
		v.add("code-medium", "因子不属于该系统编码："+system.Name, code, nil, clauseCodes)
	}
}

// required reports what the standard wants beside a value: the data flag with
// realtime values since 2017.
func (v *validation) required(it *Item, code string, factor *FactorEntry) {
	if v.f.Command != UploadRealtime || v.f.Version == V2005 || factor.Medium != MediumWater && factor.Medium != MediumGas {
		return
	}
	_, rtd := it.Get("Rtd")
	if _, flag := it.Get("Flag"); rtd && !flag {
		v.add("flag-missing", "实时值缺数据标记 Flag", code+"-Flag", nil, clauseArea)
	}
}

// value looks at one value of a code.
func (v *validation) value(field, name string, value []byte, factor *FactorEntry, known bool) {
	if len(value) == 0 {
		return // told by the warning
	}
	switch name {
	case "Flag":
		v.flag(field, string(value))
	case "Rtd", "Min", "Avg", "Max", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax":
		v.number(field, value, factor, known)
	case "Cou", "RawAvg", "SampleRd", "StandardValue", "Ala", "UpValue", "LowValue", "Check", "SpanValue":
		if _, ok := ParseDecimal(value); !ok {
			v.add("value-form", "值不是数", field, value, clauseArea)
		}
	case "SampleTime", "CompleteTime", "WaterTime":
		if _, ok := ParseTime(value); !ok || len(value) != 14 {
			v.add("time-form", "时间须是 14 位数字且存在", field, value, clauseArea)
		}
	case "Info":
		v.info(field, value, factor)
	case "RT":
		if d, ok := ParseDecimal(value); ok && (d.Mantissa < 0 || d.Float64() > 24) {
			v.add("field-range", "RT 须在 0 与 24 小时之间", field, value, clauseArea)
			return
		}
		fallthrough
	default:
		if e := fieldNamed(Fields, name); e != nil && e.Coded && !fitsType(value, e.Type) {
			v.add("field-format", "值超出该字段的数据类型 "+e.Type, field, value, clauseArea)
		}
	}
}

// flag looks at a data flag. The table of 2025 is not known in full: what another
// edition has is let pass there.
func (v *validation) flag(field, flag string) {
	if v.dialect.DataFlagName(flag, v.f.Version) == "" {
		v.add("flag-unknown", "数据标记不在代码表中", field, []byte(flag), clauseCodes)
		return
	}
	if v.dialect == DialectPollution && v.f.Version < V2025 && !slices.ContainsFunc(DataFlags, func(e DataFlagEntry) bool {
		return e.Flag == flag && e.Editions.Has(v.f.Version)
	}) {
		v.add("flag-edition", "该版标准没有这个数据标记", field, []byte(flag), clauseCodes)
	}
}

// number looks at a measured value: it has to be one, in the format of its factor.
func (v *validation) number(field string, value []byte, factor *FactorEntry, known bool) {
	d, ok := ParseDecimal(value)
	top, numeric := factor.Ceiling()
	switch {
	case strings.HasPrefix(factor.Code, "p991"): // letters
	case !ok:
		v.add("value-form", "值不是数", field, value, clauseArea)
	case known && numeric && (d.Scale > top.Scale || d.Float64() > top.Float64() || -d.Float64() > top.Float64()):
		v.add("value-format", "值超出该因子的数据格式 "+factor.Format, field, value, clauseCodes)
	}
}

// info looks at what a station says of itself: logs stand between two pairs of
// slashes, states are in their table.
func (v *validation) info(field string, value []byte, factor *FactorEntry) {
	states := stateNames[factor.Code]
	n, number := digits(value)
	switch {
	case strings.HasPrefix(factor.Format, "C"):
		if text := bytes.TrimSuffix(bytes.TrimPrefix(value, slashes), slashes); len(text) > 890 {
			v.add("field-format", "日志超过 890 字节", field, value, clauseArea)
		}
	case states != nil && (!number || states[n] == ""):
		v.add("state-unknown", "状态值不在代码表中", field, value, clauseCodes)
	case factor.Format != "" && states == nil && !fitsType(value, factor.Format):
		v.add("field-format", "值超出该信息的数据格式 "+factor.Format, field, value, clauseArea)
	}
}

// order reports a value that is above the one it must not exceed.
func (v *validation) order(it *Item, code, low, high string) {
	l, _ := it.Get(low)
	h, _ := it.Get(high)
	a, ok := ParseDecimal(l)
	b, also := ParseDecimal(h)
	if ok && also && a.Float64() > b.Float64() {
		v.add("min-avg-max", low+" 大于 "+high, code+"-"+low, l, clauseArea)
	}
}
