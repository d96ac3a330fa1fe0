package notifytest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Asked is a request that the server got.
type Asked struct {
	Method string
	Path   string // with its query
	Header http.Header
	Body   string
}

// HTTP is a server on a free loopback port that keeps what it was asked and
// answers as it is told.
type HTTP struct {
	*httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []Asked
}

// NewHTTP starts a server; nil answers 200.
func NewHTTP(answer http.HandlerFunc) *HTTP {
	s := &HTTP{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.asked = append(s.asked, Asked{r.Method, r.URL.RequestURI(), r.Header, string(body)})
		f := s.answer
		s.mu.Unlock()
		if f != nil {
			f(w, r)
		}
	}))
	return s
}

// Behave changes the answer.
func (s *HTTP) Behave(answer http.HandlerFunc) { s.mu.Lock(); defer s.mu.Unlock(); s.answer = answer }

// Asked gives what came.
func (s *HTTP) Asked() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Asked{}, s.asked...)
}
