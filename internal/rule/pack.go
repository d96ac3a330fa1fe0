package rule

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Exhibit is one file of an evidence pack (证据包). Missing says why it could not
// be had; the list names it all the same.
type Exhibit struct {
	Name    string
	Title   string
	Type    string
	Content []byte
	Missing string
}

// Packer gathers what other parts of the program know of an alarm, and keeps it.
type Packer interface {
	// Gather gives the curve, the values, the frames, marks, facilities and cameras
	// of the alarm's outlet in from <= t < to.
	Gather(ctx context.Context, a Alarm, r Rule, from, to time.Time) []Exhibit
	// Keep stores one and gives the file's id.
	Keep(ctx context.Context, area string, e Exhibit) (string, error)
}

// around is how long before and after an alarm its evidence reaches.
var around = map[Stream]time.Duration{"realtime": time.Hour, "hour": 24 * time.Hour, "day": 7 * 24 * time.Hour}

// packs gathers the evidence of an alarm and of the others of its event.
func (s *Service) packs(ctx context.Context, actor auth.Actor, id ID, in map[string]any) ([]string, error) {
	f, err := s.Get(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if len(f.Together) == 0 {
		return s.pack(ctx, actor, id, in, "")
	}
	var all []string
	for _, a := range f.Together {
		ids, err := s.pack(ctx, actor, a.ID, in, a.Number+"-")
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
}

// pack gathers the evidence of an alarm that a person is about to confirm. It
// stands before the transaction: reading takes a while, and files that come to
// nothing are swept.
// prefix tells the files of several alarms apart.
func (s *Service) pack(ctx context.Context, actor auth.Actor, id ID, in map[string]any, prefix string) ([]string, error) {
	f, err := s.Get(ctx, actor, id)
	if err != nil || s.packer == nil || f.Alarm.Verdict != "" {
		return nil, err
	}
	if words, _ := in["text"].(string); strings.TrimSpace(words) == "" {
		return nil, nil // the form will be refused
	}
	r, _ := s.Rule(f.Alarm.Rule)
	margin := around[r.Stream]
	if margin == 0 {
		margin = 24 * time.Hour
	}
	to := f.Alarm.LastAt.Add(margin)
	if now := s.db.Now(); to.After(now) {
		to = now
	}
	list := s.packer.Gather(ctx, f.Alarm, r, f.Alarm.StartedAt.Add(-margin), to)
	course, err := s.course(ctx, f)
	if err != nil {
		return nil, err
	}
	list = append(list, s.finding(f.Alarm, r), course)
	list = append(list, s.inventory(f.Alarm, list)...)
	var ids []string
	for _, e := range list {
		if e.Missing != "" {
			continue
		}
		e.Name = prefix + e.Name
		id, err := s.packer.Keep(ctx, f.Alarm.Area, e)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// finding is what was found, with the rule's version and the limit's basis.
func (s *Service) finding(a Alarm, r Rule) Exhibit {
	text, err := json.MarshalIndent(evidence{a.ID, a.Number, a.Rule, r.Title, r.Basis, a.OutletName, a.Factor, a.Limit.String(), a.Basis,
		a.Value.String(), a.Peak.String(), a.Times, a.StartedAt, a.LastAt, nil}, "", "  ")
	e := Exhibit{Name: "预警.json", Title: "预警、规则与依据", Type: "application/json", Content: text}
	if err != nil {
		e.Missing = err.Error()
	}
	return e
}

// course is what the enterprise said and the bureau did, from the alarm's timeline
// and those of its measures.
func (s *Service) course(ctx context.Context, f File) (Exhibit, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "预警 %s 的经过\n", f.Alarm.Number)
	write := func(entries []timeline.Entry) {
		for _, e := range entries {
			fmt.Fprintf(&b, "\n%s  %s  %s", e.At.In(beijing).Format("2006-01-02 15:04:05"), e.ActorName, e.Title)
			if e.Note != "" {
				fmt.Fprintf(&b, "：%s", e.Note)
			}
			for _, l := range e.Shown {
				fmt.Fprintf(&b, "\n    %s：%s", l.Title, l.Value)
			}
			if len(e.Files) > 0 {
				fmt.Fprintf(&b, "\n    附件：%s", strings.Join(e.Files, "、"))
			}
		}
		b.WriteString("\n")
	}
	write(f.Timeline)
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		for _, m := range f.Measures {
			entries, err := s.book.Of(ctx, tx, m.Kind.Machine().Kind, string(m.ID))
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "\n%s %s\n", m.Kind.Title(), m.Number)
			write(entries)
		}
		return nil
	})
	return Exhibit{Name: "经过.txt", Title: "企业说明、监管措施与办理经过", Type: "text/plain", Content: []byte(b.String())}, err
}

