package robot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/notifytest"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

var (
	here = outbound.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	at   = time.UnixMilli(1763688600123)
)

func signed(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestSend_EachForm(t *testing.T) {
	t.Parallel()
	m := notify.Message{Title: "超标", Text: "二氧化硫 56.5", Link: "https://q.example/alarms/1", Urgency: notify.Urgent, Now: at, Place: "温州清哨"}
	const want = "【紧急】超标\n二氧化硫 56.5\nhttps://q.example/alarms/1\n—— 温州清哨"
	for form, check := range map[string]func(q url.Values, body map[string]any) string{
		"dingtalk": func(q url.Values, body map[string]any) string {
			if q.Get("access_token") != "t" || q.Get("timestamp") != "1763688600123" || q.Get("sign") != signed("SEC", "1763688600123\nSEC") {
				return fmt.Sprint(q)
			}
			return body["text"].(map[string]any)["content"].(string)
		},
		"wecom": func(q url.Values, body map[string]any) string {
			if len(q) != 1 {
				return fmt.Sprint(q)
			}
			return body["text"].(map[string]any)["content"].(string)
		},
		"feishu": func(q url.Values, body map[string]any) string {
			if body["timestamp"] != "1763688600" || body["sign"] != signed("1763688600\nSEC", "") {
				return fmt.Sprint(body)
			}
			return body["content"].(map[string]any)["text"].(string)
		},
	} {
		s := notifytest.NewHTTP(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"errcode":0,"code":0,"errmsg":"ok"}`) })
		if _, err := New(here).Send(t.Context(), notify.Settings{"form": form, "url": s.URL + "/robot/send?access_token=t", "secret": "SEC"}, m); err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		a := s.Asked()[0]
		u, err := url.Parse(a.Path)
		var body map[string]any
		if err = errors.Join(err, json.Unmarshal([]byte(a.Body), &body)); err != nil {
			t.Fatal(err)
		}
		if got := check(u.Query(), body); got != want {
			t.Errorf("%s: %s", form, got)
		}
		s.Close()
	}
}

func TestSend_Refusals(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		form, answer string
		want         notify.Failure
	}{
		{"dingtalk", `{"errcode":130101,"errmsg":"send too fast"}`, notify.Failure{Sentence: "钉钉答复发送太频繁，稍后再发", Unreached: true, After: sulk}},
		{"dingtalk", `{"errcode":310000,"errmsg":"sign not match"}`, notify.Failure{Sentence: `钉钉不接受机器人地址、加签密钥或关键词设置：{"errcode":310000,"errmsg":"sign not match"}`, Unreached: true}},
		{"wecom", `{"errcode":45009,"errmsg":"api freq out of limit"}`, notify.Failure{Sentence: "企业微信答复发送太频繁，稍后再发", Unreached: true, After: sulk}},
		{"feishu", `{"code":11232,"msg":"frequency limited"}`, notify.Failure{Sentence: "飞书答复发送太频繁，稍后再发", Unreached: true, After: sulk}},
		{"feishu", `<html>`, notify.Failure{Sentence: "飞书没有接受：<html>"}},
	} {
		s := notifytest.NewHTTP(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, x.answer) })
		_, err := New(here).Send(t.Context(), notify.Settings{"form": x.form, "url": s.URL}, notify.Message{Title: "x", Now: at})
		var f *notify.Failure
		if !errors.As(err, &f) || *f != x.want {
			t.Errorf("%s: %v", x.form, err)
		}
		s.Close()
	}
	var f *notify.Failure
	if _, err := New(here).Send(t.Context(), notify.Settings{"form": "dingtalk", "url": "http://127.0.0.1:1/?access_token=topsecret"}, notify.Message{Now: at}); !errors.As(err, &f) || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("the key shows: %v", err)
	}
}

func TestText_Limit(t *testing.T) {
	t.Parallel()
	if got := text(notify.Message{Title: strings.Repeat("字", 5000)}, 2000); len(got) > 2000 || !strings.HasSuffix(got, "字…") {
		t.Errorf("%d bytes", len(got))
	}
}
