package publish

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// New is what a writer hands in; Until is the last day on which a call takes
// answers, 2006-01-02.
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
	BountyFen  int64
	Budget     string
}

// How much may be written, in characters, and how long a call may last.
const (
	maxTitle = 100
	maxText  = 5000
	maxDays  = 366
)

var beijing = time.FixedZone("CST", 8*3600)

// Check names everything that is wrong with a draft and gives the end of a call's
// last day.
func (p Policy) Check(n New, now time.Time) (until time.Time, err error) {
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
	if n.Kind != Call {
		if n.Until != "" || n.BountyFen != 0 || n.Budget != "" {
			bad = bad.With("until", "只有征集线索有截止日和悬赏")
		}
	} else {
		until, bad = p.checkCall(n, now, bad)
	}
	if len(bad.Fields) > 0 {
		return until, bad
	}
	return until, nil
}

func (p Policy) checkCall(n New, now time.Time, bad *fault.Error) (time.Time, *fault.Error) {
	day, err := time.ParseInLocation(time.DateOnly, n.Until, beijing)
	until := day.AddDate(0, 0, 1)
	switch {
	case err != nil:
		bad = bad.With("until", "请填写截止日，例如 2026-12-31")
	case !until.After(now):
		bad = bad.With("until", "截止日已过")
	case until.After(now.AddDate(0, 0, maxDays+1)):
		bad = bad.With("until", "征集最长一年，到期可另行发布")
	}
	if n.BountyFen < 0 {
		bad = bad.With("bounty", "悬赏金额应为正数")
	}
	if n.BountyFen > 0 {
		most, rule, ok := int64(0), "", false
		if p.Bounty != nil {
			most, rule, ok = p.Bounty(now)
		}
		switch {
		case !ok:
			bad = bad.With("bounty", "本地文件没有规定悬赏，不能设悬赏")
		case n.BountyFen > most:
			bad = bad.With("bounty", "悬赏最高 %d 元（%s）", most/100, rule)
		}
		if strings.TrimSpace(n.Budget) == "" {
			bad = bad.With("budget", "请写明悬赏资金的预算科目或批准文号")
		}
	}
	return until, bad
}

// names cuts the list of what must be hidden.
func names(text string) []string {
	out := []string{}
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,;；\n", r) }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