// inventory is the list of evidence (证据清单) with the hash of each file, for
// programs and for people.
func (s *Service) inventory(a Alarm, list []Exhibit) []Exhibit {
	type line struct {
		Name    string `json:"name"`
		Title   string `json:"title"`
		Size    int    `json:"size,omitempty"`
		SHA256  string `json:"sha256,omitempty"`
		Missing string `json:"missing,omitempty"`
	}
	doc := struct {
		Alarm    string    `json:"alarm"`
		Firm     string    `json:"enterprise"`
		Outlet   string    `json:"outlet"`
		Gathered time.Time `json:"gathered_at"`
		Files    []line    `json:"files"`
	}{a.Number, a.EnterpriseName, a.OutletName, s.db.Now().In(beijing), nil}
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>证据清单 %[1]s</title><style>body{font:16px/1.6 sans-serif;margin:24px}td,th{border:1px solid #999;padding:4px 8px;text-align:left}table{border-collapse:collapse}code{word-break:break-all}</style><h1>证据清单</h1><p>预警 %[1]s　%s　%s<br>取证时间 %s（北京时间）</p><table><tr><th>文件<th>内容<th>字节<th>SHA-256</tr>",
		html.EscapeString(a.Number), html.EscapeString(a.EnterpriseName), html.EscapeString(a.OutletName), doc.Gathered.Format("2006-01-02 15:04:05"))
	for _, e := range list {
		l := line{Name: e.Name, Title: e.Title, Missing: e.Missing}
		if e.Missing == "" {
			sum := sha256.Sum256(e.Content)
			l.Size, l.SHA256 = len(e.Content), hex.EncodeToString(sum[:])
			fmt.Fprintf(&b, "<tr><td>%s<td>%s<td>%d<td><code>%s</code></tr>", html.EscapeString(e.Name), html.EscapeString(e.Title), l.Size, l.SHA256)
		} else {
			fmt.Fprintf(&b, "<tr><td>%s<td>%s<td colspan=2>未能取得：%s</tr>", html.EscapeString(e.Name), html.EscapeString(e.Title), html.EscapeString(e.Missing))
		}
		doc.Files = append(doc.Files, l)
	}
	b.WriteString("</table></html>\n")
	text, err := json.MarshalIndent(doc, "", "  ")
	out := Exhibit{Name: "证据清单.json", Title: "证据清单", Type: "application/json", Content: text}
	if err != nil {
		out.Missing = err.Error()
	}
	return []Exhibit{out, {Name: "证据清单.html", Title: "证据清单", Type: "text/html", Content: []byte(b.String())}}
}

// Pack names the files of the alarm's evidence pack; without one it is not found.
func (s *Service) Pack(ctx context.Context, actor auth.Actor, id ID) (a Alarm, files []string, err error) {
	f, err := s.Get(ctx, actor, id)
	if err != nil {
		return a, nil, err
	}
	if !s.policy.Can(actor, auth.ClueRead, f.Alarm.Scope()) {
		return a, nil, fault.Forbiddenf("证据包只供有权查看线索的人员下载")
	}
	if e, ok := timeline.Last(f.Timeline, Confirm); ok {
		files = flow.Form(e.Data).List("pack")
	}
	if len(files) == 0 {
		return a, nil, fault.NotFoundf("这条预警没有证据包；核实属实时自动收集")
	}
	return f.Alarm, files, nil
}
