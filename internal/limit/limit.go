// Package limit bounds how often one sender may do something: a bucket of
// tokens for every key, the oldest forgotten when there are too many. Keys are
// addresses or the like; they live in memory alone and are logged nowhere.
package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Book holds one bucket a key. The zero value is not ready; use New.
type Book struct {
	every time.Duration
	burst int
	most  int

	mu   sync.Mutex
	keys map[string]*rate.Limiter
}

// New makes a book: a token every so often, up to burst at once. It remembers
// at most most keys; beyond that all are forgotten together, which lets every
// sender start anew and keeps the memory bounded.
func New(every time.Duration, burst, most int) *Book {
	return &Book{every: every, burst: burst, most: most, keys: map[string]*rate.Limiter{}}
}

// Allow takes a token of the key's bucket at a moment; false when it is empty.
func (b *Book) Allow(key string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.keys[key]
	if l == nil {
		if len(b.keys) >= b.most {
			clear(b.keys)
		}
		l = rate.NewLimiter(rate.Every(b.every), b.burst)
		b.keys[key] = l
	}
	return l.AllowN(now, 1)
}
