package reward

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Kind is what a figure says.
type Kind string

// The kinds of figures. Amounts are yuan.
const (
	Share      Kind = "share"      // per cent of the fine
	Floor      Kind = "floor"      // the least for a fine
	Cap        Kind = "cap"        // the most for a fine
	Extra      Kind = "extra"      // added when something else follows, see When
	Ceiling    Kind = "ceiling"    // the most for fine and extras together
	Special    Kind = "special"    // the most for an especially serious act, decided singly
	Bounty     Kind = "bounty"     // the most for a clue that was asked for in public
	Fixed      Kind = "fixed"      // the most where nobody can be fined
	Honour     Kind = "honour"     // honour besides money, with consent; no value
	Supplement Kind = "supplement" // per cent of the whole for those who supplement
	Notice     Kind = "notice"     // working days from the decision to the notice
	Claim      Kind = "claim"      // days in which to claim
	Pay        Kind = "pay"        // working days from the claim to the voucher
	Collect    Kind = "collect"    // days in which to collect
	Appeal     Kind = "appeal"     // days in which to appeal
	Answer     Kind = "answer"     // working days in which an appeal is answered
)

// unit says how a kind's value is counted, and whether only one row of the kind
// may hold on a day.
var kinds = map[Kind]struct {
	title, unit string
	many        bool
}{
	Share: {"按罚款的比例", "%", false}, Floor: {"罚款部分下限", "元", false}, Cap: {"罚款部分上限", "元", false},
	Extra: {"另加", "元", true}, Ceiling: {"合计上限", "元", false}, Special: {"特别严重的上限", "元", false},
	Bounty: {"悬赏的上限", "元", false}, Fixed: {"无责任主体的上限", "元", false}, Honour: {"精神奖励", "", false},
	Supplement: {"补充举报的份额", "%", false}, Notice: {"告知时限", "个工作日", false}, Claim: {"申领期限", "日", false},
	Pay: {"开具付款单时限", "个工作日", false}, Collect: {"领取期限", "日", false}, Appeal: {"申诉期限", "日", false},
	Answer: {"申诉答复时限", "个工作日", false},
}

// Known reports whether there is such a kind.
func (k Kind) Known() bool { _, ok := kinds[k]; return ok }

// Title is the kind in Chinese.
func (k Kind) Title() string { return kinds[k].title }

// Unit is how the kind's value is counted, "" when it has none.
func (k Kind) Unit() string { return kinds[k].unit }

// Many reports whether several rows of the kind may hold on one day.
func (k Kind) Many() bool { return kinds[k].many }

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Share, Floor, Cap, Extra, Ceiling, Special, Bounty, Fixed, Honour, Supplement, Notice, Claim, Pay, Collect, Appeal, Answer}
}

// local are the days that a place has which says nothing about them.
var local = map[Kind]int64{Notice: 10, Claim: 60, Pay: 10, Collect: 60, Appeal: 60, Answer: 15}

// Events are what an extra may be given for.
var Events = []struct{ ID, Title string }{
	{"detention", "行政拘留"}, {"arrest", "采取刑事强制措施并批准逮捕"}, {"verdict", "法院作出有罪判决"},
}

// Figure is one rule row: a value that holds on the days from From, until Until
// where that is set, with where it is written and how sure that is.
type Figure struct {
	ID        string          `json:"id"`
	Kind      Kind            `json:"kind"`
	Title     string          `json:"title"`
	When      string          `json:"when,omitempty"` // of Extra: an event
	Value     decimal.Decimal `json:"value"`
	Source    string          `json:"source"`
	Certainty string          `json:"certainty"` // A the text itself, B quoted, C a local choice
	From      Day             `json:"from"`
	Until     Day             `json:"until,omitempty"` // the first day on which it no longer holds
}

// Day is a calendar day as 2006-01-02; it sorts as text.
type Day string

// DayOf is the day of a moment in Beijing.
func DayOf(t time.Time) Day { return Day(t.In(beijing).Format(time.DateOnly)) }

// Time is the day's first moment in Beijing, zero when it is no day.
func (d Day) Time() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), beijing)
	if err != nil {
		return time.Time{}
	}
	return t
}

var beijing = time.FixedZone("CST", 8*3600)

func holds(from, until, on Day) bool { return from <= on && (until == "" || on < until) }

// Named is an act that may be rewarded, or a reason for which nobody is.
type Named struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Source    string `json:"source"`
	Certainty string `json:"certainty"`
	From      Day    `json:"from"`
	Until     Day    `json:"until,omitempty"`
}

// Policy is what a place decides about rewards, as dated rows. Without figures
// the place has no rewards.
type Policy struct {
	Prefix     string   `json:"-"` // of numbers, e.g. WZ-R
	Document   string   `json:"document"`
	Figures    []Figure `json:"figures"`
	Acts       []Named  `json:"acts"`
	Exclusions []Named  `json:"exclusions"`
	Modes      []string `json:"modes"` // of reports that may be rewarded
}

// Open reports whether the place rewards at all.
func (p Policy) Open() bool { return len(p.Figures) > 0 }

// Digest names the present text of the rules.
func (p Policy) Digest() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain values only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// On gives the figure of a kind that holds on a day; of those with an event, the
// event's.
func (p Policy) On(day Day, k Kind, event string) (Figure, bool) {
	i := slices.IndexFunc(p.Figures, func(f Figure) bool { return f.Kind == k && f.When == event && holds(f.From, f.Until, day) })
	if i < 0 {
		return Figure{}, false
	}
	return p.Figures[i], true
}

// Days is a term on a day: the place's own, or the one that the program has.
func (p Policy) Days(day Day, k Kind) int {
	if f, ok := p.On(day, k, ""); ok && f.Value.Scale == 0 {
		return int(f.Value.Mantissa)
	}
	return int(local[k])
}

func named(list []Named, id string, on Day) (Named, bool) {
	i := slices.IndexFunc(list, func(n Named) bool { return n.ID == id && holds(n.From, n.Until, on) })
	if i < 0 {
		return Named{}, false
	}
	return list[i], true
}

// Act finds an act that may be rewarded on a day.
func (p Policy) Act(id string, on Day) (Named, bool) { return named(p.Acts, id, on) }

// Exclusion finds a reason for giving nothing on a day.
func (p Policy) Exclusion(id string, on Day) (Named, bool) { return named(p.Exclusions, id, on) }

// Valid lists the rows of a table that hold on a day.
func Valid(list []Named, on Day) []Named {
	return slices.DeleteFunc(slices.Clone(list), func(n Named) bool { return !holds(n.From, n.Until, on) })
}
