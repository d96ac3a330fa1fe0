package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/notify"
)

// notices is the resource of what the program told a person.
type notices struct{ notify *notify.Service }

// Notices registers the reader's own notices.
func (a *API) Notices(s *notify.Service) {
	r := notices{s}
	get(a, "listNotices", "/notices", "我的通知", r.list)
	post(a, "readNotice", "/notices/{id}/read", "标为已读", r.read)
	post(a, "readAllNotices", "/notices/read-all", "全部标为已读", r.readAll)
}

// NoticeView is one notice.
type NoticeView struct {
	ID      string `json:"id"`
	At      string `json:"at"`
	Kind    string `json:"kind" doc:"关于什么，例如 issue"`
	Subject string `json:"subject"`
	Title   string `json:"title"`
	Text    string `json:"text"`
	Link    string `json:"link" doc:"页面地址"`
	ReadAt  string `json:"read_at" doc:"空为未读"`
	Urgency string `json:"urgency" enum:"ordinary,important,urgent" doc:"紧急程度"`
}

func noticeView(i notify.Item) NoticeView {
	return NoticeView{i.ID, when(i.At), i.Kind, i.Subject, i.Title, i.Text, i.Link, when(i.ReadAt), string(i.Urgency)}
}

func (r notices) list(ctx context.Context, in *struct {
	Unread bool `query:"unread" doc:"只看未读"`
	Paging
}) (Page[NoticeView], error) {
	page, err := r.notify.List(ctx, actor(ctx), in.Unread, in.Cursor, in.Limit)
	return pageOf(page, noticeView), err
}

func (r notices) read(ctx context.Context, in *ByID) (None, error) {
	return None{}, r.notify.Read(ctx, actor(ctx), in.ID)
}

func (r notices) readAll(ctx context.Context, _ *None) (None, error) {
	return None{}, r.notify.ReadAll(ctx, actor(ctx))
}
