package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// PeopleNames gives the names of people by their ids; ids that nobody has are
// left out.
type PeopleNames interface {
	Names(ctx context.Context, ids ...string) (map[string]string, error)
}

// trail is the resource of the audit log.
type trail struct {
	log    *audit.Log
	people PeopleNames
	api    *API
}

// Audit registers reading, checking, proving and exporting the audit log.
func (a *API) Audit(l *audit.Log, people PeopleNames) {
	r := trail{l, people, a}
	get(a, "listAuditEntries", "/audit/entries", "审计日志", r.list)
	exportList(a, "exportAuditEntries", "/audit/entries/export", "导出审计日志（表格）", "审计日志", auditColumns, func(ctx context.Context, in *listAuditInput) (Page[AuditEntry], error) {
		if err := a.policy.Require(actor(ctx), auth.AuditExport, auth.Scope{}); err != nil {
			return Page[AuditEntry]{}, err
		}
		return r.list(ctx, in)
	})
	get(a, "proveAuditEntry", "/audit/entries/{id}/proof", "一条记录的入链证明", r.prove)
	get(a, "getAuditCheckpoint", "/audit/checkpoint", "签名的检查点", r.checkpoint)
	post(a, "verifyAudit", "/audit/verify", "核验全部审计日志", r.verify)
	raw(a, http.MethodGet, "exportAudit", "/audit/export", "导出审计日志（含证明）", r.export, func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: "每行一个 JSON 对象：首行为检查点和公钥，其后为记录及其证明",
			Content: map[string]*huma.MediaType{"application/x-ndjson": {Schema: &huma.Schema{Type: "string"}}}}}
	})
}

// AuditEntry is one act in the audit log.
type AuditEntry struct {
	ID        string `json:"id"`
	At        string `json:"at"`
	ActorID   string `json:"actor_id"`
	ActorName string `json:"actor_name"`
	Action    string `json:"action" doc:"对象类型.动作，如 issue.assign"`
	Kind      string `json:"kind"`
	Subject   string `json:"subject"`
	Detail    string `json:"detail" doc:"JSON 文本，无则为空"`
	Hash      string `json:"hash" doc:"叶子散列，base64"`
	Seq       int64  `json:"seq" doc:"日志中的第几条，从 1 起；0 为待入链"`
}

// AuditFilter narrows lists and exports of the audit log.
type AuditFilter struct {
	Q       string `query:"q" maxLength:"64" doc:"记录中的文字"`
	Actor   string `query:"actor" maxLength:"64" doc:"操作人编号"`
	Action  string `query:"action" maxLength:"64" doc:"动作，如 issue.assign；以点结尾（issue.）为该类全部动作"`
	Kind    string `query:"kind" maxLength:"32" doc:"对象类型"`
	Subject string `query:"subject" maxLength:"64" doc:"对象编号"`
	From    string `query:"from" maxLength:"40" doc:"起始日期或时刻（含）"`
	To      string `query:"to" maxLength:"40" doc:"截止日期（含）或时刻（不含）"`
}

func (f AuditFilter) filter() (out audit.Filter, err error) {
	out = audit.Filter{Actor: f.Actor, Action: f.Action, Kind: f.Kind, Subject: f.Subject, Words: f.Q}
	if out.From, err = moment(f.From, "from", 0); err == nil {
		out.To, err = moment(f.To, "to", 1)
	}
	return out, err
}

// moment reads a day or an RFC 3339 time; a day stands for its beginning in
// Beijing, so many days later. The empty text is no moment.
func moment(text, field string, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, beijing)
	if err != nil {
		return t, fault.Invalidf("时间“%s”看不懂", text).With(field, "请写成 2026-11-21 或 2026-11-21T08:00:00+08:00")
	}
	return t.AddDate(0, 0, later), nil
}

type listAuditInput struct {
	Paging
	AuditFilter
}

func (r trail) list(ctx context.Context, in *listAuditInput) (Page[AuditEntry], error) {
	if err := r.api.policy.Require(actor(ctx), auth.AuditRead, auth.Scope{}); err != nil {
		return Page[AuditEntry]{}, err
	}
	f, err := in.filter()
	if err != nil {
		return Page[AuditEntry]{}, err
	}
	p, err := r.log.List(ctx, f, in.Cursor, in.Limit)
	if err != nil {
		return Page[AuditEntry]{}, err
	}
	ids := make([]string, 0, len(p.Items))
	for _, e := range p.Items {
		ids = append(ids, e.Actor)
	}
	names, err := r.people.Names(ctx, ids...)
	if err != nil {
		return Page[AuditEntry]{}, err
	}
	return pageOf(p, func(e audit.Row) AuditEntry {
		return AuditEntry{e.ID, when(e.At), e.Actor, names[e.Actor], e.Action, e.Kind, e.Subject, string(e.Detail), e.LeafHash(), e.Seq + 1}
	}), nil
}

// AuditProof shows, without this program's help, that an entry stands in the log
// that the signed checkpoint describes (RFC 6962): the leaf is SHA-256 of a zero
// byte and the text.
type AuditProof struct {
	ID         string   `json:"id"`
	Seq        int64    `json:"seq" doc:"第几条，从 1 起"`
	Index      int64    `json:"index" doc:"在树中的位置，从 0 起"`
	Size       int64    `json:"size" doc:"检查点包含的条数"`
	Root       string   `json:"root" doc:"根散列，base64"`
	Text       string   `json:"text" doc:"入链的原文"`
	Hash       string   `json:"hash" doc:"叶子散列，base64"`
	Hashes     []string `json:"hashes" nullable:"false" doc:"自下而上的旁支散列，base64"`
	Checkpoint string   `json:"checkpoint" doc:"签名的检查点"`
	Keys       []string `json:"keys" nullable:"false" doc:"日志登记的公钥"`
	OK         bool     `json:"ok" doc:"服务端已按登记的公钥核对"`
}

