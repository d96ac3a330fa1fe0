package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/qingshao/qingshao/internal/flow"
)

// person is one member of the cast who works through the interface.
type person struct {
	member
	id    string
	token string
	base  string // http://127.0.0.1:port/api/v1
}

// call sends a request and decodes the answer into out (nil = ignore it).
func (p *person) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return p.send(req, out)
}

func (p *person) send(req *http.Request, out any) (err error) {
	req.Header.Set("Authorization", "Bearer "+p.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := res.Body.Close(); err == nil {
			err = cerr
		}
	}()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s %s: %d %s", p.Login, req.Method, req.URL.Path, res.StatusCode, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// upload hands in a file and returns its id.
func (p *person) upload(ctx context.Context, name string, content []byte) (string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(content); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/files", &body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	var file struct {
		ID string `json:"id"`
	}
	return file.ID, p.send(req, &file)
}

// thing is what the cast needs to know of an alarm, a clue or an issue.
type thing struct {
	ID       string        `json:"id"`
	Number   string        `json:"number"`
	Title    string        `json:"title"`
	Category string        `json:"category"`
	State    string        `json:"state"`
	Area     string        `json:"area"`
	Version  int64         `json:"version"`
	Lead     string        `json:"lead_agency"`
	Actions  []flow.Action `json:"actions"`
	Timeline []struct {
		Verb flow.Verb `json:"verb"`
	} `json:"timeline"`
}

// times counts how often the verb was done to the thing.
func (t thing) times(verb flow.Verb) int {
	n := 0
	for _, e := range t.Timeline {
		if e.Verb == verb {
			n++
		}
	}
	return n
}

// list gives all things of a kind in a state that the person may see.
func (p *person) list(ctx context.Context, kind, state string) ([]thing, error) {
	var all []thing
	for cursor := ""; ; {
		q := url.Values{"state": {state}, "limit": {"200"}}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		var page struct {
			Items []thing `json:"items"`
			Next  string  `json:"next"`
		}
		if err := p.call(ctx, http.MethodGet, "/"+kind+"?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

// open reads one thing with the verbs that it offers the person.
func (p *person) open(ctx context.Context, kind, id string) (thing, error) {
	var t thing
	err := p.call(ctx, http.MethodGet, "/"+kind+"/"+id, nil, &t)
	return t, err
}

// do carries out a verb with a form.
func (p *person) do(ctx context.Context, kind string, t thing, verb flow.Verb, form map[string]any) error {
	return p.call(ctx, http.MethodPost, fmt.Sprintf("/%s/%s/%s", kind, t.ID, verb), map[string]any{"version": t.Version, "form": form}, nil)
}
