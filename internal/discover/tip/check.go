package tip

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/fault"
)

// How long what a reporter writes may be, in characters; the first is
// GeoReport's.
const (
	maxText   = 4000
	maxLine   = 200
	maxURL    = 2000
	maxPhotos = 6
)

// Check names everything that is wrong with a report, in the reporter's words.
// The names of the fields are those of New; a question's is answer.CODE.
func (p Policy) Check(n New) error {
	bad := fault.Invalidf("还有内容需要补充或修改，请按提示填写；已填写的内容不会丢失")
	k, ok := p.Kind(n.Kind)
	if !ok {
		return fault.NotFoundf("没有“%s”这类举报，请从所列类别中选择", n.Kind).With("kind", "请选择类别")
	}
	row, ok := n.Mode.Row()
	switch {
	case !ok:
		bad = bad.With("mode", "请选择举报方式")
	case !row.Open:
		bad = bad.With("mode", "%s：%s", row.Title, row.Instead)
	case n.Mode == Insider:
		bad = bad.With("mode", "内部知情人举报全部内容须在浏览器内封存，请从举报首页进入它自己的页面")
	case n.Mode == Anonymous && n.Contact != "":
		bad = bad.With("contact", "匿名举报不收集联系方式，请删去后提交")
	case n.Mode == Confidential && n.Contact != "":
		bad = bad.With("contact", "联系方式须在浏览器内封存后再提交：请启用脚本，或改为拨打电话")
	case n.Mode == Confidential && n.Sealed == nil:
		bad = bad.With("contact", "实名保密举报请填写姓名和联系方式（须启用脚本，在浏览器内封存）；不愿留下请选匿名举报")
	case n.Mode != Confidential && n.Sealed != nil:
		bad = bad.With("mode", "只有实名保密举报附封存的联系方式")
	}
	long := func(name, value string, most int) {
		if utf8.RuneCountInString(value) > most {
			bad = bad.With(name, "最多 %d 个字", most)
		}
		if strings.ContainsFunc(value, func(r rune) bool {
			return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
		}) {
			bad = bad.With(name, "含有无法识别的字符，请重新输入")
		}
	}
	long("text", n.Text, maxText)
	long("suspect", n.Suspect, maxLine)
	long("address", n.Address, maxLine)
	long("contact", n.Contact, maxLine)
	if n.MediaURL != "" && !webAddress(n.MediaURL) {
		bad = bad.With("media_url", "应为 http 或 https 网址，不超过 %d 个字符", maxURL)
	}
	if n.HasPoint && !(n.Lat >= -90 && n.Lat <= 90 && n.Lng >= -180 && n.Lng <= 180) {
		bad = bad.With("lat", "经纬度应为 WGS84 十进制度数")
	}
	if !n.HasPoint && n.Address == "" && n.Area == "" {
		bad = bad.With("address", "请说明地点：点选位置、选择区域或填写地址，至少一项")
	}
	if n.Channel == Web && n.Text == "" {
		bad = bad.With("text", "请写明看到、听到或闻到的情况")
	}
	if len(n.Photos) > maxPhotos {
		bad = bad.With("photos", "最多 %d 张照片", maxPhotos)
	}
	for _, q := range k.Questions {
		if wrong := q.check(n.Answers[q.Code]); wrong != "" {
			bad = bad.With("answer."+q.Code, "%s", wrong)
		}
	}
	for code := range n.Answers {
		if !slices.ContainsFunc(k.Questions, func(q Question) bool { return q.Code == code }) {
			bad = bad.With("answer."+code, "这类举报没有名为“%s”的问题", code)
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s) <= maxURL
}

// check says what is wrong with the answers to a question, "" when nothing is.
func (q Question) check(values []string) string {
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(values) == 0 {
		if q.Required {
			return "请回答“" + q.Title + "”"
		}
		return ""
	}
	if len(values) > 1 && q.Type != Many {
		return "“" + q.Title + "”只能填一项"
	}
	for _, v := range values {
		if wrong := q.one(v); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (q Question) one(v string) string {
	switch q.Type {
	case One, Many:
		if !slices.ContainsFunc(q.Options, func(o option) bool { return o.Value == v }) {
			return "“" + q.Title + "”请从所列选项中选择"
		}
	case Number:
		if _, err := strconv.ParseFloat(v, 64); err != nil {
			return "“" + q.Title + "”应为数字"
		}
	case DateTime:
		if _, ok := moment(v); !ok {
			return "“" + q.Title + "”应为时间，例如 2026-11-20T08:15:30+08:00"
		}
	case Line, Text:
		most := maxLine
		if q.Type == Text {
			most = maxText
		}
		if utf8.RuneCountInString(v) > most {
			return "“" + q.Title + "”最多 " + strconv.Itoa(most) + " 个字"
		}
	}
	return ""
}

// moment reads a time with its zone, or as a browser's form writes it, which is
// then Beijing time.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, beijing); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

var beijing = time.FixedZone("CST", 8*3600)

// title is what the desk reads first.
func (k Kind) title(t Tip, area string) string {
	where := t.Address
	if where == "" {
		where = area
	}
	if r := []rune(where); len(r) > 40 {
		where = string(r[:40]) + "…"
	}
	if where == "" {
		return k.Name
	}
	return k.Name + "：" + where
}

// body joins what was written and what was answered, for the desk.
func (k Kind) body(t Tip) string {
	var b strings.Builder
	b.WriteString(t.Text)
	for _, x := range k.Shown(t.Answers) {
		b.WriteString("\n" + x.Title + "：" + strings.Join(x.Values, "、"))
	}
	if t.MediaURL != "" {
		b.WriteString("\n举报人提供的网址（未经核实，请勿直接打开）：" + t.MediaURL)
	}
	return strings.TrimSpace(b.String())
}

// shown gives options their titles.
func (q Question) shown(values []string) []string {
	out := slices.Clone(values)
	for i, v := range out {
		for _, o := range q.Options {
			if o.Value == v {
				out[i] = o.Title
			}
		}
	}
	return out
}

// Said is a question's title with its answers as people read them.
type Said struct {
	Title  string
	Values []string
}

// Shown gives the answers to the kind's questions as people read them.
func (k Kind) Shown(answers []Answer) []Said {
	out := []Said{}
	for _, q := range k.Questions {
		for _, a := range answers {
			if a.Code == q.Code {
				out = append(out, Said{q.Title, q.shown(a.Values)})
			}
		}
	}
	return out
}
