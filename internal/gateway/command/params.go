package command

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// stretch is a time range of data that is asked for, From <= t <= To.
type stretch struct{ From, To time.Time }

// maxSlices bounds how many requests one wish may become.
const maxSlices = 200

// slices cuts a stretch into requests that a station answers in reasonable time.
func (s *Spec) slices(whole stretch) []stretch {
	var out []stretch
	for from := whole.From; from.Before(whole.To); from = from.Add(s.Slice) {
		to := from.Add(s.Slice)
		if to.After(whole.To) {
			to = whole.To
		}
		if len(out) > 0 { // ends count in the standard: the next begins a second later
			out = append(out, stretch{from.Add(time.Second), to})
		} else {
			out = append(out, stretch{from, to})
		}
	}
	return out
}

var (
	factorForm = regexp.MustCompile(`^[A-Za-z0-9]{1,10}$`)
	codeForm   = regexp.MustCompile(`^[iI][0-9]{5}$`)
	textForm   = regexp.MustCompile(`^[^;,=&#\x00-\x1f]{1,200}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

// read checks what a person filled in. Secrets are given apart.
func (s *Spec) read(in map[string]string, now time.Time) (params map[string]string, secret string, whole stretch, err error) {
	params = map[string]string{}
	bad := fault.Invalidf("“%s”有内容需要补充或修改，请按各项提示填写", s.Title)
	known := map[string]bool{}
	for _, p := range s.Params {
		known[p.Name] = true
		v := strings.TrimSpace(in[p.Name])
		if v == "" {
			if p.Required {
				bad = bad.With("params."+p.Name, "请填写%s", p.Title)
			}
			continue
		}
		v, problem := p.check(v)
		switch {
		case problem != "":
			bad = bad.With("params."+p.Name, "%s", problem)
		case p.Kind == Secret:
			secret = v
		default:
			params[p.Name] = v
		}
	}
	if s.Slice > 0 {
		known["begin"], known["end"] = true, true
		whole, bad = s.readStretch(in, now, bad)
	}
	for name := range in {
		if !known[name] {
			bad = bad.With("params."+name, "此指令没有这一项")
		}
	}
	if len(bad.Fields) > 0 {
		return nil, "", whole, bad
	}
	return params, secret, whole, nil
}

func (s *Spec) readStretch(in map[string]string, now time.Time, bad *fault.Error) (stretch, *fault.Error) {
	var w stretch
	var err error
	if w.From, err = time.Parse(time.RFC3339, in["begin"]); err != nil {
		bad = bad.With("params.begin", "请填写开始时间")
	}
	if w.To, err = time.Parse(time.RFC3339, in["end"]); err != nil {
		bad = bad.With("params.end", "请填写结束时间")
	}
	switch {
	case len(bad.Fields) > 0:
	case !w.From.Before(w.To):
		bad = bad.With("params.end", "应晚于开始时间")
	case w.From.After(now):
		bad = bad.With("params.begin", "不能晚于当前时间")
	case w.To.Sub(w.From) > maxSlices*s.Slice:
		bad = bad.With("params.begin", "一次最多 %d 天，请缩短时间范围", int(maxSlices*s.Slice/day))
	}
	return w, bad
}

func (p Param) check(v string) (string, string) {
	switch p.Kind {
	case Number:
		n, err := strconv.Atoi(v)
		if err != nil || n < p.Min || n > p.Max {
			return "", "应为 " + strconv.Itoa(p.Min) + " 至 " + strconv.Itoa(p.Max) + " 的整数"
		}
		return strconv.Itoa(n), ""
	case Choice:
		for _, o := range p.Options {
			if o.Value == v {
				return v, ""
			}
		}
		return "", "请从所列选项中选择"
	case Factor:
		if !factorForm.MatchString(v) {
			return "", "应为因子编码，如 w01018"
		}
	case Code:
		if !codeForm.MatchString(v) {
			return "", "应为字母 i 加 5 位数字，如 i13004"
		}
	case Clock:
		t, err := time.Parse(time.TimeOnly, v)
		if err != nil {
			return "", "应为时刻，如 08:00:00"
		}
		return t.Format("150405"), ""
	case Secret:
		if len(v) < p.Min || len(v) > p.Max || !secretForm.MatchString(v) {
			return "", "应为 " + strconv.Itoa(p.Max) + " 位字母或数字"
		}
	default:
		if !textForm.MatchString(v) {
			return "", "最多 200 个字符，不含 ; , = & #"
		}
	}
	return v, ""
}

// area writes the data area of a command.
func (s *Spec) area(c *Command, secret string, now time.Time) []byte {
	var b hj212.AreaBuilder
	put := func(name, value string) {
		if value != "" {
			b.Param(name, value)
		}
	}
	switch s.CN {
	case 1002:
		b.Pair("i23005", "Info", c.Params["logger"])
		return b.Bytes()
	case 1014:
		put("SKCreateTime", c.Params["SKCreateTime"])
		put("NewSK", secret)
		return b.Bytes()
	}
	for _, p := range s.Params {
		switch {
		case p.Kind == Secret:
			put(p.Name, secret)
		case p.Name == "Info":
			b.Pair(c.Params["InfoId"], "Info", c.Params["Info"])
		case p.Name == "CalibrationType" && c.Protocol < hj212.V2025: // 2017 knows only the factor
		default:
			put(p.Name, c.Params[p.Name])
		}
	}
	if s.CN == 1012 {
		put("SystemTime", stamp(now))
	}
	if s.Slice > 0 {
		put("BeginTime", stamp(c.From))
		put("EndTime", stamp(c.To))
	}
	return b.Bytes()
}

func stamp(t time.Time) string { return string(hj212.AppendTime(nil, t)) }
