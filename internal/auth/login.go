package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Attempt is one try to sign in. Device is what the browser calls itself,
// Address the caller's IP address.
type Attempt struct {
	Login    string
	Password string
	Code     string // of the second step, "" = none yet
	Device   string
	Address  string
}

// SignedIn is a fresh session: its secret, shown once, and whose it is.
type SignedIn struct {
	Token   string
	Expires time.Time
	Actor   Actor
}

// The one sentence for every refused attempt, so that it does not tell which
// logins exist, which are deactivated and which have no password.
var errCredentials = fault.New(fault.Unauthorized, "登录名或密码不正确，请核对后重试；多次失败将暂时锁定")

// Login checks a password and opens a session. Every attempt is counted before
// the password is looked at, so that parallel guesses cannot pass the limit,
// and costs the same whether or not the login exists.
func (s *Service) Login(ctx context.Context, a Attempt) (SignedIn, error) {
	a.Login = normal(a.Login)
	if len(a.Password) > 4*MaxPassword {
		a.Password = "" // longer than any password; hashing it would only cost
	}
	u, err := s.admit(ctx, a)
	if err != nil {
		return SignedIn{}, err
	}
	ok, err := s.hasher.verify(ctx, u.password, a.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok || !u.Active {
		return SignedIn{}, s.refuse(ctx, a, u, errCredentials)
	}
	fresh := ""
	if s.hasher.outdated(u.password) {
		if fresh, err = s.hasher.hash(ctx, a.Password); err != nil {
			return SignedIn{}, err
		}
	}
	in, err := s.open(ctx, a, u, fresh)
	if errors.Is(err, errBadCode) {
		return SignedIn{}, s.refuse(ctx, a, u, err)
	}
	return in, err
}

// errLocked unwinds the counting of an attempt that is not admitted.
var errLocked = errors.New("locked")

// admit counts the attempt, or refuses it while its login or address is locked.
// A refused attempt counts nothing, so that knocking neither prolongs a lock nor
// lets a locked address lock other people out. The user is empty when there is
// no such login.
func (s *Service) admit(ctx context.Context, a Attempt) (User, error) {
	var u User
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		u, err = userByLogin(ctx, tx, a.Login)
		if err != nil && !db.IsMissing(err) {
			return err
		}
		stale := tx.Now.Add(-s.conf.Lock).UnixMicro()
		for _, c := range s.counters(a, u.ID) {
			n, err := countAttempt(ctx, tx, c, stale)
			if err != nil {
				return err
			}
			if n > int64(c.limit) {
				return errLocked
			}
		}
		return nil
	})
	if errors.Is(err, errLocked) {
		return User{}, s.locked(ctx, a, u)
	}
	return u, err
}

// locked says how long the lock still lasts.
func (s *Service) locked(ctx context.Context, a Attempt, u User) error {
	minutes := 1
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		for _, c := range s.counters(a, u.ID) {
			failed, last, err := attempts(ctx, tx, c.subject)
			if err != nil {
				return err
			}
			if left := time.UnixMicro(last).Add(s.conf.Lock).Sub(tx.Now); failed >= int64(c.limit) {
				minutes = max(minutes, int((left+time.Minute-1)/time.Minute))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return fault.New(fault.TooMany, "登录失败次数过多，已暂时锁定，请约 %d 分钟后再试；忘记密码请联系系统管理员", minutes)
}

// counter is one thing whose failures are counted.
type counter struct {
	subject string
	user    string
	limit   int
}

func (s *Service) counters(a Attempt, userID string) []counter {
	return []counter{
		{attemptSubject("login", a.Login), userID, s.conf.LoginFailures},
		{attemptSubject("address", network(a.Address)), "", s.conf.AddressFailures},
	}
}

func attemptSubject(kind, what string) string {
	h := sha256.Sum256([]byte(kind + "\x00" + what))
	return hex.EncodeToString(h[:])
}

// network is the part of an address that one caller commands: all of IPv4, the
// first 64 bits of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		p, _ := ip.Prefix(64) // 64 bits are always there
		return p.String()
	}
	return ip.String()
}

// refuse records a wrong password or code and, once, that it locked the login; it
// gives the sentence back.
func (s *Service) refuse(ctx context.Context, a Attempt, u User, why error) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		detail := map[string]any{"address": a.Address, "known": u.ID != "", "code": why == error(errBadCode)}
		failed, _, err := attempts(ctx, tx, attemptSubject("login", a.Login))
		if err != nil {
			return err
		}
		if failed >= int64(s.conf.LoginFailures) {
			detail["locked"] = true
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: System("login").ID, Action: "session.refuse", Kind: "user", Subject: u.ID, Area: u.Area, Detail: detail})
	})
	if err != nil {
		return err
	}
	return why
}

// open writes the session after a right password; fresh is the password under
// today's cost, or "".
func (s *Service) open(ctx context.Context, a Attempt, seen User, fresh string) (SignedIn, error) {
	var out SignedIn
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, seen.ID)
		if err != nil {
			return err
		}
		if !u.Active || u.password != seen.password {
			return errCredentials // changed while we were hashing
		}
		recovery := false
		if u.otpAt != 0 {
			if recovery, err = s.useCode(ctx, tx, u, a.Code); err != nil {
				return err
			}
		}
		c := s.counters(a, u.ID)
		if err := deleteAttempts(ctx, tx, c[0].subject); err != nil {
			return err
		}
		if err := forgiveAttempt(ctx, tx, c[1].subject); err != nil {
			return err
		}
		if fresh != "" {
			if err := setPassword(ctx, tx, u.ID, fresh, u.MustChange, u.passwordAt); err != nil {
				return err
			}
		}
		if s.conf.PasswordAge > 0 && tx.Micros()-u.passwordAt > s.conf.PasswordAge.Microseconds() && !u.MustChange {
			u.MustChange = true
			if err := setMustChange(ctx, tx, u.ID); err != nil {
				return err
			}
		}
		token, hash := newSecret("")
		ses := Session{ID: db.NewID(), Device: cut(a.Device, 200), Address: cut(a.Address, 64), CreatedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(s.conf.Absolute)}
		if err := insertSession(ctx, tx, ses, u.ID, hash); err != nil {
			return err
		}
		out = SignedIn{Token: token, Expires: ses.ExpiresAt, Actor: s.actor(u)}
		out.Actor.Session = ses.ID
		if out.Actor.Deputises, err = deputises(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, out.Actor, "session.open", u, map[string]any{"session": ses.ID, "address": ses.Address, "two_step": u.otpAt != 0, "recovery": recovery})
	})
	return out, err
}

// cut shortens what a stranger sent to n bytes of printable text.
func cut(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

func (s *Service) actor(u User) Actor {
	return Actor{MustEnrol: s.mustEnrol(u), ID: u.ID, Login: u.Login, Name: u.Name, Roles: u.Roles, Area: u.Area,
		Agency: u.Agency, Enterprise: u.Enterprise, MustChange: u.MustChange}
}

// Unlock forgets the failures of a login before its lock ends by itself.
func (s *Service) Unlock(ctx context.Context, by Actor, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
			return err
		}
		u, err := s.lockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := deleteAttemptsOf(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, by, "user.unlock", u, nil)
	})
}
