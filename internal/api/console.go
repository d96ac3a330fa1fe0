package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// page is one file of the console. It is compressed when first asked for, so
// that starting the program costs nothing.
type page struct {
	kind   string
	etag   string
	plain  []byte
	zipped func() []byte // nil result where compressing gains nothing
}

// Console serves the built console from files. Paths that are no file get the
// start page, because the console routes by itself; files under assets/ bear a
// hash in their name and may be kept for ever.
func (a *API) Console(files fs.FS) error {
	pages := map[string]page{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		pages[name] = newPage(name, body)
		return nil
	})
	if err != nil {
		return err
	}
	a.mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		p, ok := pages[name]
		switch {
		case ok && strings.HasPrefix(name, "assets/"):
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		case strings.HasPrefix(r.URL.Path, Base+"/") || strings.HasPrefix(name, "assets/"):
			http.NotFound(w, r)
			return
		case !ok || name == "":
			p, ok = pages["index.html"]
			w.Header().Set("Cache-Control", "no-cache")
		}
		if !ok {
			p = bare
		}
		p.send(w, r)
	})
	return nil
}

// bare is shown by a program built without its console (go build alone).
var bare = newPage("bare.html", []byte(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>清哨</title>
<p>此程序未包含控制台：请用 make build 构建。接口文档见 <a href="/openapi.json">/openapi.json</a>。</p></html>`))

func newPage(name string, body []byte) page {
	sum := sha256.Sum256(body)
	p := page{kind: mime.TypeByExtension(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: body}
	if p.kind == "" {
		p.kind = "application/octet-stream"
	}
	p.zipped = sync.OnceValue(func() []byte { return zip(body) })
	return p
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		return nil
	}
	if err := z.Close(); err != nil || b.Len() > len(body)*9/10 {
		return nil
	}
	return b.Bytes()
}

func (p page) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", p.kind)
	h.Set("ETag", p.etag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == p.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := p.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if z := p.zipped(); z != nil {
			h.Set("Content-Encoding", "gzip")
			body = z
		}
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader that went away is no fault of ours
	}
}
