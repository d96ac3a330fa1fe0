package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/sheet"
)

// Deliveries registers the log of what left the program; see says who may see
// the things that notices are about.
func (a *API) Deliveries(p *notify.Post, see map[string]Seeing) {
	r := deliveries{p, see}
	get(a, "listDeliveries", "/deliveries", "投递记录", r.list, needs(auth.SystemRead))
	exportList(a, "exportDeliveries", "/deliveries/export", "导出投递记录", "投递记录", deliveryColumns, r.list, needs(auth.SystemRead))
	post(a, "resendDelivery", "/deliveries/{id}/resend", "重新发送", r.resend)
	get(a, "listDeliveriesAbout", "/delivered", "一件事的通知送达情况", r.about, tag("deliveries"))
}

type deliveries struct {
	post *notify.Post
	see  map[string]Seeing
}

// DeliveryView is one message to one receiver by one channel.
type DeliveryView struct {
	ID           string `json:"id"`
	ChannelID    string `json:"channel_id"`
	ChannelKind  string `json:"channel_kind"`
	ChannelName  string `json:"channel_name"`
	UserID       string `json:"user_id" doc:"空为不发给个人"`
	UserName     string `json:"user_name"`
	Kind         string `json:"kind" doc:"关于什么"`
	Subject      string `json:"subject"`
	Urgency      string `json:"urgency" enum:"ordinary,important,urgent"`
	UrgencyTitle string `json:"urgency_title"`
	Address      string `json:"address"`
	Title        string `json:"title" doc:"仅测试消息显示标题；通知的内容只给收件人看"`
	State        string `json:"state" enum:"queued,sending,sent,failed,given_up,suppressed"`
	StateTitle   string `json:"state_title"`
	Reason       string `json:"reason" doc:"未发送、未送达的原因"`
	Attempts     int    `json:"attempts"`
	NextAt       string `json:"next_at" doc:"下次尝试，仅排队与将重试"`
	Error        string `json:"error" doc:"最近一次失败"`
	Receipt      string `json:"receipt" doc:"对方的答复"`
	CreatedAt    string `json:"created_at"`
	SentAt       string `json:"sent_at"`
	CanResend    bool   `json:"can_resend"`
}

func deliveryView(d notify.Delivery) DeliveryView {
	v := DeliveryView{ID: d.ID, ChannelID: d.ChannelID, ChannelKind: d.ChannelKind, ChannelName: d.ChannelName, UserID: d.UserID, UserName: d.UserName, Kind: d.Kind, Subject: d.Subject,
		Urgency: string(d.Urgency), UrgencyTitle: d.Urgency.Title(), Address: d.Address, Title: d.Title, State: string(d.State), StateTitle: d.State.Title(), Reason: d.Reason, Attempts: d.Attempts,
		Error: d.Error, Receipt: d.Receipt, CreatedAt: when(d.CreatedAt), SentAt: when(d.SentAt), CanResend: d.State == notify.GivenUp || d.State == notify.Failed}
	if d.State == notify.Queued || d.State == notify.Failed {
		v.NextAt = when(d.NextAt)
	}
	return v
}

var deliveryColumns = []column[DeliveryView]{
	{sheet.Text("时间", 22), func(v DeliveryView) any { return v.CreatedAt }},
	{sheet.Text("渠道", 16), func(v DeliveryView) any { return v.ChannelName }},
	{sheet.Text("收件人", 12), func(v DeliveryView) any { return v.UserName }},
	{sheet.Text("地址", 24), func(v DeliveryView) any { return v.Address }},
	{sheet.Text("紧急程度", 10), func(v DeliveryView) any { return v.UrgencyTitle }},
	{sheet.Text("状态", 10), func(v DeliveryView) any { return v.StateTitle }},
	{sheet.Text("原因", 24), func(v DeliveryView) any { return v.Reason }},
	{sheet.Text("最近一次失败", 36), func(v DeliveryView) any { return v.Error }},
	{sheet.Text("送达时间", 22), func(v DeliveryView) any { return v.SentAt }},
	{sheet.Text("对方的答复", 30), func(v DeliveryView) any { return v.Receipt }},
}

type deliveriesIn struct {
	Channel string `query:"channel" maxLength:"64" doc:"渠道编号"`
	State   string `query:"state" enum:"queued,sending,sent,failed,given_up,suppressed"`
	Urgency string `query:"urgency" enum:"ordinary,important,urgent"`
	Kind    string `query:"kind" maxLength:"20"`
	Q       string `query:"q" maxLength:"60" doc:"收件人或地址"`
	Paging
}

func (r deliveries) list(ctx context.Context, in *deliveriesIn) (Page[DeliveryView], error) {
	page, err := r.post.Deliveries(ctx, actor(ctx), notify.Query{Channel: in.Channel, State: notify.State(in.State), Urgency: notify.Urgency(in.Urgency), Kind: in.Kind, Words: in.Q}, in.Cursor, in.Limit)
	return pageOf(page, deliveryView), err
}

func (r deliveries) resend(ctx context.Context, in *ByID) (None, error) {
	return None{}, r.post.Resend(ctx, actor(ctx), in.ID)
}

func (r deliveries) about(ctx context.Context, in *struct {
	Kind    string `query:"kind" required:"true" maxLength:"20"`
	Subject string `query:"subject" required:"true" maxLength:"64"`
}) ([]DeliveryView, error) {
	see := r.see[in.Kind]
	if see == nil {
		return nil, fault.NotFoundf("没有这样的事项")
	}
	if err := see(ctx, actor(ctx), in.Subject); err != nil {
		return nil, err
	}
	list, err := r.post.About(ctx, in.Kind, in.Subject)
	out := make([]DeliveryView, 0, len(list))
	for _, d := range list {
		out = append(out, deliveryView(d))
	}
	return out, err
}
