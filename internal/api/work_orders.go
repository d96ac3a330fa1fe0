package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/discover/tip/mail"
	"github.com/qingshao/qingshao/internal/discover/tip/order"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/limit"
	"github.com/qingshao/qingshao/internal/sheet"
)

// orders is the resource of work orders of other hotlines, and of mails.
type orders struct {
	tips  *tip.Service
	names Names
	mails *limit.Book // by key
}

// WorkOrders registers the import of work orders, the way their states go back,
// and the mailbox.
func (a *API) WorkOrders(s *tip.Service, n Names) {
	r := orders{s, n, limit.New(time.Second, 60, 1000)}
	get(a, "listOrderMappings", "/work-orders/mappings", "工单映射", r.mappings, needs(auth.ClueTriage))
	post(a, "saveOrderMapping", "/work-orders/mappings", "保存工单映射（按名称）", r.save, needs(auth.ClueTriage))
	post(a, "readOrderColumns", "/work-orders/columns", "读出文件的列并建议映射", r.columns, needs(auth.ClueTriage))
	post(a, "checkOrders", "/work-orders/check", "核对工单文件（不写入）", r.check, needs(auth.ClueTriage))
	post(a, "applyOrders", "/work-orders/apply", "按核对结果导入工单", r.apply, needs(auth.ClueTriage))
	get(a, "listOrderStates", "/work-orders", "工单办理状态（回写给来源平台）", r.states, needs(auth.ClueTriage))
	exportList(a, "exportOrderStates", "/work-orders/states", "导出工单办理状态", "工单办理状态", orderColumns, r.states, needs(auth.ClueTriage))
	post(a, "takeMail", "/tips/mail", "登记一封举报邮件（.eml）", r.mail, needs(auth.ClueTriage))
	post(a, "receiveMail", "/mails/inbound", "邮件网关送入一封举报邮件", r.inbound, open)
	for path, what := range map[string]string{"/work-orders/columns": "工单文件（xlsx、csv、json）", "/work-orders/check": "工单文件（xlsx、csv、json）", "/work-orders/apply": "工单文件（xlsx、csv、json）", "/tips/mail": "邮件（.eml）"} {
		// Told after the registration, as with other uploads.
		a.huma.OpenAPI().Paths[Base+path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
			Schema: &huma.Schema{Type: "object", Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": {Type: "string", Format: "binary", Description: what}}}}}}
	}
	a.huma.OpenAPI().Paths[Base+"/mails/inbound"].Post.RequestBody = &huma.RequestBody{Required: true, Description: "邮件原文", Content: map[string]*huma.MediaType{
		"message/rfc822": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}
}

// OrderSpec says which column means what.
type OrderSpec struct {
	Sheet   string            `json:"sheet,omitempty" maxLength:"60" doc:"工作簿中的表，空为第一张"`
	List    string            `json:"list,omitempty" maxLength:"200" doc:"JSON 中列表所在的键，用点连接"`
	Columns map[string]string `json:"columns" doc:"栏目 → 列名"`
	Kinds   map[string]string `json:"kinds,omitempty" doc:"平台的类别 → 举报事项编号"`
	Kind    string            `json:"kind" doc:"没有对照的类别算作什么事项"`
	Areas   map[string]string `json:"areas,omitempty" doc:"平台的区域 → 区划代码"`
	Secret  []string          `json:"secret,omitempty" doc:"表示保密的词"`
}

// OrderMappingView is a mapping kept by name.
type OrderMappingView struct {
	Name      string    `json:"name"`
	Platform  string    `json:"platform" doc:"来源平台；工单编号在其中唯一"`
	Spec      OrderSpec `json:"spec"`
	UpdatedAt string    `json:"updated_at,omitempty" readOnly:"true"`
	Version   int64     `json:"version" doc:"看到的版本，新建为 0"`
}

// OrderFieldView is one thing that an order may say.
type OrderFieldView struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Hint     string `json:"hint"`
	Required bool   `json:"required"`
}

// OrderMappings are the kept mappings with what one may name.
type OrderMappings struct {
	Mappings []OrderMappingView `json:"mappings" nullable:"false"`
	Fields   []OrderFieldView   `json:"fields" nullable:"false"`
	Kinds    []DoorKindView     `json:"kinds" nullable:"false"`
}

func mappingView(m tip.OrderMapping) OrderMappingView {
	return OrderMappingView{m.Name, m.Platform, OrderSpec(m.Spec), when(m.UpdatedAt), m.Version}
}

func (r orders) mappings(ctx context.Context, _ *None) (OrderMappings, error) {
	list, err := r.tips.OrderMappings(ctx, actor(ctx))
	out := OrderMappings{[]OrderMappingView{}, []OrderFieldView{}, kindViews(r.tips.Kinds())}
	for _, m := range list {
		out.Mappings = append(out.Mappings, mappingView(m))
	}
	for _, f := range order.Fields() {
		out.Fields = append(out.Fields, OrderFieldView{f.Name, f.Title, f.Hint, f.Required})
	}
	return out, err
}

func (r orders) save(ctx context.Context, in *struct{ Body OrderMappingView }) (OrderMappingView, error) {
	b := in.Body
	m, err := r.tips.SaveOrderMapping(ctx, actor(ctx), tip.OrderMapping{Name: b.Name, Platform: b.Platform, Spec: order.Mapping(b.Spec), Version: b.Version})
	return mappingView(m), err
}

// whole reads an uploaded file into memory, which it may fill only so far.
func (s *stream) whole(most int64) (name string, file []byte, err error) {
	part, err := s.file()
	if err != nil {
		return "", nil, err
	}
	file, err = io.ReadAll(io.LimitReader(part, most+1))
	var big *http.MaxBytesError
	if errors.As(err, &big) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fault.Invalidf("文件没有传完，请检查网络后重新上传").Because(err)
	}
	return part.FileName(), file, err
}

// OrderColumns are a file's headings with a proposal.
type OrderColumns struct {
	Columns []string  `json:"columns" nullable:"false"`
	Spec    OrderSpec `json:"spec" doc:"建议的映射"`
}

func (r orders) columns(ctx context.Context, in *struct {
	stream
	Sheet string `query:"sheet" maxLength:"60"`
	List  string `query:"list" maxLength:"200"`
}) (OrderColumns, error) {
	_, file, err := in.whole(order.Bounds.Bytes)
	if err != nil {
		return OrderColumns{}, err
	}
	columns, guess, err := r.tips.OrderColumns(actor(ctx), file, order.Mapping{Sheet: in.Sheet, List: in.List})
	return OrderColumns{append([]string{}, columns...), OrderSpec(guess)}, err
}

// OrderReport is what a file does, or has done.
type OrderReport struct {
	Digest string         `json:"digest" doc:"导入时原样带回"`
	Create int            `json:"create" doc:"新登记"`
	Update int            `json:"update" doc:"只更改外部期限"`
	Same   int            `json:"same" doc:"已经登记过，不变"`
	Bad    int            `json:"bad" doc:"有错误的行数"`
	Items  []OrderItem    `json:"items" nullable:"false" doc:"最多 1000 条"`
	Found  []OrderFinding `json:"findings" nullable:"false" doc:"需要改正的单元格，最多 1000 条"`
}

// OrderItem is one order that creates or changes something.
type OrderItem struct {
	Row     int    `json:"row"`
	Outside string `json:"outside"`
	Act     string `json:"act" enum:"create,update,same"`
	Kind    string `json:"kind_title"`
	Area    string `json:"area_name"`
	Text    string `json:"text"`
	Number  string `json:"number" doc:"登记的举报编号"`
	TipID   string `json:"tip_id"`
}

// OrderFinding is one bad cell.
type OrderFinding struct {
	Row     int    `json:"row" doc:"文件中的行，0 为整个文件"`
	Column  string `json:"column"`
	Value   string `json:"value"`
	Problem string `json:"problem"`
}

func (r orders) report(p tip.OrderPlan) OrderReport {
	out := OrderReport{Digest: p.Digest, Create: p.Count(tip.OrderCreates), Update: p.Count(tip.OrderMoves), Same: p.Count(tip.OrderSame), Bad: p.Bad, Items: []OrderItem{}, Found: []OrderFinding{}}
	for _, s := range p.Steps[:min(len(p.Steps), rosterShown)] {
		k, _ := r.tips.Kind(s.Item.Kind)
		text, _, _ := strings.Cut(s.Item.Text, "\n")
		if q := []rune(text); len(q) > 80 {
			text = string(q[:80]) + "…"
		}
		out.Items = append(out.Items, OrderItem{s.Item.Row, s.Item.Number, string(s.Act), k.Name, r.names.area(s.Item.Area), text, s.Number, string(s.Tip)})
	}
	for _, f := range p.Found[:min(len(p.Found), rosterShown)] {
		out.Found = append(out.Found, OrderFinding(f))
	}
	return out
}

func (r orders) check(ctx context.Context, in *struct {
	stream
	Mapping string `query:"mapping" required:"true" maxLength:"40"`
}) (OrderReport, error) {
	_, file, err := in.whole(order.Bounds.Bytes)
	if err != nil {
		return OrderReport{}, err
	}
	p, err := r.tips.CheckOrders(ctx, actor(ctx), in.Mapping, file)
	return r.report(p), err
}

func (r orders) apply(ctx context.Context, in *struct {
	stream
	Mapping  string `query:"mapping" required:"true" maxLength:"40"`
	Digest   string `query:"digest" required:"true" maxLength:"64" doc:"核对时给出的 digest"`
	OnlyGood bool   `query:"only_good" doc:"略过有错误的行"`
}) (OrderReport, error) {
	name, file, err := in.whole(order.Bounds.Bytes)
	if err != nil {
		return OrderReport{}, err
	}
	p, err := r.tips.ApplyOrders(ctx, actor(ctx), in.Mapping, name, file, in.Digest, in.OnlyGood)
	return r.report(p), err
}

// OrderState is what goes back to the platform that sent an order.
type OrderState struct {
	Platform   string `json:"platform"`
	Outside    string `json:"outside" doc:"来源平台的工单编号"`
	OutsideDue string `json:"outside_due" doc:"来源平台要求的办结期限"`
	Number     string `json:"number" doc:"举报编号"`
	TipID      string `json:"tip_id"`
	Answer     string `json:"answer_title" doc:"是否受理"`
	Stage      string `json:"stage"`
	Note       string `json:"note"`
	Agency     string `json:"agency" doc:"承办单位"`
	DueAt      string `json:"due_at" doc:"本平台的承诺期限"`
	Closed     bool   `json:"closed"`
	ClosedAt   string `json:"closed_at"`
	UpdatedAt  string `json:"updated_at"`
}

var orderColumns = []column[OrderState]{
	{sheet.Text("工单编号", 24), func(v OrderState) any { return v.Outside }},
	{sheet.Text("来源平台", 14), func(v OrderState) any { return v.Platform }},
	{sheet.Text("举报编号", 22), func(v OrderState) any { return v.Number }},
	{sheet.Text("是否受理", 16), func(v OrderState) any { return v.Answer }},
	{sheet.Text("办理状态", 18), func(v OrderState) any { return v.Stage }},
	{sheet.Text("说明", 50), func(v OrderState) any { return v.Note }},
	{sheet.Text("承办单位", 26), func(v OrderState) any { return v.Agency }},
	{sheet.Time("承诺期限"), func(v OrderState) any { return v.DueAt }},
	{sheet.Time("平台期限"), func(v OrderState) any { return v.OutsideDue }},
	{sheet.Text("已办结", 8), func(v OrderState) any { return yes(v.Closed) }},
	{sheet.Time("办结时间"), func(v OrderState) any { return v.ClosedAt }},
	{sheet.Time("更新时间"), func(v OrderState) any { return v.UpdatedAt }},
}

func (r orders) states(ctx context.Context, in *struct {
	Platform string `query:"platform" maxLength:"40" doc:"来源平台"`
	Outside  string `query:"outside" maxLength:"100" doc:"来源平台的工单编号"`
	Status   string `query:"status" enum:"open,closed," doc:"是否办结"`
	Since    string `query:"since" maxLength:"40" doc:"自何时以来有变化，RFC 3339"`
	Paging
}) (out Page[OrderState], err error) {
	q := tip.Query{Channel: string(tip.Order), System: in.Platform, Outside: in.Outside, Open: in.Status, Cursor: in.Cursor, Limit: in.Limit}
	if in.Since != "" {
		if q.Since, err = time.Parse(time.RFC3339, in.Since); err != nil {
			return out, fault.Invalidf("时间无法识别").With("since", "应为 RFC 3339 时间，例如 2026-11-20T08:15:30+08:00")
		}
	}
	page, err := r.tips.List(ctx, actor(ctx), q)
	return pageOf(page, func(t tip.Tip) OrderState {
		p, d := t.Progress, t.Desk
		return OrderState{d.Platform, d.Outside, when(d.OutsideDue), t.Number, string(t.ID), d.Answer.Title(), p.Stage, p.Note, p.Agency, when(p.DueAt), p.Closed, when(p.ClosedAt), when(t.UpdatedAt)}
	}), err
}

// MailTaken is what came of one mail.
type MailTaken struct {
	Number  string   `json:"number"`
	Again   bool     `json:"again" doc:"同一封邮件此前已登记"`
	Dropped []string `json:"dropped" nullable:"false" doc:"没有收下的附件和原因"`
}

func mailTaken(m tip.MailResult) MailTaken {
	return MailTaken{m.Number, m.Again, append([]string{}, m.Dropped...)}
}

func (r orders) mail(ctx context.Context, in *struct{ stream }) (MailTaken, error) {
	_, raw, err := in.whole(mail.MaxBytes)
	if err != nil {
		return MailTaken{}, err
	}
	m, err := r.tips.TakeMail(ctx, actor(ctx), raw)
	return mailTaken(m), err
}

// inbound takes a mail from a mail program that shows a key of the open interface.
func (r orders) inbound(ctx context.Context, in *struct {
	stream
	Key string `header:"X-Api-Key" maxLength:"200" doc:"开放接口密钥（命令 open311 key）"`
}) (MailTaken, error) {
	k, err := r.tips.ByKey(ctx, in.Key)
	if err != nil {
		return MailTaken{}, err
	}
	if !r.mails.Allow(k.ID, r.tips.Clock()) {
		return MailTaken{}, fault.New(fault.TooMany, "送入过于频繁，请稍后再试")
	}
	raw, err := io.ReadAll(io.LimitReader(in.body, mail.MaxBytes+1))
	if err != nil {
		return MailTaken{}, fault.Invalidf("邮件没有传完，请重新送入").Because(err)
	}
	m, err := r.tips.TakeMail(ctx, tip.Postman, raw)
	return mailTaken(m), err
}
