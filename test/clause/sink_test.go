package clause

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/internal/notify/notifytest"
)

// sinks are the servers outside that notices go to.
type sinks struct {
	mailbox *notifytest.SMTP
	hook    *notifytest.HTTP
}

func (w *world) sink(verb, rest string, body []string) (err error) {
	switch verb {
	case "mailbox":
		if w.mailbox == nil {
			if w.mailbox, err = notifytest.NewSMTP(notifytest.Rules{}); err != nil {
				return err
			}
			w.t.Cleanup(w.mailbox.Close)
			w.vars["mailbox"] = w.mailbox.Port()
		}
		rules := notifytest.Rules{}
		what, answer, _ := strings.Cut(rest, "=")
		switch what {
		case "Rcpt":
			rules.Rcpt = answer
		case "Data":
			rules.Data = answer
		case "Drop":
			rules.Drop = true
		}
		w.mailbox.Behave(rules)
		return nil
	case "mails":
		count, to, _ := strings.Cut(rest, " ")
		var got []string
		for _, m := range w.mailbox.Mails() {
			if to == "" || m.To == to {
				text, err := readable(m.Data)
				if err != nil {
					return err
				}
				got = append(got, text)
			}
		}
		return w.counted("mails", count, got, body)
	case "hook":
		if w.hook == nil {
			w.hook = notifytest.NewHTTP(nil)
			w.t.Cleanup(w.hook.Close)
			w.vars["hook"] = w.hook.URL
		}
		status, err := strconv.Atoi(rest)
		if err != nil {
			status = http.StatusOK
		}
		w.hook.Behave(func(a http.ResponseWriter, _ *http.Request) {
			a.WriteHeader(status)
			_, _ = io.WriteString(a, `{"errcode":0,"code":0}`)
		})
		return nil
	}
	var got []string
	for _, a := range w.hook.Asked() {
		got = append(got, a.Header.Get("Qingshao-Signature")+"\n"+a.Body)
	}
	return w.counted("requests", rest, got, body)
}

func (w *world) counted(what, count string, got, body []string) error {
	if strconv.Itoa(len(got)) != count {
		return fmt.Errorf("%d %s, want %s: %q", len(got), what, count, got)
	}
	for _, line := range body {
		line, err := expand(line, w.vars, w.clock.Now())
		if err != nil {
			return err
		}
		if err := check(nil, got[len(got)-1], line, w.vars); err != nil {
			return fmt.Errorf("%s: %w: the last is %q", line, err, got[len(got)-1])
		}
	}
	return nil
}

// readable gives a mail's subject and plain text.
func readable(data string) (string, error) {
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		return "", err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return "", err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	return subject + "\n" + string(text), err
}
