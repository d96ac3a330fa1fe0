package clause

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/qingshao/qingshao/internal/limit"
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
	if verb == "FORM" && (path == "/public/track" || strings.HasPrefix(path, "/public/lost")) { // the page's script solves what the page asks
		page, err := w.text(strings.TrimSuffix(address, "/code"))
		if err != nil {
			return err
		}
		challenge, nonce := limit.SolvePage(page)
		form.Add("work", challenge)
		form.Add("nonce", nonce)
	}
	kind, sent := "application/x-www-form-urlencoded; charset=utf-8", form.Encode()
	if form.Has("photo") {
		var err error
		if kind, sent, err = withPhotos(form); err != nil {
			return err
		}
	}
	r, err := http.NewRequest(method, address, strings.NewReader(sent))
	if err != nil {
		return err
	}
	if verb == "FORM" {
		r.Header.Set("Content-Type", kind)
	}
	return w.ask(w.public, r)
}

// withPhotos sends a form whose photos are the smallest picture under the given names.
func withPhotos(form url.Values) (kind, body string, err error) {
	png, err := base64.StdEncoding.DecodeString(onePixel)
	if err != nil {
		return "", "", err
	}
	var b strings.Builder
	m := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			if name != "photo" {
				err = errors.Join(err, m.WriteField(name, v))
				continue
			}
			part, e := m.CreateFormFile("photos", v)
			if e == nil {
				_, e = part.Write(png)
			}
			err = errors.Join(err, e)
		}
	}
	err = errors.Join(err, m.Close())
	return m.FormDataContentType(), b.String(), err
}

// sendFile sends what is indented below a command as a file.
func (w *world) sendFile(rest string, body []string) error {
	path, name, _ := strings.Cut(rest, " ")
	text, err := expand(strings.Join(body, "\n")+"\n", w.vars, w.clock.Now())
	if err != nil {
		return err
	}
	text = strings.ReplaceAll(text, `\n`, "")
	var b bytes.Buffer
	kind := "message/rfc822"
	if name == "-" {
		b.WriteString(text)
	} else {
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormFile("file", name)
		if err == nil {
			_, err = part.Write([]byte(text))
		}
		if err = errors.Join(err, m.Close()); err != nil {
			return err
		}
		kind = m.FormDataContentType()
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+w.app.Addr()+"/api/v1"+path, &b)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	if name == "-" {
		r.Header.Set("X-Api-Key", w.vars["key"])
	} else if t := w.tokens[w.who]; t != "" {
		r.Header.Set("Authorization", "Bearer "+t)
	}
	return w.ask(http.DefaultClient, r)
}

// text reads a page as it comes.
func (w *world) text(address string) (string, error) {
	resp, err := w.public.Get(address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// key makes a key of the open interface.
func (w *world) key(name string) (err error) {
	w.vars["key"], err = w.app.Open311Key(context.Background(), name)
	return err
}
