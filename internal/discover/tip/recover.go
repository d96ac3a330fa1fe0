package tip

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Texter sends one short message to a telephone (短信), so many a day and no more.
type Texter interface {
	// Ready says in a sentence why no message can be sent to anybody.
	Ready(ctx context.Context) error
	Text(ctx context.Context, phone, text string) error
}

type noTexter struct{}

var errNoText = fault.New(fault.Unavailable, "短信没有开通，不能找回查询码；请携带身份证明到受理窗口查询进度，或者重新举报")

func (noTexter) Ready(context.Context) error                { return errNoText }
func (noTexter) Text(context.Context, string, string) error { return errNoText }

// What a code bears. How many a telephone gets is the Texter's to bound: what a
// stranger asks for in vain must not count against who lost the receipt.
const (
	codeFor   = 10 * time.Minute
	codeTries = 5
	codesOpen = 10_000
)

// lost is the recovery of one report's receipt; in memory alone.
type lost struct {
	tip   ID
	code  [32]byte
	until time.Time
	tries int
}

// recovery holds what is under way, by the token of whoever began it: nobody else
// can use up its tries.
type recovery struct {
	mu      sync.Mutex
	by      map[string]*lost
	sending sync.WaitGroup
}

// errCode is the one answer to every mistake.
var errCode = fault.NotFoundf("验证码不对或已经过期；请核对后重试，或重新获取")

// Lose begins the recovery of a receipt that was lost. It is for the public mode
// alone, where the reporter left a telephone with the desk. Everybody gets a token
// at once; whether number and telephone fit is found out aside and told to nobody
// but that telephone, so neither the answer nor its time says anything.
func (s *Service) Lose(ctx context.Context, number, phone string) (token string, err error) {
	if err := s.texter.Ready(ctx); err != nil {
		return "", err
	}
	phone = digits(phone)
	if len(phone) != 11 || phone[0] != '1' {
		return "", fault.Invalidf("请填写举报时留下的 11 位手机号")
	}
	token = lostToken()
	s.recovery.sending.Go(func() {
		s.textCode(context.WithoutCancel(ctx), token, strings.ToUpper(strings.TrimSpace(number)), phone)
	})
	return token, nil
}

func lostToken() string {
	var b [18]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system has no randomness; nothing may go on
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// textCode looks, compares and sends.
func (s *Service) textCode(ctx context.Context, token, number, phone string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var t Tip
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = tipByNumber(ctx, tx, number)
		return err
	})
	if err != nil || t.Mode != Public {
		return
	}
	contact, err := s.clues.Contact(ctx, recoverer, t.clue())
	if err != nil || !holdsNumber(contact, phone) {
		return
	}
	code := s.recovery.begin(token, t.ID, s.db.Now())
	_ = s.texter.Text(ctx, phone, "您正在找回举报 "+t.Number+" 的查询码，验证码 "+code+"，10 分钟内有效。不是您本人操作的请不要理会。") // who did not get it asks again
}

var recoverer = auth.System("recovery")

// begin makes a code for who holds the token.
func (r *recovery) begin(token string, id ID, now time.Time) string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system has no randomness; nothing may go on
	}
	code := fmt.Sprintf("%06d", n)
	r.mu.Lock()
	defer r.mu.Unlock()
	for t, x := range r.by {
		if now.After(x.until) {
			delete(r.by, t)
		}
	}
	if r.by == nil || len(r.by) >= codesOpen {
		r.by = map[string]*lost{}
	}
	r.by[token] = &lost{tip: id, code: sha256.Sum256([]byte(code)), until: now.Add(codeFor)}
	return code
}

// right gives the report that a code opens; it opens once.
func (r *recovery) right(token, code string, now time.Time) (ID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.by[token]
	if x == nil || now.After(x.until) || x.tries >= codeTries {
		return "", false
	}
	x.tries++
	sum := sha256.Sum256([]byte(digits(code)))
	if subtle.ConstantTimeCompare(sum[:], x.code[:]) != 1 {
		return "", false
	}
	delete(r.by, token)
	return x.tip, true
}

// Recover gives a new secret to who began a recovery and has the code that was sent.
func (s *Service) Recover(ctx context.Context, token, code string) (r Receipt, err error) {
	id, ok := s.recovery.right(token, code, s.db.Now())
	if !ok {
		return r, errCode
	}
	return s.Renew(ctx, id)
}

// Settled waits until what recoveries began aside is over, for tests and the end
// of the program.
func (s *Service) Settled() { s.recovery.sending.Wait() }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, s)
}

// holdsNumber reports whether a contact names exactly this telephone.
func holdsNumber(contact, phone string) bool {
	for _, word := range strings.FieldsFunc(contact, func(r rune) bool { return !unicode.IsDigit(r) && r != '-' && r != '+' }) {
		if n := digits(word); n == phone || n == "86"+phone {
			return true
		}
	}
	return false
}
