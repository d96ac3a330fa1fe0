package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/notifytest"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

var here = outbound.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})

func message() notify.Message {
	at := time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)
	return notify.Message{ID: "0197-a", To: "wang@example.org", Title: "超标：东瓯热电 1号锅炉", Text: "二氧化硫小时均值 56.5，限值 50\n<b>请</b>核查", Link: "https://q.example/alarms/1",
		Urgency: notify.Urgent, At: at, Now: at, Place: "温州清哨"}
}

func settings(s *notifytest.SMTP, more ...string) notify.Settings {
	out := notify.Settings{"host": "127.0.0.1", "port": s.Port(), "security": plain, "auth": "none", "from": "qingshao@example.org"}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func sink(t *testing.T, r notifytest.Rules) *notifytest.SMTP {
	t.Helper()
	s, err := notifytest.NewSMTP(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestSend_WhatArrives(t *testing.T) {
	t.Parallel()
	s := sink(t, notifytest.Rules{})
	receipt, err := New(here).Send(t.Context(), settings(s), message())
	if err != nil || !strings.Contains(receipt, "queued as 1") {
		t.Fatalf("%q %v", receipt, err)
	}
	got := s.Mails()[0]
	if got.From != "qingshao@example.org" || got.To != "wang@example.org" {
		t.Errorf("envelope %+v", got)
	}
	m, err := mail.ReadMessage(strings.NewReader(got.Data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "【紧急】超标：东瓯热电 1号锅炉" {
		t.Errorf("subject %q %v", subject, err)
	}
	from, err := new(mail.AddressParser).Parse(m.Header.Get("From"))
	if err != nil || from.Name != "温州清哨" {
		t.Errorf("from %v %v", from, err)
	}
	if id := m.Header.Get("Message-Id"); id != "<0197-a@example.org>" {
		t.Errorf("Message-ID %q", id)
	}
	if m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Error("answering machines would answer")
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []struct{ kind, has, lacks string }{
		{"text/plain", "查看：https://q.example/alarms/1", "<p>"},
		{"text/html", "<p>&lt;b&gt;请&lt;/b&gt;核查</p>", "<b>"},
	} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want.kind) || !strings.Contains(string(text), want.has) || strings.Contains(string(text), want.lacks) {
			t.Errorf("%s: %v %s", p.Header.Get("Content-Type"), err, text)
		}
	}
}

func TestSend_EncryptionAndSignIn(t *testing.T) {
	t.Parallel()
	cert, pool, err := notifytest.Certificate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := New(here)
	c.tls = &tls.Config{RootCAs: pool}
	for _, x := range []struct {
		name     string
		rules    notifytest.Rules
		settings []string
		want     string // sentence, "" = taken
	}{
		{"STARTTLS and PLAIN", notifytest.Rules{TLS: cert, User: "u", Password: "p"}, []string{"security", startTLS, "auth", "plain", "user", "u", "password", "p"}, ""},
		{"STARTTLS and LOGIN", notifytest.Rules{TLS: cert, User: "u", Password: "p"}, []string{"security", startTLS, "auth", "login", "user", "u", "password", "p"}, ""},
		{"TLS and LOGIN", notifytest.Rules{TLS: cert, Implicit: true, User: "u", Password: "p"}, []string{"security", fullTLS, "auth", "login", "user", "u", "password", "p"}, ""},
		{"a wrong password", notifytest.Rules{TLS: cert, User: "u", Password: "p"}, []string{"security", startTLS, "auth", "plain", "user", "u", "password", "secret-x"}, "不接受登录名或密码"},
		{"no STARTTLS there", notifytest.Rules{}, []string{"security", startTLS}, "不支持 STARTTLS"},
		{"no sign-in there", notifytest.Rules{TLS: cert, Implicit: true}, []string{"security", fullTLS, "auth", "plain", "user", "u", "password", "p"}, "不支持所选的登录方式"},
		{"TLS at a plain port", notifytest.Rules{}, []string{"security", fullTLS}, "没有按 TLS 应答"},
	} {
		s := sink(t, x.rules)
		_, err := c.Send(t.Context(), settings(s, x.settings...), message())
		if x.want == "" {
			if err != nil || len(s.Mails()) != 1 || !s.Mails()[0].TLS || s.Mails()[0].User != x.rules.User {
				t.Errorf("%s: %v %+v", x.name, err, s.Mails())
			}
			continue
		}
		var f *notify.Failure
		if !errors.As(err, &f) || !f.Unreached || f.Permanent || !strings.Contains(f.Sentence, x.want) || strings.Contains(err.Error(), "secret-x") {
			t.Errorf("%s: %#v", x.name, err)
		}
	}
	s := sink(t, notifytest.Rules{TLS: cert})
	var f *notify.Failure
	if _, err := New(here).Send(t.Context(), settings(s, "security", startTLS), message()); !errors.As(err, &f) || !strings.Contains(f.Sentence, "证书不受信任") {
		t.Errorf("a certificate of nobody: %v", err)
	}
	old, oldPool, err := notifytest.Certificate(time.Now().Add(-48 * time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	late := New(here)
	late.tls = &tls.Config{RootCAs: oldPool}
	s = sink(t, notifytest.Rules{TLS: old, Implicit: true})
	if _, err := late.Send(t.Context(), settings(s, "security", fullTLS), message()); !errors.As(err, &f) || !strings.Contains(f.Sentence, "过期") {
		t.Errorf("an old certificate: %v", err)
	}
}

func TestSend_Failures(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name  string
		rules notifytest.Rules
		want  notify.Failure
	}{
		{"no such user", notifytest.Rules{Rcpt: "550 5.1.1 no such user"}, notify.Failure{Sentence: "邮件服务器答复 550 5.1.1：不接受收件地址", Permanent: true, Address: true}},
		{"the receiver is busy", notifytest.Rules{Rcpt: "450 4.2.1 later"}, notify.Failure{Sentence: "邮件服务器答复 450 4.2.1：暂不接受"}},
		{"a full disk after DATA", notifytest.Rules{Data: "452 4.3.1 full"}, notify.Failure{Sentence: "邮件服务器答复 452 4.3.1：暂不接受"}},
		{"refused as spam", notifytest.Rules{Data: "554 5.7.1 no"}, notify.Failure{Sentence: "邮件服务器答复 554 5.7.1：拒收", Permanent: true}},
		{"hangs up in the middle", notifytest.Rules{Drop: true}, notify.Failure{Sentence: "连接中断"}},
		{"takes it and hangs up", notifytest.Rules{Mute: true}, notify.Failure{Sentence: "连接中断"}},
		{"does not greet", notifytest.Rules{Greeting: "421 4.3.2 closing"}, notify.Failure{Sentence: "邮件服务器不接待：421 4.3.2 closing", Unreached: true}},
		{"says nothing", notifytest.Rules{Silent: true}, notify.Failure{Sentence: "对方长时间没有应答", Unreached: true}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s := sink(t, x.rules)
			c := New(here)
			c.each = 2 * time.Second
			if x.rules.Silent {
				c.each = 100 * time.Millisecond
			}
			_, err := c.Send(t.Context(), settings(s), message())
			var f *notify.Failure
			if !errors.As(err, &f) {
				t.Fatal(err)
			}
			got := *f
			got.Cause = nil
			if got != x.want {
				t.Errorf("%+v, want %+v; %v", got, x.want, f.Cause)
			}
		})
	}
	s := sink(t, notifytest.Rules{Silent: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := New(here).Send(ctx, settings(s), message()); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("the end of the context does not end it: %v", err)
	}
}

func TestSend_NotToPrivateAddresses(t *testing.T) {
	t.Parallel()
	s := sink(t, notifytest.Rules{})
	var f *notify.Failure
	if _, err := New(outbound.New(nil)).Send(t.Context(), settings(s), message()); !errors.As(err, &f) || !strings.Contains(f.Sentence, "内网地址") || s.Lines() != 0 {
		t.Errorf("%v, %d lines", err, s.Lines())
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	ok := notify.Settings{"host": "smtp.example.org", "port": "587", "security": startTLS, "auth": "plain", "user": "u", "password": "p", "from": "q@example.org"}
	if err := New(here).Check(ok); err != nil {
		t.Error(err)
	}
	for name, value := range map[string]string{"host": "smtp.example.org:25", "from": "Q <q@example.org>", "user": "", "password": "", "security": plain} {
		bad := notify.Settings{}
		for k, v := range ok {
			bad[k] = v
		}
		bad[name] = value
		if New(here).Check(bad) == nil {
			t.Errorf("%s = %q is taken", name, value)
		}
	}
}
