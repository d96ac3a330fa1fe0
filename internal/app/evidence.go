package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/camera"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/rule"
)

// packer gathers the evidence of alarms from the parts that rules do not know.
type packer struct{ app *App }

// framesKept is how many raw frames a pack holds at most, around the start and
// around the newest value.
const framesKept = 120

// Keep stores one file.
func (p packer) Keep(ctx context.Context, area string, e rule.Exhibit) (string, error) {
	f, err := p.app.files.Keep(ctx, "rule", area, e.Name, e.Type, e.Content)
	return f.ID, err
}

// Gather asks every part; what one cannot give is named as missing.
func (p packer) Gather(ctx context.Context, a rule.Alarm, r rule.Rule, from, to time.Time) []rule.Exhibit {
	kind := telemetry.SeriesKind(r.Stream)
	if kind == "" {
		kind = telemetry.SeriesHour
	}
	if kind == telemetry.SeriesRealtime && to.Sub(from) > 72*time.Hour {
		from = to.Add(-72 * time.Hour)
	}
	series, _, err := p.app.telemetry.SeriesOf(ctx, telemetry.SeriesQuery{OutletID: a.OutletID, Kind: kind, From: from, To: to})
	marks, marked := p.marks(ctx, a, from, to)
	out := []rule.Exhibit{p.curve(a, series, marks, from, to, err), p.values(series, err), p.frames(ctx, a), marked, p.facilities(ctx, a, from, to), p.cameras(ctx, a)}
	return out
}

// text makes an exhibit of what was found, or says why there is none.
func text(name, title, kind, content string, err error, none string) rule.Exhibit {
	e := rule.Exhibit{Name: name, Title: title, Type: kind, Content: []byte(content)}
	switch {
	case err != nil:
		e.Missing = "读取失败"
	case content == "":
		e.Missing = none
	}
	return e
}

func table(head []string, rows [][]string) string {
	if len(rows) == 0 {
		return ""
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // so that spreadsheets read it as UTF-8
	w := csv.NewWriter(&b)
	if w.Write(head) != nil || w.WriteAll(rows) != nil {
		return "" // a buffer takes everything
	}
	return b.String()
}

func clock(t time.Time) string { return t.In(beijing).Format("2006-01-02 15:04:05") }

func (p packer) curve(a rule.Alarm, series []telemetry.Series, marks []span, from, to time.Time, err error) rule.Exhibit {
	f, _ := factor.ByCode(a.Factor)
	c := curve{title: fmt.Sprintf("%s %s %s（%s）", a.EnterpriseName, a.OutletName, factor.Name(a.Factor), a.Number), unit: f.Unit, limit: a.Limit.Float64(),
		from: from, to: to, marks: marks, alarm: span{a.StartedAt, a.LastAt, "预警 " + a.Number}}
	for _, s := range series {
		if s.Factor == a.Factor || a.Factor == "" && c.points == nil {
			c.points = s.Points
		}
	}
	content := ""
	if len(c.points) > 0 {
		content = c.svg()
	}
	return text("曲线.svg", "预警前后的曲线、限值与标记", "image/svg+xml", content, err, "这段时间没有数据")
}

func (p packer) values(series []telemetry.Series, err error) rule.Exhibit {
	var rows [][]string
	for _, s := range series {
		for _, v := range s.Points {
			converted := ""
			if v.Converted != nil {
				converted = v.Converted.String()
			}
			rows = append(rows, []string{clock(v.At), s.Factor, factor.Name(s.Factor), v.Value.String(), converted, v.Flag, v.Source})
		}
	}
	return text("数值.csv", "全部因子的数值与标识", "text/csv", table([]string{"时间", "因子编码", "因子", "值", "折算值", "标识", "来源"}, rows), err, "这段时间没有数据")
}

// frames are those around the start and the newest value, passwords masked.
func (p packer) frames(ctx context.Context, a rule.Alarm) rule.Exhibit {
	var b strings.Builder
	seen := map[string]bool{}
	var failed error
	for _, at := range []time.Time{a.StartedAt, a.LastAt} {
		list, _, err := p.app.telemetry.FramesOf(ctx, telemetry.FrameQuery{OutletID: a.OutletID, From: at.Add(-10 * time.Minute), To: at.Add(2 * time.Hour), Limit: framesKept / 2})
		if err != nil {
			failed = err
			continue
		}
		for _, f := range list {
			raw := f.Raw
			if len(f.Plain) > 0 {
				if plain, err := hj212.AppendSegment(nil, f.Plain); err == nil {
					raw = bytes.TrimRight(plain, "\r\n")
				}
			}
			line := fmt.Sprintf("收到 %s  数据时间 %s\n%s\n", clock(f.Received), clock(f.Time), command.Mask(strings.ToValidUTF8(string(raw), "?")))
			if !seen[line] {
				seen[line] = true
				b.WriteString(line)
			}
		}
	}
	if b.Len() > 0 {
		failed = nil
	}
	return text("原始报文.txt", "起始与最近前后的原始报文（密码隐去）", "text/plain", b.String(), failed, "没有保存的原始报文")
}

func (p packer) marks(ctx context.Context, a rule.Alarm, from, to time.Time) ([]span, rule.Exhibit) {
	list, err := p.app.marks.Of(ctx, auth.System("rule"), a.OutletID, from, to)
	var rows [][]string
	var spans []span
	for _, m := range list {
		rows = append(rows, []string{m.Number, m.Kind, string(m.State), clock(m.From), clock(m.Until), m.Reason, m.CreatedByName})
		spans = append(spans, span{m.From, m.Until, m.Reason})
	}
	return spans, text("标记.csv", "企业的标记时段", "text/csv", table([]string{"编号", "类型", "状态", "起", "止", "原因", "标记人"}, rows), err, "这段时间没有标记")
}

func (p packer) facilities(ctx context.Context, a rule.Alarm, from, to time.Time) rule.Exhibit {
	who := auth.System("rule")
	units, err := p.app.facilities.Of(ctx, who, a.EnterpriseID)
	names := map[string]string{}
	for _, u := range units {
		names[u.ID] = u.Name
	}
	var rows [][]string
	if err == nil && len(units) > 0 {
		changes, e := p.app.facilities.Changes(ctx, who, a.EnterpriseID, from, to)
		err = e
		for _, c := range changes {
			rows = append(rows, []string{names[c.UnitID], clock(c.Since), string(c.State), factor.Name(c.Factor), c.Value})
		}
	}
	return text("设施状态.csv", "生产与治理设施的启停", "text/csv", table([]string{"设施", "自", "状态", "依据", "值"}, rows), err, "没有设施监控数据")
}

func (p packer) cameras(ctx context.Context, a rule.Alarm) rule.Exhibit {
	list, err := camera.New(p.app.db, p.app.policy).List(ctx, auth.System("rule"), camera.Query{EnterpriseID: a.EnterpriseID, OutletID: a.OutletID, InUse: true})
	var rows [][]string
	for _, c := range list {
		rows = append(rows, []string{c.Name, c.Code, c.Platform, clock(a.StartedAt), c.PlaybackLink(a.StartedAt)})
	}
	return text("视频.csv", "视频与预警时刻的回放链接", "text/csv", table([]string{"摄像头", "编码", "平台", "时刻", "回放链接"}, rows), err, "没有登记视频")
}
