package hj212

import (
	"fmt"
	"time"
)

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

// Expectation is what the receiver knows of a device and the frame alone does not
// say. Zero values expect nothing.
type Expectation struct {
	MinInterval int     // minutes of a minute value, as set by command 1064
	RtdInterval int     // seconds between realtime values, as set by command 1062
	Dialect     Dialect // of answers; other frames tell theirs
}

// Validate is [ValidateFor] without an expectation.
func Validate(f *Frame) []Finding { return ValidateFor(f, Expectation{}) }

// ValidateFor measures a frame against the edition it says it follows, more strictly
// than reading it does. It finds nothing in bytes that are no usable frame: their
// [Fault] says why. It allocates; it is for people who examine a sender.
func ValidateFor(f *Frame, x Expectation) []Finding {
	if !f.OK() {
		return nil
	}
	var a Area
	v := validation{f: f, expect: x, dialect: max(x.Dialect, f.Dialect())}
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
	v.parts()
	v.times(&a)
	v.params(&a)
	for i := range a.Items {
		v.item(&a.Items[i])
	}
	return v.all
}

type validation struct {
	f       *Frame
	expect  Expectation
	dialect Dialect
	all     []Finding
}

func (v *validation) add(rule, text, field string, value []byte, clause string) {
	v.all = append(v.all, Finding{rule, text, field, string(value), clause})
}

func (v *validation) header() {
	f := v.f
	if e, ok := System(f.ST); !ok {
		v.add("st-unknown", "系统编码不在代码表中", "ST", f.ST, clauseCodes)
	} else if !e.Editions.Has(f.Version) {
		v.add("st-edition", "该版标准没有这个系统编码", "ST", f.ST, clauseCodes)
	}
	if e := v.dialect.Entry(f.Command, f.Version); e == nil {
		v.add("cn-unknown", "命令编码不在该版标准的代码表中", "CN", f.CN, clauseCodes)
	} else if !e.Editions.Has(f.Version) {
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
	if f.Flag.WantsAnswer() && f.Command >= RequestAnswer && f.Command <= DataAnswer {
		v.add("answer-answered", "应答报文不得再要求应答", "Flag", nil, clauseSegment)
	}
	if n := len(f.Area); n > areaLimit(f.Version) {
		v.add("area-size", fmt.Sprintf("数据区 %d 字节，超过 %d", n, areaLimit(f.Version)), "CP", nil, clauseSegment)
	}
}

// areaLimit is the longest data area of an edition, CP=&& and && taken off the
// printed 960 and 950 of the whole field.
func areaLimit(v Version) int {
	if v == V2005 {
		return 960
	}
	return 950
}

// parts looks at PNUM and PNO beyond what reading warns of.
func (v *validation) parts() {
	f := v.f
	switch {
	case (f.PNUM > 0) != (f.PNO > 0) && !f.Warnings.Has(WarnBitNoPart):
		v.add("part-half", "总包数 PNUM 与包号 PNO 须同时出现", "PNUM", nil, clauseSegment)
	case f.PNUM == 1 && f.PNO == 1:
		v.add("part-single", "只有一包，不应写 PNUM、PNO", "PNUM", nil, clauseSegment)
	}
}

// times looks at the times of the data area: whether they exist, and whether
// DataTime is the start of a period of the command.
func (v *validation) times(a *Area) {
	for _, name := range [...]string{"DataTime", "BeginTime", "EndTime", "SystemTime", "RestartTime", "AlarmTime"} {
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
	switch minutes := v.expect.MinInterval; {
	case !periodStart(v.f.Command, t).Equal(t):
		v.add("data-time-aligned", "DataTime 应是统计时段的开始时刻", "DataTime", value, clauseArea)
	case v.f.Command == UploadMinute && minutes > 0 && t.Minute()%minutes != 0:
		v.add("data-time-interval", fmt.Sprintf("DataTime 不在 %d 分钟的整点上", minutes), "DataTime", value, clauseArea)
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
