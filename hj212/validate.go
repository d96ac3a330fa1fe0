package hj212

import "time"

// Finding is one departure from the standard, for the report to a sender.
type Finding struct {
	Rule   string // short name, stable; those of warnings are [Warning.Code]
	Text   string // Chinese sentence
	Field  string // what it is about, such as QN or w01018-Avg; empty for the frame
	Value  string // the text that was sent, when it is about one
	Clause string // the part of the standard
}

// The parts of the standard findings refer to, by their titles, which the editions
// share.
const (
	clausePacket  = "通讯包结构"
	clauseSegment = "数据段结构"
	clauseArea    = "数据区结构"
	clauseCodes   = "代码表"
)

// Validate measures a frame against the edition it says it follows, more strictly
// than reading it does. It finds nothing in bytes that are no usable frame: their
// [Fault] says why. It allocates; it is for people who examine a sender.
func Validate(f *Frame) []Finding {
	if !f.OK() {
		return nil
	}
	var a Area
	v := validation{f: f}
	for w := range (f.Warnings | f.ParseItems(&a)).All() {
		clause := clauseSegment
		switch {
		case w <= WarnTail:
			clause = clausePacket
		case w >= WarnBlank:
			clause = clauseArea
		}
		v.add(w.Code(), w.String(), "", nil, clause)
	}
	v.header()
	v.times(&a)
	for i := range a.Items {
		v.item(&a.Items[i])
	}
	return v.all
}

type validation struct {
	f   *Frame
	all []Finding
}

func (v *validation) add(rule, text, field string, value []byte, clause string) {
	v.all = append(v.all, Finding{rule, text, field, string(value), clause})
}

func (v *validation) header() {
	f := v.f
	if _, ok := System(f.ST); !ok {
		v.add("st-unknown", "系统编码不在代码表中", "ST", f.ST, clauseCodes)
	}
	if !f.SurfaceWater() && f.Command.Entry(f.Version) == nil {
		v.add("cn-unknown", "命令编码不在该版标准的代码表中", "CN", f.CN, clauseCodes)
	} else if e := f.Command.Entry(f.Version); e != nil && !e.Editions.Has(f.Version) {
		v.add("cn-edition", "该版标准没有这个命令", "CN", f.CN, clauseCodes)
	}
	if len(f.PW) > 6 {
		v.add("pw-size", "访问密码超过 6 个字符", "PW", f.PW, clauseSegment)
	}
	if len(f.QN) == 17 {
		if _, ok := ParseTime(f.QN); !ok {
			v.add("qn-time", "请求编码不是存在的时间", "QN", f.QN, clauseSegment)
		}
	}
}

// times looks at the times of the data area: whether they exist, and whether
// DataTime is the start of a period of the command.
func (v *validation) times(a *Area) {
	for _, name := range [...]string{"DataTime", "BeginTime", "EndTime", "SystemTime"} {
		value, ok := a.Param(name)
		if !ok {
			continue
		}
		if _, ok := ParseTime(value); !ok || len(value) != 14 {
			v.add("time-form", "时间须是 14 位数字且存在", name, value, clauseArea)
		}
	}
	value, _ := a.Param("DataTime")
	t, ok := ParseTime(value)
	if !ok {
		if len(a.Items) > 0 && v.f.Command >= UploadRealtime && v.f.Command <= UploadHour && value == nil {
			v.add("data-time-missing", "上传的数据缺 DataTime", "DataTime", nil, clauseArea)
		}
		return
	}
	if start := periodStart(v.f.Command, t); !start.Equal(t) {
		v.add("data-time-aligned", "DataTime 应是统计时段的开始时刻", "DataTime", value, clauseArea)
	}
}

// periodStart is the last moment a period of cn may have begun at t.
func periodStart(cn Command, t time.Time) time.Time {
	hour := t.Hour()
	switch cn {
	case UploadMinute:
		return time.Date(t.Year(), t.Month(), t.Day(), hour, t.Minute(), 0, 0, Beijing)
	case UploadDay, UploadRunTime:
		hour = 0
	case UploadHour:
	default:
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), hour, 0, 0, 0, Beijing)
}

// item looks at the values of one code.
func (v *validation) item(it *Item) {
	code := string(it.Code)
	factor, known := Factor(code, v.f.Version)
	if !known && len(code) == 6 && (code[0] == 'w' || code[0] == 'a') {
		v.add("code-unknown", "因子编码不在代码表中", code, nil, clauseCodes)
	}
	top, numeric := factor.Ceiling()
	for _, p := range it.Pairs {
		name := FieldName(p.Name)
		field := code + "-" + name
		switch name {
		case "Flag":
			if len(p.Value) > 0 && DataFlagName(p.Value, v.f.Version) == "" {
				v.add("flag-unknown", "数据标记不在代码表中", field, p.Value, clauseCodes)
			}
		case "Rtd", "Min", "Avg", "Max", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax":
			d, ok := ParseDecimal(p.Value)
			switch {
			case len(p.Value) == 0: // told by the warning
			case !ok:
				v.add("value-form", "值不是数", field, p.Value, clauseArea)
			case known && numeric && (d.Scale > top.Scale || d.Float64() > top.Float64() || -d.Float64() > top.Float64()):
				v.add("value-format", "值超出该因子的数据格式 "+factor.Format, field, p.Value, clauseCodes)
			}
		}
	}
	v.order(it, code, "Min", "Avg")
	v.order(it, code, "Avg", "Max")
	v.order(it, code, "Min", "Max")
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
