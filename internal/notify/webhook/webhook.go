// Package webhook tells other programs what happened, as CloudEvents 1.0 over
// HTTP with a signature (事件回调).
//
// The body is one event in structured JSON; its id is the same on every attempt.
// Qingshao-Timestamp holds seconds since 1970 and Qingshao-Signature one or two
// v1=HEX: HMAC-SHA256 over timestamp, a dot and the body, by the present secret
// and, while secrets are being exchanged, by the former one too. The receiver
// recomputes one of them, refuses a timestamp that is minutes off, and answers 2xx.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

// Carrier posts events.
type Carrier struct{ client *http.Client }

// New makes the carrier.
func New(g *outbound.Guard) *Carrier { return &Carrier{g.Client(20 * time.Second)} }

// Kind describes the form.
func (c *Carrier) Kind() notify.Kind {
	return notify.Kind{ID: notify.WebhookKind, Title: "事件回调", Hint: "有事件时把 CloudEvents 1.0 格式的 JSON 签名后 POST 到另一系统；只含编号与状态，不含内容", Least: notify.Ordinary, Events: true, Fields: []notify.Field{
		{Name: "url", Title: "接收地址", Kind: notify.Line, Required: true, Hint: "如 https://platform.example/hooks/qingshao"},
		{Name: notify.Topics, Title: "事件", Kind: notify.Line, Required: true, Default: "alarm.*", Hint: "空格分开，* 为全部；如 alarm.raise clue.* issue.*"},
		{Name: "secret", Title: "签名密钥", Kind: notify.Secret, Required: true, Hint: "至少 16 个字符，与接收方约定"},
		{Name: "secret_old", Title: "上一个签名密钥", Kind: notify.Secret, Hint: "更换密钥期间填写，两个签名一并发送；更换完毕后清空"},
	}}
}

// Check looks at what the fields alone cannot say.
func (c *Carrier) Check(s notify.Settings) error {
	if wrong := outbound.CheckURL(s["url"]); wrong != "" {
		return outbound.Wrong("url", wrong)
	}
	if len(s["secret"]) < 16 {
		return outbound.Wrong("secret", "至少 16 个字符")
	}
	for _, topic := range strings.Fields(s[notify.Topics]) {
		if kind, what, ok := strings.Cut(topic, "."); !ok || kind == "" || what == "" || !contains(notify.EventKinds, kind) {
			return outbound.Wrong(notify.Topics, "“"+topic+"”不是可以订阅的事件，应以 "+strings.Join(notify.EventKinds, "、")+" 之一开头，如 alarm.*")
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Sign gives a signature as the header holds it.
func Sign(secret, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return "v1=" + hex.EncodeToString(h.Sum(nil))
}

// Send posts one event; the message's text is its body.
func (c *Carrier) Send(ctx context.Context, s notify.Settings, m notify.Message) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s["url"], strings.NewReader(m.Text))
	if err != nil {
		return "", &notify.Failure{Sentence: "回调地址有误，请检查", Unreached: true}
	}
	at := strconv.FormatInt(m.Now.Unix(), 10)
	signature := Sign(s["secret"], at, []byte(m.Text))
	if s["secret_old"] != "" {
		signature += "," + Sign(s["secret_old"], at, []byte(m.Text))
	}
	r.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	r.Header.Set("Qingshao-Timestamp", at)
	r.Header.Set("Qingshao-Signature", signature)
	answer, err := outbound.Ask(c.client, r, m.Now)
	return outbound.Snippet(answer), err
}
