package clause

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// browse sends what a citizen's browser would: no account, cookies kept.
func (w *world) browse(verb, path string, body []string) error {
	if w.public == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		w.public = &http.Client{Jar: jar}
	}
	address, method, form := "http://"+w.app.Addr()+path, http.MethodGet, url.Values{}
	if verb == "FORM" {
		method = http.MethodPost
		for _, line := range body {
			line, err := expand(line, w.vars, w.clock.Now())
			if err != nil {
				return err
			}
			name, value, _ := strings.Cut(line, "=")
			form.Add(name, value)
		}
	}
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if verb == "FORM" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	return w.ask(w.public, r)
}

// key makes a key of the open interface.
func (w *world) key(name string) (err error) {
	w.vars["key"], err = w.app.Open311Key(context.Background(), name)
	return err
}
