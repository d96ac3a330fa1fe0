package mail

import (
	"html"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/qingshao/qingshao/internal/notify"
)

// compose writes the message: the text, and the same as plain HTML without
// pictures, scripts or styles from elsewhere.
func compose(s notify.Settings, m notify.Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg()
	name := s["name"]
	if name == "" {
		name = m.Place
	}
	if err := msg.FromFormat(name, s["from"]); err != nil {
		return nil, &notify.Failure{Sentence: "发件地址无效", Unreached: true, Cause: err}
	}
	if err := msg.To(m.To); err != nil {
		return nil, &notify.Failure{Sentence: "收件地址无效", Permanent: true, Address: true, Cause: err}
	}
	msg.SetMessageIDWithValue(m.ID + "@" + s["from"][strings.LastIndex(s["from"], "@")+1:])
	msg.SetDateWithValue(m.Now)
	msg.Subject(subject(m))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no answering machine answers (RFC 3834)
	if m.Urgency == notify.Urgent {
		msg.SetImportance(gomail.ImportanceUrgent)
	}
	msg.SetBodyString(gomail.TypeTextPlain, text(m))
	msg.AddAlternativeString(gomail.TypeTextHTML, page(m))
	return msg, nil
}

func subject(m notify.Message) string {
	title := strings.Join(strings.Fields(m.Title), " ")
	if m.Urgency == notify.Ordinary {
		return title
	}
	return "【" + m.Urgency.Title() + "】" + title
}

const foot = "此邮件由系统自动发送，请勿回复。可在平台“消息 → 通知设置”中调整。"

func text(m notify.Message) string {
	parts := []string{m.Title}
	if m.Text != "" {
		parts = append(parts, m.Text)
	}
	if m.Link != "" {
		parts = append(parts, "查看："+m.Link)
	}
	return strings.Join(append(parts, m.Place+"\n"+foot), "\n\n") + "\n"
}

func page(m notify.Message) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>` + html.EscapeString(m.Title) + `</title></head><body style="font-family:sans-serif;line-height:1.6">`)
	b.WriteString("<h2>" + html.EscapeString(m.Title) + "</h2>")
	for p := range strings.SplitSeq(m.Text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString("<p>" + html.EscapeString(p) + "</p>")
		}
	}
	if m.Link != "" {
		b.WriteString(`<p><a href="` + html.EscapeString(m.Link) + `">登录平台查看</a></p>`)
	}
	b.WriteString("<hr><p>" + html.EscapeString(m.Place) + "<br>" + html.EscapeString(foot) + "</p></body></html>")
	return b.String()
}
