package camera

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
)

// Place says what a camera looks at.
type Place string

// The places of cameras.
const (
	Outlet    Place = "outlet"    // 排放口
	Station   Place = "station"   // 站房
	Treatment Place = "treatment" // 治污设施
	Other     Place = "other"
)

// Title is the place's Chinese name.
func (p Place) Title() string {
	switch p {
	case Outlet:
		return "排放口"
	case Station:
		return "站房"
	case Treatment:
		return "治污设施"
	}
	return "其他"
}

// Camera is one camera of a video platform.
type Camera struct {
	ID           string
	EnterpriseID string
	OutletID     string // "" = of the enterprise at large
	Name         string
	Place        Place
	Code         string // GB/T 28181, 20 digits; "" = not known
	Platform     string // whose platform it is on
	Channel      string // what the platform calls it
	Live         string // template of the link to the picture now, "" = none
	Playback     string // template of the link to a stretch of time, "" = none
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64

	// Read only.
	Area           string
	EnterpriseName string
	OutletName     string
}

// Scope is what policies decide on.
func (c Camera) Scope() auth.Scope { return auth.Scope{Area: c.Area, Enterprise: c.EnterpriseID} }

var nationalCode = regexp.MustCompile(`^\d{20}$`)

func (c *Camera) check() error {
	c.Name, c.Code, c.Channel = strings.TrimSpace(c.Name), strings.TrimSpace(c.Code), strings.TrimSpace(c.Channel)
	f := fault.Invalidf("摄像机信息有误，请按提示修改")
	switch {
	case c.EnterpriseID == "":
		return f.With("enterprise_id", "请选择企业")
	case c.Name == "" || len([]rune(c.Name)) > 60:
		return f.With("name", "请填写名称，最多 60 字")
	case c.Place != Outlet && c.Place != Station && c.Place != Treatment && c.Place != Other:
		return f.With("place", "请选择位置")
	case c.Code != "" && !nationalCode.MatchString(c.Code):
		return f.With("code", "国标编码应为 20 位数字（GB/T 28181），没有可不填")
	case c.Live == "" && c.Playback == "":
		return f.With("playback", "实时与回放链接至少填写一个")
	}
	for name, t := range map[string]string{"live": c.Live, "playback": c.Playback} {
		if t == "" {
			continue
		}
		if _, err := link(t, c, time.Unix(1, 0), time.Unix(2, 0)); err != nil {
			return f.With(name, "%s", fault.Sentence(err, "链接模板无效"))
		}
	}
	if c.Playback != "" && !strings.Contains(c.Playback, "{start") {
		return f.With("playback", "回放链接须含 {start}，才能打开预警发生时的画面")
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{([a-z]+)(?::([a-z_]+))?\}`)

// beijing is the zone of the times in links.
var beijing = time.FixedZone("CST", 8*3600)

// link fills a template: {channel}, {code}, {start} and {end} with :unix,
// :unix_ms or :iso behind them, else yyyyMMddHHmmss in Beijing time. Values are
// escaped; scheme and host stand in the template itself.
func link(template string, c *Camera, start, end time.Time) (string, error) {
	const how = "可用 {channel}、{code}、{start}、{end}，时间可写 {start:unix}、{start:unix_ms}、{start:iso}"
	var bad error
	out := placeholder.ReplaceAllStringFunc(template, func(m string) string {
		part := placeholder.FindStringSubmatch(m)
		value := ""
		switch part[1] {
		case "channel":
			value = c.Channel
		case "code":
			value = c.Code
		case "start", "end":
			at := start
			if part[1] == "end" {
				at = end
			}
			switch part[2] {
			case "":
				value = at.In(beijing).Format("20060102150405")
			case "unix":
				value = strconv.FormatInt(at.Unix(), 10)
			case "unix_ms":
				value = strconv.FormatInt(at.UnixMilli(), 10)
			case "iso":
				value = at.In(beijing).Format(time.RFC3339)
			default:
				bad = fault.Invalidf("链接模板中的 %s 无法识别：%s", m, how)
			}
		default:
			bad = fault.Invalidf("链接模板中的 %s 无法识别：%s", m, how)
		}
		return url.QueryEscape(value)
	})
	if bad != nil {
		return "", bad
	}
	fixed, err := url.Parse(placeholder.ReplaceAllString(template, "x"))
	u, err2 := url.Parse(out)
	if err != nil || err2 != nil || len(out) > 2000 || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Host != fixed.Host || strings.ContainsAny(u.Host, "{}") || strings.ContainsAny(out, "{} ") {
		return "", fault.Invalidf("链接应以 https:// 或 http:// 开头，主机名写在模板里，不含账号口令；%s", how)
	}
	return out, nil
}

// LiveLink is the link to the picture now, "" when there is none.
func (c *Camera) LiveLink(now time.Time) string {
	if c.Live == "" || !c.Active {
		return ""
	}
	out, _ := link(c.Live, c, now, now) // checked when it was entered
	return out
}

// PlaybackLink is the link to what was seen around a moment: from Before until
// After.
func (c *Camera) PlaybackLink(at time.Time) string {
	if c.Playback == "" || !c.Active {
		return ""
	}
	out, _ := link(c.Playback, c, at.Add(-Before), at.Add(After))
	return out
}

// What a link to a moment shows before and after it.
const (
	Before = 5 * time.Minute
	After  = 10 * time.Minute
)
