package limit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Work asks senders for a computation before they are served (工作量证明): find a
// nonce so that SHA-256(challenge ":" nonce) begins with so many zero bits. The
// server chooses how many; checking costs it one hash. It makes many questions
// dear without asking who asks: a challenge carries nothing but chance, its end
// and its price. Challenges are not stored: they are signed with a key that ends
// with the process, and those that were used are remembered until they end.
type Work struct {
	key   []byte
	least int
	most  int
	lasts time.Duration

	mu     sync.Mutex
	used   map[string]time.Time // by challenge, until when it must be remembered
	solved float64              // recent solutions, decaying; guarded by mu
	at     time.Time
}

// The pace at which the price rises: so many solutions a minute are what people
// make; beyond that, each doubling costs one bit more.
const usualPace = 60

// mostUsed bounds the memory for used challenges; when it is full no challenge
// counts until some have ended.
const mostUsed = 100_000

// NewWork makes it: least to most zero bits, and how long a challenge lasts.
func NewWork(least, most int, lasts time.Duration) *Work {
	key := make([]byte, 32)
	rand.Read(key) // never fails since Go 1.24
	return &Work{key: key, least: least, most: most, lasts: lasts, used: map[string]time.Time{}}
}

const (
	challengeSalt = 12
	challengeSum  = 16
	challengeSize = challengeSalt + 8 + 1 + challengeSum
)

// Challenge gives a fresh challenge and how many zero bits it asks for.
func (w *Work) Challenge(now time.Time) (challenge string, difficulty int) {
	w.mu.Lock()
	difficulty = w.price(now)
	w.mu.Unlock()
	b := make([]byte, challengeSize)
	rand.Read(b[:challengeSalt]) // never fails since Go 1.24
	binary.BigEndian.PutUint64(b[challengeSalt:], uint64(now.Add(w.lasts).Unix()))
	b[challengeSalt+8] = byte(difficulty)
	copy(b[challengeSalt+9:], w.sum(b[:challengeSalt+9]))
	return base64.RawURLEncoding.EncodeToString(b), difficulty
}

func (w *Work) sum(b []byte) []byte {
	m := hmac.New(sha256.New, w.key)
	m.Write(b)
	return m.Sum(nil)[:challengeSum]
}

// price is what a challenge costs now; w.mu is held.
func (w *Work) price(now time.Time) int {
	w.decay(now)
	d := w.least
	for pace := w.solved; pace > usualPace && d < w.most; pace /= 2 {
		d++
	}
	return d
}

// decay halves the count of recent solutions every minute; w.mu is held.
func (w *Work) decay(now time.Time) {
	passed := now.Sub(w.at)
	if passed > 20*time.Minute {
		w.solved, w.at, passed = 0, now, 0
	}
	for ; passed >= time.Minute; passed -= time.Minute {
		w.solved /= 2
		w.at = w.at.Add(time.Minute)
	}
}

// Solved reports whether a nonce solves a challenge of ours that has not ended
// and was not used; it is used from then on.
func (w *Work) Solved(challenge, nonce string, now time.Time) bool {
	if len(challenge) > 2*challengeSize || len(nonce) > 32 || strings.Contains(nonce, ":") {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil || len(b) != challengeSize || !hmac.Equal(w.sum(b[:challengeSalt+9]), b[challengeSalt+9:]) {
		return false
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(b[challengeSalt:])), 0)
	if !now.Before(ends) || zeroBits(challenge, nonce) < int(b[challengeSalt+8]) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, again := w.used[string(b)]; again { // by its bytes: base64 has several spellings
		return false
	}
	if len(w.used) >= mostUsed {
		for c, until := range w.used {
			if !now.Before(until) {
				delete(w.used, c)
			}
		}
		if len(w.used) >= mostUsed {
			return false
		}
	}
	w.used[string(b)] = ends
	w.decay(now)
	w.solved++
	return true
}

// zeroBits counts the leading zero bits that a nonce yields.
func zeroBits(challenge, nonce string) int {
	h := sha256.Sum256([]byte(challenge + ":" + nonce))
	n := 0
	for _, x := range h {
		n += bits.LeadingZeros8(x)
		if x != 0 {
			break
		}
	}
	return n
}

// Solve finds a nonce, as a reporter's browser does; for tests and programs.
func Solve(challenge string, difficulty int) string {
	for i := uint64(0); ; i++ {
		nonce := strconv.FormatUint(i, 36)
		if zeroBits(challenge, nonce) >= difficulty {
			return nonce
		}
	}
}

var asked = regexp.MustCompile(`data-work="([A-Za-z0-9_-]+)" data-bits="([0-9]+)"`)

// SolvePage finds the challenge that a page of ours asks with and solves it, as the
// page's script does; for tests and programs. It is empty when the page asks
// nothing.
func SolvePage(page string) (challenge, nonce string) {
	m := asked.FindStringSubmatch(page)
	if m == nil {
		return "", ""
	}
	d, err := strconv.Atoi(m[2])
	if err != nil || d > 24 {
		return "", ""
	}
	return m[1], Solve(m[1], d)
}
