// Package robot posts notices into a group chat through the chat's robot (群机器人),
// in the forms of DingTalk (钉钉), WeCom (企业微信) and Feishu (飞书).
//
// Such robots take some twenty messages a minute and go silent beyond: what comes
// close together is merged into one message, and three seconds pass between two.
// Messages are plain text, so that nothing in a notice becomes a link or a heading.
package robot

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

// dialect is one kind of robot.
type dialect struct {
	title  string
	most   int    // bytes of a text
	code   string // field of the answer that is 0 when it was taken
	tooFat []int  // codes that mean "too fast"
	badKey []int  // codes that mean the address or the signature is wrong
	body   func(text, secret string, now time.Time) any
	sign   func(q url.Values, secret string, now time.Time)
}

var dialects = map[string]dialect{
	"dingtalk": {title: "钉钉", most: 18000, code: "errcode", tooFat: []int{130101, 660026}, badKey: []int{300001, 310000, 400101}, body: plain, sign: func(q url.Values, secret string, now time.Time) {
		at := strconv.FormatInt(now.UnixMilli(), 10)
		q.Set("timestamp", at)
		q.Set("sign", mac(secret, at+"\n"+secret))
	}},
	"wecom": {title: "企业微信", most: 2000, code: "errcode", tooFat: []int{45009}, badKey: []int{93000}, body: plain},
	"feishu": {title: "飞书", most: 18000, code: "code", tooFat: []int{9499, 11232}, badKey: []int{19001, 19021, 19022, 19024}, body: func(text, secret string, now time.Time) any {
		b := map[string]any{"msg_type": "text", "content": map[string]any{"text": text}}
		if secret != "" {
			at := strconv.FormatInt(now.Unix(), 10)
			b["timestamp"], b["sign"] = at, mac(at+"\n"+secret, "")
		}
		return b
	}},
}

func plain(text, _ string, _ time.Time) any {
	return map[string]any{"msgtype": "text", "text": map[string]any{"content": text}}
}

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Carrier posts to robots.
type Carrier struct{ client *http.Client }

// New makes the carrier.
func New(g *outbound.Guard) *Carrier { return &Carrier{g.Client(20 * time.Second)} }

// Kind describes the form.
func (c *Carrier) Kind() notify.Kind {
	options := []notify.Option{}
	for _, id := range []string{"dingtalk", "wecom", "feishu"} {
		options = append(options, notify.Option{Value: id, Title: dialects[id].title})
	}
	return notify.Kind{ID: notify.RobotKind, Title: "群机器人", Hint: "把通知发到工作群；短时间内的多条合并为一条", Least: notify.Important, Group: true, Merge: 20, Pace: 3 * time.Second, Fields: []notify.Field{
		{Name: "form", Title: "平台", Kind: notify.Choice, Required: true, Default: "dingtalk", Options: options},
		{Name: "url", Title: "机器人地址", Kind: notify.Secret, Required: true, Hint: "群设置中复制的 Webhook 地址，其中含密钥，不再显示"},
		{Name: "secret", Title: "加签密钥", Kind: notify.Secret, Hint: "钉钉、飞书选择“加签”时填写"},
		{Name: notify.AreaOnly, Title: "辖区代码", Kind: notify.Line, Hint: "只发此辖区内的通知；不填为全部"},
	}}
}

// Check looks at what the fields alone cannot say.
func (c *Carrier) Check(s notify.Settings) error {
	if wrong := outbound.CheckURL(s["url"]); wrong != "" {
		return outbound.Wrong("url", wrong)
	}
	return nil
}

// Send posts one message.
func (c *Carrier) Send(ctx context.Context, s notify.Settings, m notify.Message) (string, error) {
	d := dialects[s["form"]]
	wrong := &notify.Failure{Sentence: "机器人地址有误，请检查", Unreached: true}
	u, err := url.Parse(s["url"])
	if err != nil {
		return "", wrong
	}
	if d.sign != nil && s["secret"] != "" {
		q := u.Query()
		d.sign(q, s["secret"], m.Now)
		u.RawQuery = q.Encode()
	}
	body, err := json.Marshal(d.body(text(m, d.most), s["secret"], m.Now))
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return "", wrong
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := outbound.Ask(c.client, r, m.Now)
	if err != nil {
		return "", err
	}
	return judge(d, answer)
}

// sulk is how long a robot that was asked too often is left alone.
const sulk = 10 * time.Minute

func judge(d dialect, answer []byte) (string, error) {
	var said map[string]json.RawMessage
	code := -1
	if json.Unmarshal(answer, &said) == nil {
		if n, err := strconv.Atoi(string(said[d.code])); err == nil {
			code = n
		}
	}
	switch {
	case code == 0:
		return outbound.Snippet(answer), nil
	case slices.Contains(d.tooFat, code):
		return "", &notify.Failure{Sentence: d.title + "答复发送太频繁，稍后再发", Unreached: true, After: sulk}
	case slices.Contains(d.badKey, code):
		return "", &notify.Failure{Sentence: d.title + "不接受机器人地址、加签密钥或关键词设置：" + outbound.Snippet(answer), Unreached: true}
	}
	return "", &notify.Failure{Sentence: d.title + "没有接受：" + outbound.Snippet(answer)}
}

// text writes the message within so many bytes.
func text(m notify.Message, most int) string {
	var b strings.Builder
	if m.Urgency != notify.Ordinary {
		b.WriteString("【" + m.Urgency.Title() + "】")
	}
	b.WriteString(m.Title)
	if m.Text != "" {
		b.WriteString("\n" + m.Text)
	}
	if m.Link != "" {
		b.WriteString("\n" + m.Link)
	}
	b.WriteString("\n—— " + m.Place)
	s := b.String()
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-10], "") + "…"
}
