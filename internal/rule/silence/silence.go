package silence

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// ID names a silence.
type ID string

// Kind is a silence by the clock or a plan by the time of the data.
type Kind string

// The kinds.
const (
	Silenced Kind = "silence" // 静默
	Plan     Kind = "plan"    // 免打扰时段
)

var kindTitles = map[Kind]string{Silenced: "静默", Plan: "免打扰时段"}

// Title is the kind in Chinese.
func (k Kind) Title() string { return kindTitles[k] }

// Reasons are what people may have for a silence or a plan.
var Reasons = []flow.Option{{Value: "maintenance", Title: "设备检修、维护"}, {Value: "calibration", Title: "定期校准、比对"},
	{Value: "known", Title: "原因已知，正在处理"}, {Value: "stopped", Title: "停产检修"}, {Value: "trial", Title: "设备调试、试运行"}, {Value: "other", Title: "其他"}}

// Silence says that nobody is told of some alarms, From <= t < Until. Empty parts
// of its scope stand for all within the area.
type Silence struct {
	ID             ID
	Number         string // e.g. WZ-J-2026-000123
	State          flow.State
	Kind           Kind
	OutletID       string
	OutletName     string // read only, as the next
	EnterpriseID   string
	EnterpriseName string
	Area           string
	Rule           string
	Factor         string
	From, Until    time.Time
	Weekdays       []int // of a plan, 1 = Monday … 7 = Sunday; none = the whole time
	Begin, End     int   // minutes of the day, Beijing time; End <= Begin reaches into the next day
	Reason         string
	Words          string
	Follows        ID
	CreatedBy      string
	CreatedByName  string // read only
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// Scope is where the silence lies. It names no enterprise: silences are the
// officers' own business.
func (s Silence) Scope() auth.Scope { return auth.Scope{Area: s.Area} }

// Wide reports whether the silence reaches beyond one enterprise.
func (s Silence) Wide() bool { return s.OutletID == "" && s.EnterpriseID == "" }

// ReasonTitle is the chosen reason in Chinese.
func (s Silence) ReasonTitle() string {
	return flow.Field{Kind: flow.Choice, Options: Reasons}.ShowChoice(s.Reason)
}

// Subject is what silences need to know of an alarm: From and To are its first
// and its newest evidence.
type Subject struct {
	OutletID, EnterpriseID, Area string
	Rule, Factor                 string
	Also                         []Sign // what else the alarm rests on
	From, To                     time.Time
}

// Sign is a rule and factor on which an alarm rests.
type Sign struct{ Rule, Factor string }

// each gives the subject once for every sign on which it rests.
func (x Subject) each() []Subject {
	out := []Subject{x}
	for _, n := range x.Also {
		one := x
		one.Rule, one.Factor = n.Rule, n.Factor
		out = append(out, one)
	}
	return out
}

// Speaks reports whether the subject, or a part of what it rests on, lies in the
// scope.
func (s Silence) Speaks(x Subject) bool { return slices.ContainsFunc(x.each(), s.speaks) }

func (s Silence) speaks(x Subject) bool {
	return (s.OutletID == "" || s.OutletID == x.OutletID) && (s.EnterpriseID == "" || s.EnterpriseID == x.EnterpriseID) &&
		(!s.Wide() || auth.Covers(s.Area, x.Area)) && (s.Rule == "" || s.Rule == x.Rule) && (s.Factor == "" || s.Factor == x.Factor)
}

// quieting finds the silence by which nobody is told of the subject now. An alarm
// that rests on several signs is quiet when each of them is: what nobody has spoken
// of remains news.
func quieting(list []Silence, x Subject, now time.Time) (Silence, bool) {
	var by Silence
	for i, one := range x.each() {
		k := slices.IndexFunc(list, func(s Silence) bool { return s.quiets(one, now) })
		if k < 0 {
			return Silence{}, false
		}
		if i == 0 {
			by = list[k]
		}
	}
	return by, true
}

// quiets reports whether nobody is told of the subject's own sign now. A plan quiets
// what rests on data of the plan alone: one value after it makes the alarm loud.
func (s Silence) quiets(x Subject, now time.Time) bool {
	if s.State == StateLifted || !s.speaks(x) {
		return false
	}
	if s.Kind == Plan {
		return s.covers(x.From) && s.covers(x.To)
	}
	return s.within(now)
}

func (s Silence) within(t time.Time) bool { return !t.Before(s.From) && t.Before(s.Until) }

var beijing = time.FixedZone("CST", 8*3600)

// covers reports whether the plan holds at t. A turn belongs to the day on which
// it begins.
func (s Silence) covers(t time.Time) bool {
	if !s.within(t) {
		return false
	}
	if len(s.Weekdays) == 0 {
		return true
	}
	y, m, d := t.In(beijing).Date()
	for _, back := range []int{0, 1} {
		day := time.Date(y, m, d-back, 0, 0, 0, 0, beijing)
		begin := day.Add(time.Duration(s.Begin) * time.Minute)
		if slices.Contains(s.Weekdays, isoDay(day)) && !t.Before(begin) && t.Before(begin.Add(s.turn())) {
			return true
		}
	}
	return false
}

// turn is how long one turn of a recurring plan lasts.
func (s Silence) turn() time.Duration {
	return time.Duration((s.End-s.Begin+2*24*60-1)%(24*60)+1) * time.Minute
}

func isoDay(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

var dayNames = [...]string{"", "一", "二", "三", "四", "五", "六", "日"}

// Spell says when a plan recurs, e.g. 每周一、周四 09:00—11:00; "" when it does not.
func (s Silence) Spell() string {
	if len(s.Weekdays) == 0 {
		return ""
	}
	days := make([]string, 0, len(s.Weekdays))
	for _, d := range s.Weekdays {
		days = append(days, "周"+dayNames[d])
	}
	over := ""
	if s.End <= s.Begin {
		over = "次日 "
	}
	return fmt.Sprintf("每%s %02d:%02d—%s%02d:%02d", strings.Join(days, "、"), s.Begin/60, s.Begin%60, over, s.End/60, s.End%60)
}

func writeDays(days []int) string {
	parts := make([]string, 0, len(days))
	for _, d := range days {
		parts = append(parts, strconv.Itoa(d))
	}
	return strings.Join(parts, ",")
}

func readDays(text string) (out []int) {
	for _, p := range strings.Split(text, ",") {
		if d, err := strconv.Atoi(p); err == nil {
			out = append(out, d)
		}
	}
	return out
}
