package auth

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Two-step sign-in (两步验证): a password and a one-time code. It may be switched
// on by anybody and must be by the roles that Config.TwoStep names: until then
// their sessions may do nothing else.

var (
	errNeedCode = fault.New(fault.Unauthorized, "请输入验证器上的 6 位动态码；手机不在身边可输入一个恢复码").With("code", "请输入动态码或恢复码")
	errBadCode  = fault.New(fault.Unauthorized, "动态码或恢复码不正确：每个码只能用一次，请等下一个动态码出现后再试；多次失败将暂时锁定").With("code", "不正确或已用过")
)

// TwoStep is how a person's second step stands.
type TwoStep struct {
	On       bool
	Since    time.Time
	Left     int  // unused recovery codes
	Required bool // the person's roles ask for it
}

// Enrolment is a fresh secret, shown this once.
type Enrolment struct {
	Secret  string // base32, for typing
	Address string // for the picture
}

// mustEnrol reports whether a person with these roles may do nothing before
// switching the second step on.
func (s *Service) mustEnrol(u User) bool {
	return u.otpAt == 0 && slices.ContainsFunc(s.conf.TwoStep, u.Has)
}

// TwoStep tells how the actor's own second step stands.
func (s *Service) TwoStep(ctx context.Context, a Actor) (t TwoStep, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		u, err := userByID(ctx, tx, a.ID, "")
		if err != nil {
			return err
		}
		t.On, t.Since, t.Required = u.otpAt != 0, moment(u.otpAt), slices.ContainsFunc(s.conf.TwoStep, u.Has)
		t.Left, err = recoveryLeft(ctx, tx, a.ID)
		return err
	})
	return t, err
}

// StartTwoStep gives a secret to be put into an authenticator. Nothing is asked
// for at sign-in before a code from it has been confirmed; starting again
// replaces the secret. The password is asked once more, so that a session left
// open on a desk cannot be bound to somebody else's telephone.
func (s *Service) StartTwoStep(ctx context.Context, a Actor, password string) (e Enrolment, err error) {
	if err := s.inPerson(ctx, a, password); err != nil {
		return e, err
	}
	secret := make([]byte, otpSecret)
	rand.Read(secret) // never fails since Go 1.24
	sealed, err := s.box.Seal(secret, otpAbout(a.ID))
	if err != nil {
		return e, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if u.otpAt != 0 {
			return fault.Conflictf("两步验证已经开启；更换手机请先关闭再重新开启，或请安全管理员重置")
		}
		e = Enrolment{Secret: base32Text.EncodeToString(secret), Address: otpAddress(s.conf.Issuer, u.Login, secret)}
		if err := putOTP(ctx, tx, a.ID, sealed); err != nil {
			return err
		}
		if err := deleteAttemptsOf(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, a, "twostep.start", u, nil)
	})
	return e, err
}

func otpAbout(userID string) string { return "otp " + userID }

// inPerson checks the password of whoever holds the session; tokens are refused.
func (s *Service) inPerson(ctx context.Context, a Actor, password string) error {
	if a.ByToken {
		return fault.Forbiddenf("访问令牌不能设置两步验证，请在网页登录后设置")
	}
	u, err := s.admit(ctx, sessionAttempt(a))
	if err != nil {
		return err
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	ok, err := s.hasher.verify(ctx, u.password, password)
	if err == nil && !ok {
		err = fault.Invalidf("密码不正确，请重新输入").With("password", "密码不正确")
	}
	return err
}

func sessionAttempt(a Actor) Attempt { return Attempt{Login: a.Login, Address: "session:" + a.Session} }

// ConfirmTwoStep switches the second step on with a code from the authenticator
// and gives the recovery codes, shown this once. Other sessions end: they were
// opened with a password alone.
func (s *Service) ConfirmTwoStep(ctx context.Context, a Actor, code string) (codes []string, err error) {
	if _, err := s.admit(ctx, sessionAttempt(a)); err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if u.otpAt != 0 {
			return fault.Conflictf("两步验证已经开启，请刷新")
		}
		plain, isOTP := plainCode(code)
		ok := false
		if isOTP {
			if ok, err = s.useOTP(ctx, tx, u, plain); db.IsMissing(err) {
				return fault.Conflictf("请先取得密钥并加到验证器里")
			} else if err != nil {
				return err
			}
		}
		if !ok {
			return fault.Invalidf("动态码不正确：请核对手机时间是否准确，并输入当前显示的 6 位数字").With("code", "不正确")
		}
		if err := setOTPAt(ctx, tx, u.ID, tx.Micros()); err != nil {
			return err
		}
		if codes, err = freshRecovery(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := deleteAttemptsOf(ctx, tx, u.ID); err != nil {
			return err
		}
		ended, err := revokeSessions(ctx, tx, u.ID, a.Session)
		if err != nil {
			return err
		}
		return note(ctx, tx, a, "twostep.on", u, map[string]any{"sessions_ended": ended})
	})
	return codes, err
}