func (r trail) prove(ctx context.Context, in *ByID) (AuditProof, error) {
	if err := r.api.policy.Require(actor(ctx), auth.AuditRead, auth.Scope{}); err != nil {
		return AuditProof{}, err
	}
	p, err := r.log.Prove(ctx, in.ID)
	if err != nil {
		return AuditProof{}, err
	}
	keys, err := r.log.Keys(ctx)
	if err != nil {
		return AuditProof{}, err
	}
	return AuditProof{p.EntryID, p.Seq + 1, p.Seq, p.Size, p.Root, string(p.Body), p.LeafHash, p.Path, p.Checkpoint, keys, p.Check(keys...) == nil}, nil
}

// AuditCheckpoint is a signed statement about the whole log.
type AuditCheckpoint struct {
	Size       int64  `json:"size"`
	Root       string `json:"root"`
	At         string `json:"at"`
	Checkpoint string `json:"checkpoint" doc:"签名的全文，可留存并用 qingshao verify --since 核对"`
	Entries    int64  `json:"entries" doc:"已入链的条数，可能多于检查点"`
	Pending    int64  `json:"pending" doc:"待入链的条数"`
}

type checkpointInput struct {
	Fresh bool `query:"fresh" doc:"为全部记录签发新的检查点"`
}

func (r trail) checkpoint(ctx context.Context, in *checkpointInput) (AuditCheckpoint, error) {
	if err := r.api.policy.Require(actor(ctx), auth.AuditRead, auth.Scope{}); err != nil {
		return AuditCheckpoint{}, err
	}
	c, err := r.log.Newest(ctx)
	if in.Fresh || fault.Is(err, fault.NotFound) {
		c, err = r.log.Checkpoint(ctx)
	}
	if err != nil {
		return AuditCheckpoint{}, err
	}
	s, err := r.log.Status(ctx)
	return AuditCheckpoint{c.Size, c.Root.String(), when(c.At), c.Note, s.Size, s.Pending}, err
}

// AuditVerdict is the result of checking the whole log.
type AuditVerdict struct {
	OK       bool     `json:"ok"`
	Size     int64    `json:"size" doc:"日志条数"`
	Root     string   `json:"root" doc:"由记录重算的根散列"`
	Checked  int64    `json:"checked" doc:"逐条核对的条数"`
	Compared int      `json:"compared" doc:"比对的检查点数，含见证处的"`
	Problems []string `json:"problems" nullable:"false"`
}

func (r trail) verify(ctx context.Context, _ *None) (AuditVerdict, error) {
	who := actor(ctx)
	if err := r.api.policy.Require(who, auth.AuditRead, auth.Scope{}); err != nil {
		return AuditVerdict{}, err
	}
	found, err := r.log.Inspect(ctx, who.ID)
	if err != nil {
		return AuditVerdict{}, err
	}
	v := AuditVerdict{found.OK(), found.Size, found.Root.String(), found.Checked, found.Checkpoints, []string{}}
	for _, f := range found.Findings {
		v.Problems = append(v.Problems, f.Text)
	}
	if found.Omitted > 0 {
		v.Problems = append(v.Problems, fmt.Sprintf("另有 %d 处问题未列出", found.Omitted))
	}
	return v, nil
}

func (r trail) export(ctx context.Context, in *AuditFilter) (*huma.StreamResponse, error) {
	who := actor(ctx)
	if err := r.api.policy.Require(who, auth.AuditExport, auth.Scope{}); err != nil {
		return nil, err
	}
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		u := hc.URL()
		if err := r.api.exported(ctx, who, "audit", u.RawQuery); err != nil {
			r.api.fail(hc, "exportAudit", err)
			return
		}
		hc.SetHeader("Content-Type", "application/x-ndjson; charset=utf-8")
		hc.SetHeader("Content-Disposition", `attachment; filename="audit.jsonl"`)
		if _, err := r.log.Export(ctx, f, hc.BodyWriter()); err != nil {
			r.api.log.WarnContext(ctx, "export broke off", "operation", "exportAudit", "err", err)
			panic(http.ErrAbortHandler) // half a log must not look whole
		}
	}}, nil
}

var auditColumns = []column[AuditEntry]{
	{sheet.Number("序号"), func(v AuditEntry) any { return v.Seq }},
	{sheet.Time("时间"), func(v AuditEntry) any { return v.At }},
	{sheet.Text("人员", 14), func(v AuditEntry) any { return v.ActorName }},
	{sheet.Text("人员编号", 38), func(v AuditEntry) any { return v.ActorID }},
	{sheet.Text("动作", 24), func(v AuditEntry) any { return v.Action }},
	{sheet.Text("对象类别", 14), func(v AuditEntry) any { return v.Kind }},
	{sheet.Text("对象编号", 38), func(v AuditEntry) any { return v.Subject }},
	{sheet.Text("内容", 60), func(v AuditEntry) any { return v.Detail }},
	{sheet.Text("散列", 46), func(v AuditEntry) any { return v.Hash }},
}
