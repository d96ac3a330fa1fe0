package sms

import (
	"encoding/json"
	"encoding/xml"
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

var here = outbound.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})

// nasty tries to break out of every format.
const nasty = `超标","mobile":"110"}&to=110</m><m>` + "\r\nX-Evil: 1"

func message() notify.Message {
	return notify.Message{ID: "0197-a", To: "138 0013-8000", Title: nasty, Urgency: notify.Urgent, Now: time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC), Place: "温州清哨"}
}

func settings(url string, more ...string) notify.Settings {
	out := notify.Settings{"url": url, "method": "POST", "format": asJSON, "body": `{"mobile":"{phone}","content":"{text}","id":"{id}"}`, "parts": "3", "user": "u1", "key": "k&1", "sign": "【清哨】"}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func TestSend_NothingBreaksOut(t *testing.T) {
	t.Parallel()
	want := "【清哨】" + strings.Join(strings.Fields(nasty), " ")
	for _, x := range []struct {
		name     string
		settings []string
		read     func(a notifytest.Asked) (phone, text string, err error)
	}{
		{"JSON", nil, func(a notifytest.Asked) (string, string, error) {
			var v struct{ Mobile, Content string }
			err := json.Unmarshal([]byte(a.Body), &v)
			return v.Mobile, v.Content, err
		}},
		{"form", []string{"format", asForm, "body", "user={user}&key={key}&m={phone}&c={text}"}, func(a notifytest.Asked) (string, string, error) {
			q, err := url.ParseQuery(a.Body)
			if err == nil && (len(q) != 4 || q.Get("key") != "k&1") {
				err = fmt.Errorf("%v", q)
			}
			return q.Get("m"), q.Get("c"), err
		}},
		{"XML", []string{"format", asXML, "body", "<s><m>{phone}</m><c>{text}</c></s>"}, func(a notifytest.Asked) (string, string, error) {
			var v struct {
				M []string `xml:"m"`
				C string   `xml:"c"`
			}
			err := xml.Unmarshal([]byte(a.Body), &v)
			if err == nil && len(v.M) != 1 {
				err = fmt.Errorf("%v", v.M)
			}
			return strings.Join(v.M, ","), v.C, err
		}},
		{"GET", []string{"method", "GET", "body", "", "url", "?m={phone}&c={text}", "headers", "Authorization: Basic {key}"}, func(a notifytest.Asked) (string, string, error) {
			u, err := url.Parse(a.Path)
			if err != nil || a.Body != "" || a.Header.Get("Authorization") != "Basic k&1" {
				return "", "", fmt.Errorf("%v %+v", err, a)
			}
			return u.Query().Get("m"), u.Query().Get("c"), nil
		}},
	} {
		s := notifytest.NewHTTP(nil)
		set := settings(s.URL, x.settings...)
		if strings.HasPrefix(set["url"], "?") {
			set["url"] = s.URL + "/send" + set["url"]
		}
		c := New(here)
		if err := c.Check(set); err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		if _, err := c.Send(t.Context(), set, message()); err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		a := s.Asked()[0]
		phone, text, err := x.read(a)
		if err != nil || phone != "13800138000" || text != want || a.Header.Get("X-Evil") != "" {
			t.Errorf("%s: %q %q %v", x.name, phone, text, err)
		}
		s.Close()
	}
}

func TestSend_WhatTheGatewaySays(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		answer http.HandlerFunc
		want   notify.Failure // zero = taken
	}{
		{"taken", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":0,"data":[{"msgid":77}]}`) }, notify.Failure{}},
		{"refused in words", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":1009,"msg":"余额不足 k&1"}`) },
			notify.Failure{Sentence: `短信网关没有接受：{"code":1009,"msg":"余额不足 ***"}`}},
		{"not JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `ok`) }, notify.Failure{Sentence: "短信网关没有接受：ok"}},
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, notify.Failure{Sentence: "对方答复 500：对方出错"}},
		{"400", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }, notify.Failure{Sentence: "对方答复 400：不接受这条消息", Permanent: true}},
		{"401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, notify.Failure{Sentence: "对方答复 401：不接受密钥或不允许访问", Unreached: true}},
		{"429", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "90"); w.WriteHeader(429) },
			notify.Failure{Sentence: "对方答复 429：发送太频繁", Unreached: true, After: 90 * time.Second}},
		{"503 until", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "Sat, 21 Nov 2026 01:31:00 GMT")
			w.WriteHeader(503)
		}, notify.Failure{Sentence: "对方答复 503：暂停服务", Unreached: true, After: time.Minute}},
		{"moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusTemporaryRedirect) },
			notify.Failure{Sentence: "对方答复 307：对方要求跳转到别处，不予跟随，请填写最终的地址", Unreached: true}},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, notify.Failure{Sentence: "连接中断", Unreached: true}},
	} {
		s := notifytest.NewHTTP(x.answer)
		receipt, err := New(here).Send(t.Context(), settings(s.URL, "ok_path", "code", "ok_values", "0, 200", "id_path", "data.0.msgid"), message())
		var f *notify.Failure
		switch {
		case x.want == notify.Failure{}:
			if err != nil || receipt != "77" {
				t.Errorf("%s: %q %v", x.name, receipt, err)
			}
		case !errors.As(err, &f):
			t.Errorf("%s: %v", x.name, err)
		default:
			got := *f
			if got.Cause = nil; got != x.want {
				t.Errorf("%s: %+v, want %+v", x.name, got, x.want)
			}
		}
		s.Close()
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c := New(here)
	if err := c.Check(settings("https://sms.example/send")); err != nil {
		t.Error(err)
	}
	for _, bad := range [][2]string{{"url", "sms.example"}, {"url", "https://u:p@sms.example/"}, {"url", "https://{user}.example/"}, {"body", "{}"}, {"body", `{"m":{phone},"c":{text}}`},
		{"body", `{"m":"{phone}","c":"{text}"`}, {"ok_path", "code"}, {"headers", "nonsense"}} {
		if c.Check(settings("https://sms.example/send", bad[0], bad[1])) == nil {
			t.Errorf("%s = %s is taken", bad[0], bad[1])
		}
	}
}

func TestText_Parts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{1: 1, 70: 1, 71: 2, 134: 2, 135: 3} {
		if got := Parts(strings.Repeat("字", n)); got != want {
			t.Errorf("%d characters are %d parts, want %d", n, got, want)
		}
	}
	long := notify.Message{Title: strings.Repeat("字", 300)}
	for _, parts := range []int{1, 2, 3} {
		if got := Text("【签】", long, parts); Parts(got) != parts || !strings.HasSuffix(got, "字…") {
			t.Errorf("%d parts: %d, %s", parts, Parts(got), got)
		}
	}
}