func freshRecovery(ctx context.Context, tx *db.Tx, userID string) ([]string, error) {
	codes, hashes := make([]string, RecoveryCodes), make([][]byte, RecoveryCodes)
	for i := range codes {
		codes[i] = newRecovery()
		plain, _ := plainCode(codes[i])
		hashes[i] = recoveryHash(userID, plain)
	}
	return codes, replaceRecovery(ctx, tx, userID, hashes)
}

// useOTP checks a six-digit code and spends it.
func (s *Service) useOTP(ctx context.Context, tx *db.Tx, u User, code string) (bool, error) {
	sealed, last, err := otpOf(ctx, tx, u.ID)
	if err != nil {
		return false, err
	}
	secret, err := s.box.Open(sealed, otpAbout(u.ID))
	if err != nil { // a database that was restored without the data folder's key
		return false, fault.New(fault.Unavailable, "服务器上的密钥文件与数据库不是一套，动态码暂时不能核对：请改用恢复码，或请安全管理员重置两步验证").Because(err)
	}
	step, ok := otpMatch(secret, code, tx.Now, last)
	if !ok {
		return false, nil
	}
	return true, spendOTP(ctx, tx, u.ID, step)
}

// useCode checks the second step of a person who has it on, and spends the code.
// recovery tells which kind it was.
func (s *Service) useCode(ctx context.Context, tx *db.Tx, u User, typed string) (recovery bool, err error) {
	plain, isOTP := plainCode(typed)
	if strings.TrimSpace(typed) == "" {
		return false, errNeedCode
	}
	ok := false
	if isOTP {
		ok, err = s.useOTP(ctx, tx, u, plain)
	} else {
		ok, err = spendRecovery(ctx, tx, u.ID, recoveryHash(u.ID, plain))
	}
	if err == nil && !ok {
		err = errBadCode
	}
	return !isOTP, err
}

// RenewRecovery replaces all recovery codes, against a code.
func (s *Service) RenewRecovery(ctx context.Context, a Actor, code string) (codes []string, err error) {
	err = s.withCode(ctx, a, code, func(tx *db.Tx, u User) error {
		if codes, err = freshRecovery(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, a, "twostep.recovery", u, nil)
	})
	return codes, err
}

// StopTwoStep switches the second step off, against a code. Where the person's
// roles ask for it, it has to be switched on again at once: that is how a new
// telephone takes the old one's place.
func (s *Service) StopTwoStep(ctx context.Context, a Actor, code string) error {
	return s.withCode(ctx, a, code, func(tx *db.Tx, u User) error {
		if err := dropOTP(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, a, "twostep.off", u, nil)
	})
}

// withCode does something to the actor's own second step against a right code.
func (s *Service) withCode(ctx context.Context, a Actor, code string, f func(*db.Tx, User) error) error {
	if a.ByToken {
		return fault.Forbiddenf("访问令牌不能设置两步验证，请在网页登录后设置")
	}
	if _, err := s.admit(ctx, sessionAttempt(a)); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if u.otpAt == 0 {
			return fault.Conflictf("两步验证没有开启，请刷新")
		}
		if _, err := s.useCode(ctx, tx, u, code); err != nil {
			// Not 401: the session is good, and the page must not be left.
			return fault.Invalidf("动态码或恢复码不正确，每个码只能用一次").With("code", "不正确或已用过")
		}
		if err := deleteAttemptsOf(ctx, tx, u.ID); err != nil {
			return err
		}
		return f(tx, u)
	})
}

// ResetTwoStep takes a lost second step off another person's account: by a
// security administrator, never by oneself, and with a reason. Sessions end. Who
// lost it signs in with the password and, where the roles ask for it, enrols
// anew. On the machine itself the system may too, for the last administrator.
func (s *Service) ResetTwoStep(ctx context.Context, by Actor, id, reason string) error {
	if err := s.policy.Require(by, UserGrant, Scope{}); err != nil {
		return err
	}
	if by.ID == id {
		return fault.Forbiddenf("不能重置自己的两步验证，请由另一位安全管理员办理")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.Invalidf("请写明重置的理由和怎样核实了本人").With("reason", "请填写")
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if u.otpAt == 0 {
			return fault.Conflictf("%s没有开启两步验证，不需要重置", u.Name)
		}
		if err := dropOTP(ctx, tx, u.ID); err != nil {
			return err
		}
		if _, err := revokeSessions(ctx, tx, u.ID, ""); err != nil {
			return err
		}
		return note(ctx, tx, by, "twostep.reset", u, map[string]any{"reason": reason})
	})
}
