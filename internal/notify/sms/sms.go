// Package sms carries notices as text messages through any HTTP gateway (短信).
//
// Gateways differ in everything but the idea, so one is described as data: where,
// how, which headers, a body with places to fill in, and how to tell from the
// answer that it was taken. What is filled in is escaped as the content demands,
// so that no text of a notice can become part of the request's structure.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

// Carrier asks a gateway.
type Carrier struct{ client *http.Client }

// New makes the carrier.
func New(g *outbound.Guard) *Carrier { return &Carrier{g.Client(20 * time.Second)} }

// The ways to write the body.
const (
	asJSON = "json"
	asForm = "form"
	asXML  = "xml"
)

var media = map[string]string{asJSON: "application/json", asForm: "application/x-www-form-urlencoded", asXML: "application/xml"}

// Kind describes the form.
func (c *Carrier) Kind() notify.Kind {
	return notify.Kind{ID: notify.SMSKind, Title: "短信", Hint: "经短信服务商的 HTTP 接口发送，接口按服务商的文档描述", Address: "手机号", Least: notify.Urgent, Fields: []notify.Field{
		{Name: "url", Title: "接口地址", Kind: notify.Line, Required: true, Hint: "可含占位符，如 https://sms.example/send?to={phone}"},
		{Name: "method", Title: "方法", Kind: notify.Choice, Required: true, Default: "POST", Options: []notify.Option{{Value: "POST", Title: "POST"}, {Value: "PUT", Title: "PUT"}, {Value: "GET", Title: "GET"}}},
		{Name: "format", Title: "正文格式", Kind: notify.Choice, Required: true, Default: asJSON, Options: []notify.Option{{Value: asJSON, Title: "JSON"}, {Value: asForm, Title: "表单"}, {Value: asXML, Title: "XML"}}},
		{Name: "body", Title: "正文模板", Kind: notify.Text, Hint: `占位符：{phone} {text} {id} {time} {user} {key}，按格式自动转义；如 {"mobile":"{phone}","content":"{text}"}`},
		{Name: "headers", Title: "请求头", Kind: notify.Text, Hint: "每行一项，如 Authorization: Bearer {key}"},
		{Name: "user", Title: "账号", Kind: notify.Line, Hint: "以 {user} 引用"},
		{Name: "key", Title: "密钥", Kind: notify.Secret, Hint: "以 {key} 引用"},
		{Name: "ok_path", Title: "成功判据：应答中的字段", Kind: notify.Line, Hint: "如 code 或 result.status；不填为状态码 2xx 即成功"},
		{Name: "ok_values", Title: "成功判据：字段的值", Kind: notify.Line, Hint: "多个值用逗号分开，如 0,200"},
		{Name: "id_path", Title: "回执编号的字段", Kind: notify.Line, Hint: "如 data.msgid"},
		{Name: "sign", Title: "签名", Kind: notify.Line, Hint: "如 【某市生态环境局】，写在最前"},
		{Name: "parts", Title: "每条最多分段", Kind: notify.Number, Required: true, Default: "2", Min: 1, Max: 5, Hint: "70 字以内一段，更长的每段 67 字，超出的截去"},
		{Name: notify.PerPerson, Title: "每人每日上限", Kind: notify.Number, Required: true, Default: "20", Min: 1, Max: 1000, Hint: "条"},
		{Name: notify.PerDay, Title: "每日总上限", Kind: notify.Number, Required: true, Default: "500", Min: 1, Max: 1000000, Hint: "条；乘以分段即当日费用的上限"},
	}}
}

var place = regexp.MustCompile(`\{(phone|text|id|time|user|key)\}`)

