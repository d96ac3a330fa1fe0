package publish

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// New is what a writer hands in; Until is the last day on which a call takes
// answers, 2006-01-02; Bounty is yuan, in digits, "" = none.
type New struct {
	Kind       Kind
	Title      string
	Text       string
	Hide       []string
	Enterprise string
	Area       string
	Category   string
	IssueID    string
	Until      string
	Bounty     string
	Budget     string
	Outcome    string // when a closed call is corrected
}

// How much may be written, in characters, and how long a call may last.
const (
	maxTitle = 100
	maxText  = 5000
	maxHide  = 50
	maxDays  = 366
)

var beijing = time.FixedZone("CST", 8*3600)

// tidy takes off what nobody means to write.
func (n *New) tidy() {
	for _, f := range []*string{&n.Title, &n.Text, &n.Enterprise, &n.Until, &n.Bounty, &n.Budget, &n.Outcome} {
		*f = strings.TrimSpace(strings.ReplaceAll(*f, "\r\n", "\n"))
	}
}

// Check names everything that is wrong with a draft and gives it as it is kept.
// before is the end of the day that stood there, which may be over.
func (p Policy) Check(n New, before, now time.Time) (d Draft, err error) {
	n.tidy()
	bad := fault.Invalidf("还有内容需要补充或修改，请按提示填写")
	if _, ok := n.Kind.Row(); !ok {
		bad = bad.With("kind", "请选择公开的种类")
	}
	if n.Title == "" || utf8.RuneCountInString(n.Title) > maxTitle {
		bad = bad.With("title", "请填写标题，最多 %d 个字", maxTitle)
	}
	if n.Text == "" || utf8.RuneCountInString(n.Text) > maxText {
		bad = bad.With("text", "请填写正文，最多 %d 个字", maxText)
	}
	if n.Category != "" && !slices.ContainsFunc(p.Categories, func(o flow.Option) bool { return o.Value == n.Category }) {
		bad = bad.With("category", "请从所列类别中选择")
	}
	if n.Kind == Progress && n.IssueID == "" {
		bad = bad.With("issue_id", "整改进展须说明是哪一个问题")
	}
	if len(n.Hide) > maxHide {
		bad = bad.With("hide", "最多 %d 个；更多的请改写正文", maxHide)
	}
	for _, name := range n.Hide {
		if utf8.RuneCountInString(name) < 2 {
			bad = bad.With("hide", "“%s”只有一个字，会把别的字也遮掉，因此不能自动隐去：请写全名，或在正文中改写", name)
		}
	}
	d = Draft{Title: n.Title, Text: n.Text, Hide: n.Hide, Enterprise: n.Enterprise, Budget: n.Budget, Outcome: n.Outcome}
	switch {
	case n.Kind == Call:
		d.Until, d.BountyFen, bad = p.checkCall(n, before, now, bad)
	case n.Until != "" || n.Bounty != "" || n.Budget != "" || n.Outcome != "":
		bad = bad.With("until", "只有征集线索有截止日和悬赏")
	}
	if len(bad.Fields) > 0 {
		return d, bad
	}
	return d, nil
}

func (p Policy) checkCall(n New, before, now time.Time, bad *fault.Error) (until time.Time, fen int64, _ *fault.Error) {
	day, err := time.ParseInLocation(time.DateOnly, n.Until, beijing)
	until = day.AddDate(0, 0, 1)
	switch {
	case err != nil:
		bad = bad.With("until", "请填写截止日，例如 2026-12-31")
	case lastDay(before) == n.Until: // as it was; closed early it ends within the day
		until = before
	case !until.After(now):
		bad = bad.With("until", "截止日已过")
	case until.After(now.AddDate(0, 0, maxDays+1)):
		bad = bad.With("until", "征集最长一年，到期可另行发布")
	case n.Outcome != "":
		bad = bad.With("until", "结果已经公布的征集不能延长，请另行发布")
	}
	if n.Bounty == "" {
		return until, 0, bad
	}
	yuan, err := strconv.ParseInt(n.Bounty, 10, 64)
	if err != nil || yuan < 0 || yuan > 1e9 {
		return until, 0, bad.With("bounty", "悬赏应为整数（元），例如 50000；没有悬赏不填")
	}
	if fen = yuan * 100; fen == 0 {
		return until, 0, bad
	}
	most, rule, ok := p.Offers(now)
	switch {
	case !ok:
		bad = bad.With("bounty", "本地文件没有规定悬赏，不能设悬赏")
	case fen > most:
		bad = bad.With("bounty", "悬赏最高 %d 元（%s）", most/100, rule)
	}
	if n.Budget == "" {
		bad = bad.With("budget", "请写明悬赏资金的预算科目或批准文号")
	}
	return until, fen, bad
}

// lastDay is the day that ends at a moment or in which it lies, "" for none.
func lastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return until.Add(-time.Microsecond).In(beijing).Format(time.DateOnly)
}

// Names cuts the list of what must be hidden.
func Names(text string) []string {
	out := []string{}
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,;；\n", r) }) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func joined(list []string) string { return strings.Join(list, "、") }
