package api

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
)

// compressFrom is the size of a body that is worth the work.
const compressFrom = 8 << 10

var gzips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is a constant that exists
	return z
}}

// compressed sends large JSON answers in gzip to whoever takes it. Streams and
// downloads pass as they are. A large answer is written in one piece by the
// framework, so that its first piece tells its size.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, Base+"/") || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		z := &compressWriter{ResponseWriter: w}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

// compressWriter holds the status back until the first piece of the body decides.
type compressWriter struct {
	http.ResponseWriter
	status int
	begun  bool
	gz     *gzip.Writer
}

func (w *compressWriter) WriteHeader(status int) {
	if w.begun {
		return
	}
	w.status = status
	if status < 200 || status == http.StatusNoContent || status == http.StatusNotModified {
		w.begin()
	}
}

func (w *compressWriter) begin() {
	w.begun = true
	if w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
}

func (w *compressWriter) Write(p []byte) (int, error) {
	if !w.begun {
		h := w.Header()
		if len(p) >= compressFrom && strings.HasPrefix(h.Get("Content-Type"), "application/json") && h.Get("Content-Encoding") == "" {
			h.Set("Content-Encoding", "gzip")
			h.Add("Vary", "Accept-Encoding")
			h.Del("Content-Length")
			w.gz, _ = gzips.Get().(*gzip.Writer)
			w.gz.Reset(w.ResponseWriter)
		}
		w.begin()
	}
	if w.gz != nil {
		return w.gz.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// Flush lets event streams pass piece by piece.
func (w *compressWriter) Flush() {
	if !w.begun {
		w.begin()
	}
	if w.gz != nil {
		_ = w.gz.Flush() // the next write tells of a lost connection
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap lets deadlines reach the connection.
func (w *compressWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *compressWriter) close() {
	if !w.begun && w.status != 0 {
		w.begin()
	}
	if w.gz != nil {
		_ = w.gz.Close() // a caller that went away hears nothing
		w.gz.Reset(io.Discard)
		gzips.Put(w.gz)
	}
}