// Check looks at what the fields alone cannot say.
func (c *Carrier) Check(s notify.Settings) error {
	if wrong := outbound.CheckURL(place.ReplaceAllString(s["url"], "x")); wrong != "" {
		return outbound.Wrong("url", wrong)
	}
	if i := strings.Index(s["url"], "{"); i >= 0 && i < strings.Index(s["url"]+"/", "//")+2+len(host(s["url"])) {
		return outbound.Wrong("url", "主机名中不能有占位符")
	}
	if !strings.Contains(s["body"]+s["url"], "{phone}") || !strings.Contains(s["body"]+s["url"], "{text}") {
		return outbound.Wrong("body", "正文模板或地址中须有 {phone} 和 {text}")
	}
	if s["format"] == asJSON && s["body"] != "" && !json.Valid([]byte(fill(s["body"], jsonText, values{}))) {
		return outbound.Wrong("body", "不是有效的 JSON；占位符须写在引号之内")
	}
	if (s["ok_path"] == "") != (s["ok_values"] == "") {
		return outbound.Wrong("ok_values", "字段与值须一并填写")
	}
	for line := range strings.SplitSeq(s["headers"], "\n") {
		name, _, ok := strings.Cut(line, ":")
		if strings.TrimSpace(line) != "" && (!ok || !headerName.MatchString(strings.TrimSpace(name))) {
			return outbound.Wrong("headers", "每行应为“名称: 值”")
		}
	}
	return nil
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,60}$`)

func host(text string) string {
	u, err := url.Parse(place.ReplaceAllString(text, "x"))
	if err != nil {
		return ""
	}
	return u.Host
}

type values map[string]string

func fill(template string, escape func(string) string, v values) string {
	return place.ReplaceAllStringFunc(template, func(m string) string { return escape(v[m[1:len(m)-1]]) })
}

func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return string(b[1 : len(b)-1])
}

func xmlText(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}

func headerText(s string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(s) }

var escapes = map[string]func(string) string{asJSON: jsonText, asForm: url.QueryEscape, asXML: xmlText}

// Send asks the gateway to send one message.
func (c *Carrier) Send(ctx context.Context, s notify.Settings, m notify.Message) (string, error) {
	v := values{"phone": strings.NewReplacer(" ", "", "-", "").Replace(m.To), "text": Text(s["sign"], m, s.Int("parts")), "id": m.ID, "time": m.Now.UTC().Format(time.RFC3339), "user": s["user"], "key": s["key"]}
	body := fill(s["body"], escapes[s["format"]], v)
	r, err := http.NewRequestWithContext(ctx, s["method"], fill(s["url"], url.QueryEscape, v), strings.NewReader(body))
	if err != nil {
		return "", &notify.Failure{Sentence: "短信渠道的设置有误，请检查地址", Unreached: true}
	}
	if body != "" {
		r.Header.Set("Content-Type", media[s["format"]]+"; charset=utf-8")
	}
	for line := range strings.SplitSeq(s["headers"], "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			r.Header.Set(strings.TrimSpace(name), fill(strings.TrimSpace(value), headerText, v))
		}
	}
	answer, err := outbound.Ask(c.client, r, m.Now)
	if err != nil {
		return "", err
	}
	return judge(s, answer)
}

// judge tells from a gateway's answer whether it took the message.
func judge(s notify.Settings, answer []byte) (string, error) {
	receipt := outbound.Snippet(answer)
	if id, ok := field(answer, s["id_path"]); ok && s["id_path"] != "" {
		receipt = id
	}
	if s["ok_path"] == "" {
		return receipt, nil
	}
	got, ok := field(answer, s["ok_path"])
	if ok && slices.ContainsFunc(strings.FieldsFunc(s["ok_values"], func(r rune) bool { return r == ',' || r == '，' }), func(v string) bool { return strings.TrimSpace(v) == got }) {
		return receipt, nil
	}
	said := "短信网关没有接受：" + outbound.Snippet(answer)
	if s["key"] != "" {
		said = strings.ReplaceAll(said, s["key"], "***")
	}
	return "", &notify.Failure{Sentence: said}
}

// field reads a value of a JSON answer by keys and places joined with dots.
func field(answer []byte, path string) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return "", false
	}
	for key := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			n, err := strconv.Atoi(key)
			if err != nil || n < 0 || n >= len(x) {
				return "", false
			}
			v = x[n]
		default:
			return "", false
		}
	}
	switch x := v.(type) {
	case string:
		return x, true
	case json.Number, bool:
		return fmt.Sprint(x), true
	}
	return "", false
}

const (
	wholePart = 70 // characters of a message in one part
	shortPart = 67 // of each part of a longer one
)

// Parts counts the parts that a text is billed as.
func Parts(text string) int {
	n := 0
	for _, r := range text {
		if n++; r > 0xffff {
			n++ // two code units
		}
	}
	if n <= wholePart {
		return 1
	}
	return (n + shortPart - 1) / shortPart
}

// Text is what a message says within so many parts.
func Text(sign string, m notify.Message, parts int) string {
	text := strings.Join(strings.Fields(m.Title), " ")
	if m.Text != "" {
		text += "：" + strings.Join(strings.Fields(m.Text), " ")
	}
	whole := []rune(sign + text)
	for Parts(string(whole)) > max(parts, 1) {
		if whole[len(whole)-1] == '…' {
			whole = whole[:len(whole)-1]
		}
		whole = append(whole[:len(whole)-1], '…')
	}
	return string(whole)
}
