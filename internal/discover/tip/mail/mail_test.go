package mail

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func gbk(s string) string {
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func TestParse_WhatPeopleSend(t *testing.T) {
	t.Parallel()
	photo := base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xffphoto"))
	for name, c := range map[string]struct{ raw, subject, text, file string }{
		"plain": {"From: =?UTF-8?B?546L5p+Q?= <wang@example.org>\nSubject: =?gb2312?B?" + base64.StdEncoding.EncodeToString([]byte(gbk("河水发黑"))) + "?=\nMessage-ID: <1@x>\nDate: Fri, 20 Nov 2026 08:15:30 +0800\n\n夜里排污\n", "河水发黑", "夜里排污", ""},
		"gb body": {"From: a@b.cn\nSubject: x\nContent-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: base64\n\n" +
			base64.StdEncoding.EncodeToString([]byte(gbk("气味刺鼻"))) + "\n", "x", "气味刺鼻", ""},
		"qp":                     {"From: a@b.cn\nSubject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E6=B2=B3=E8=BE=B9\n", "x", "河边", ""},
		"markup only":            {"From: a@b.cn\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n<html><head><title>t</title></head><body><script>alert(1)</script><p>厂里<b>有</b>暗管</p><img src=http://evil/x>&lt;b&gt;</body></html>\n", "x", "厂里有暗管\n<b>", ""},
		"alternative with photo": {"From: a@b.cn\nSubject: x\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: multipart/alternative; boundary=C\n\n--C\nContent-Type: text/plain\n\n正文\n--C\nContent-Type: text/html\n\n<p>别的</p>\n--C--\n--B\nContent-Type: image/jpeg; name=\"../../etc/现场.jpg\"\nContent-Transfer-Encoding: base64\n\n" + photo + "\n--B--\n", "x", "正文", "现场.jpg"},
		"cut off":                {"From: a@b.cn\nSubject: x\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\n正文到此", "x", "正文到此", ""},
		"unseen":                 {"From: a@b.cn\nSubject: a\u202Eb\n\nx\u202Ey\x00z\n", "a b", "x y z", ""},
	} {
		m, err := Parse(crlf(c.raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.Subject != c.subject || m.Text != c.text || (c.file != "") != (len(m.Files) == 1) || c.file != "" && m.Files[0].Name != c.file {
			t.Errorf("%s: %q %q %v %v", name, m.Subject, m.Text, m.Files, m.Dropped)
		}
	}
	m, err := Parse(crlf("From: =?UTF-8?B?546L5p+Q?= <wang@example.org>\nMessage-ID: <1@x>\nDate: Fri, 20 Nov 2026 08:15:30 +0800\n\nx\n"))
	if err != nil || m.From != "wang@example.org" || m.Name != "王某" || m.ID != "1@x" || m.SentAt.IsZero() {
		t.Errorf("%v %+v", err, m)
	}
}

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	deep := "From: a@b.cn\nSubject: x\n"
	for i := range 12 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n", i, i)
	}
	for name, raw := range map[string]string{
		"empty": "", "no mail": "hello", "no end of head": "From: a@b.cn\nX: " + strings.Repeat("x", 100<<10),
		"no sender": "Subject: x\n\ny\n", "two senders": "From: a@b.cn, c@d.cn\n\ny\n", "nothing said": "From: a@b.cn\n\n \n",
		"automatic": "From: a@b.cn\nAuto-Submitted: auto-replied\n\nx\n", "bounce": "Return-Path: <>\nFrom: a@b.cn\n\nx\n", "list": "From: a@b.cn\nList-Id: <x>\n\nx\n", "bulk": "From: a@b.cn\nPrecedence: bulk\n\nx\n",
		"report": "From: a@b.cn\nContent-Type: multipart/report; boundary=x\n\nx\n",
		"deep":   deep + "\nx", "no boundary": "From: a@b.cn\nSubject: x\nContent-Type: multipart/mixed\n\nx\n",
		"many parts": "From: a@b.cn\nSubject: x\nContent-Type: multipart/mixed; boundary=B\n\n" + strings.Repeat("--B\n\nx\n", 100) + "--B--\n",
	} {
		if m, err := Parse(crlf(raw)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := Parse(make([]byte, MaxBytes+1)); err == nil {
		t.Error("too large")
	}
}

func TestParse_BoundsFiles(t *testing.T) {
	t.Parallel()
	raw := "From: a@b.cn\nSubject: x\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n正文\n"
	for i := range 30 {
		raw += fmt.Sprintf("--B\nContent-Disposition: attachment; filename=f%d.bin\n\nx\n", i)
	}
	m, err := Parse(crlf(raw + "--B--\n"))
	if err != nil || len(m.Files) != maxFiles || len(m.Dropped) != 10 {
		t.Errorf("%v %d %v", err, len(m.Files), m.Dropped)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(crlf("From: a@b.cn\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nx\n--B--\n"))
	f.Add(crlf("From: a@b.cn\nContent-Type: text/html; charset=gbk\nContent-Transfer-Encoding: base64\n\nPGI+eA==\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if err == nil && (strings.ContainsAny(m.From+m.Subject, "\r\n") || len(m.Text) > 3*maxText*maxParts) {
			t.Errorf("%+v", m)
		}
	})
}
