// Package ladder decides who hears of an alarm, when (逐级告知): a ladder is an
// ordered list of rungs, each with a condition, a term and audiences; it is data
// of the jurisdiction. Plan says which rungs are due and when to look again.
//
// The package is pure: it knows neither alarms nor people nor a clock. The
// alarm's service computes since when each condition holds, remembers which
// rungs were taken, finds the people and writes all of it down.
package ladder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// When is the condition under which a rung is taken. Its term counts from the
// moment since which the condition holds.
type When string

// The conditions.
const (
	Always         When = "always"         // since the alarm has its level
	Lasting        When = "lasting"        // the same, and the data have not recovered
	Unacknowledged When = "unacknowledged" // nobody on duty has taken it up
	Unhandled      When = "unhandled"      // the bureau has given no answer yet
	Unexplained    When = "unexplained"    // the enterprise has not explained, since it was last asked
	Unreviewed     When = "unreviewed"     // an explanation waits for the duty room
)

// Choice is one word of the configuration with what it means.
type Choice struct{ ID, Title string }

// Conditions lists the conditions as people read them.
var Conditions = []Choice{
	{string(Always), "预警产生或升级"}, {string(Lasting), "仍在持续"}, {string(Unacknowledged), "无人确认"},
	{string(Unhandled), "未处置"}, {string(Unexplained), "企业未说明"}, {string(Unreviewed), "企业说明未审核"},
}

// Audience names a group of people by their part.
type Audience string

// The audiences.
const (
	EnterpriseHead Audience = "enterprise_head"
	Enterprise     Audience = "enterprise"
	Duty           Audience = "duty"
	Sector         Audience = "sector"
	Inspector      Audience = "inspector"
	Leader         Audience = "leader"
	CityDuty       Audience = "city_duty"
	CityLeader     Audience = "city_leader"
)

// Audiences lists the audiences as people read them.
var Audiences = []Choice{
	{string(EnterpriseHead), "企业负责人"}, {string(Enterprise), "企业环保负责人"}, {string(Duty), "监控值班员"}, {string(Sector), "行业主管部门"},
	{string(Inspector), "执法人员"}, {string(Leader), "分管领导"}, {string(CityDuty), "市级监控值班员"}, {string(CityLeader), "市级分管领导"},
}

// Levels lists the levels of alarms from light to grave.
var Levels = []Choice{{"notice", "早期提醒"}, {"suspect", "疑似异常"}, {"exceed", "超标"}, {"grave", "严重超标"}}

// Families lists the families of rules.
var Families = []Choice{
	{"official", "超过限值"}, {"shape", "数据形态"}, {"degree", "浓度水平"}, {"relation", "参数关系"}, {"condition", "工况"}, {"marking", "标记"}, {"sending", "传输"},
}

// Urgencies lists how strongly a notice presses, from light to grave.
var Urgencies = []Choice{{"ordinary", "一般"}, {"important", "重要"}, {"urgent", "紧急"}}

// Title is the Chinese word of an id of one of the lists, or the id itself.
func Title(list []Choice, id string) string {
	for _, c := range list {
		if c.ID == id {
			return c.Title
		}
	}
	return id
}

// Known reports whether the list has the id.
func Known(list []Choice, id string) bool {
	return slices.ContainsFunc(list, func(c Choice) bool { return c.ID == id })
}

// Term is how long a condition must hold: a span of clock time, or a number of
// working days that ends with the last of them.
type Term struct {
	Span        time.Duration
	WorkingDays int
}

// ParseTerm reads 30m, 24h or 2wd (working days).
func ParseTerm(s string) (Term, error) {
	if n, ok := strings.CutSuffix(s, "wd"); ok {
		days, err := strconv.Atoi(n)
		if err != nil || days < 1 || days > 60 {
			return Term{}, fmt.Errorf("%q: working days are 1wd to 60wd", s)
		}
		return Term{WorkingDays: days}, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > 60*24*time.Hour {
		return Term{}, fmt.Errorf("%q is no term", s)
	}
	return Term{Span: d}, nil
}

// String is the term as people say it.
func (t Term) String() string {
	h := int(t.Span / time.Hour)
	switch {
	case t.WorkingDays > 0:
		return strconv.Itoa(t.WorkingDays) + "个工作日"
	case t.Span == 0:
		return "立即"
	case t.Span%time.Hour == 0 && h > 24 && h%24 == 0:
		return strconv.Itoa(h/24) + "天"
	case t.Span%time.Hour == 0:
		return strconv.Itoa(h) + "小时"
	}
	return strconv.Itoa(int(t.Span/time.Minute)) + "分钟"
}

// Calendar counts working days.
type Calendar interface {
	AddWorkingDays(from time.Time, n int) time.Time
}

// End is when the term is over that began then.
func (t Term) End(from time.Time, cal Calendar) time.Time {
	if t.WorkingDays > 0 {
		return cal.AddWorkingDays(from, t.WorkingDays)
	}
	return from.Add(t.Span)
}

// Rung is one step of a ladder.
type Rung struct {
	When    When
	After   Term
	Tell    []Audience
	Urgency string
}

// key names one taking of the rung: the same condition that begins anew may be
// told of anew.
func (r Rung) key(since time.Time) string {
	return fmt.Sprintf("%s+%s@%d", r.When, r.After, since.Unix())
}

// Ladder is what holds for alarms of some levels and families; an empty list
// means all of them.
type Ladder struct {
	Name     string
	Levels   []string
	Families []string
	Rungs    []Rung
}

// For is the first ladder that holds for the level and family.
func For(list []Ladder, level, family string) Ladder {
	for _, l := range list {
		if (len(l.Levels) == 0 || slices.Contains(l.Levels, level)) && (len(l.Families) == 0 || slices.Contains(l.Families, family)) {
			return l
		}
	}
	return Ladder{}
}

// Due is a rung to be taken now; Key tells it from other takings.
type Due struct {
	Rung
	Key string
}

// Plan says which rungs are due in their order, and when the next will be, zero
// without one. since holds the conditions that hold, each with its moment; taken
// the keys of what was done.
func (l Ladder) Plan(since map[When]time.Time, taken func(key string) bool, now time.Time, cal Calendar) (due []Due, next time.Time) {
	for _, r := range l.Rungs {
		from, holds := since[r.When]
		if !holds || taken(r.key(from)) {
			continue
		}
		at := r.After.End(from, cal)
		switch {
		case !at.After(now):
			due = append(due, Due{r, r.key(from)})
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	return due, next
}

// Following is the first rung not taken yet whose condition holds, due or not:
// who hears when those before could not be reached.
func (l Ladder) Following(since map[When]time.Time, taken func(key string) bool) (Due, bool) {
	for _, r := range l.Rungs {
		if from, holds := since[r.When]; holds && !taken(r.key(from)) {
			return Due{r, r.key(from)}, true
		}
	}
	return Due{}, false
}

// First is the term of the ladder's earliest rung of a condition, false without
// one; a working day counts as a day.
func (l Ladder) First(w When) (time.Duration, bool) {
	best, ok := time.Duration(0), false
	for _, r := range l.Rungs {
		if d := r.After.Span + time.Duration(r.After.WorkingDays)*24*time.Hour; r.When == w && (!ok || d < best) {
			best, ok = d, true
		}
	}
	return best, ok
}
