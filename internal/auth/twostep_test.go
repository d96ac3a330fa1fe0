package auth_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

// guarded is an office whose reward desk must sign in with a second step.
func guarded(t *testing.T, f func(o office)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		f(office{auth.New(d, auth.DefaultPolicy(), auth.Config{Hash: fast, TwoStep: []auth.Role{auth.Reward, auth.SecAdmin}}), t, d, c})
	})
}

// enrol binds an authenticator and gives its secret and the recovery codes.
func (o office) enrol(a auth.Actor) (secret string, codes []string) {
	o.t.Helper()
	e, err := o.StartTwoStep(ctx, a, password)
	o.must(err)
	codes, err = o.ConfirmTwoStep(ctx, a, auth.CodeAt(e.Secret, o.c.Now()))
	o.must(err)
	return e.Secret, codes
}

func (o office) try(login, code string) (auth.SignedIn, error) {
	return o.Login(ctx, auth.Attempt{Login: login, Password: password, Code: code, Address: "10.0.0.1"})
}

func (o office) did(action string) (n int) {
	o.t.Helper()
	o.must(o.db.Read(ctx, func(tx *db.Tx) error {
		return audit.EachOf(ctx, tx, action, func(r audit.Row) error {
			if strings.Contains(string(r.Detail), "secret") {
				o.t.Errorf("the log tells a secret: %s", r.Detail)
			}
			n++
			return nil
		})
	}))
	return n
}

func TestTwoStep_AsksForACodeThatCountsOnce(t *testing.T) {
	guarded(t, func(o office) {
		o.person("li", auth.Rights{Roles: []auth.Role{auth.Clerk}})
		first := o.login("li")
		if first.Actor.MustEnrol {
			t.Error("a clerk need not")
		}
		stale := o.login("li")
		secret, codes := o.enrol(first.Actor)
		if len(codes) != auth.RecoveryCodes {
			t.Fatalf("%d recovery codes", len(codes))
		}
		if _, err := o.BySession(ctx, stale.Token); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a session opened with the password alone goes on: %v", err)
		}
		_, err := o.try("li", "")
		o.refused("no code", err, fault.Unauthorized, "动态码")
		if _, err = o.Login(ctx, auth.Attempt{Login: "li", Password: "wrong", Code: auth.CodeAt(secret, o.c.Now()), Address: "10.0.0.1"}); !fault.Is(err, fault.Unauthorized) || strings.Contains(err.Error(), "动态码") {
			t.Errorf("a code does not stand for the password, nor tells that it was wrong: %v", err)
		}
		_, err = o.try("li", auth.CodeAt(secret, o.c.Now()))
		o.refused("the code that confirmed is spent", err, fault.Unauthorized, "只能用一次")
		o.c.Advance(30 * time.Second)
		code := auth.CodeAt(secret, o.c.Now())
		in, err := o.try("li", code)
		o.must(err)
		if in.Actor.MustEnrol {
			t.Error("enrolled already")
		}
		_, err = o.try("li", code)
		o.refused("a replay", err, fault.Unauthorized, "只能用一次")
		_, err = o.try("li", codes[3])
		o.must(err)
		_, err = o.try("li", codes[3])
		o.refused("a recovery code twice", err, fault.Unauthorized, "只能用一次")
		_, err = o.try("li", strings.ToUpper(strings.ReplaceAll(codes[0], "-", " ")))
		o.must(err)
		s, err := o.TwoStep(ctx, in.Actor)
		o.must(err)
		if !s.On || s.Left != auth.RecoveryCodes-2 || s.Required {
			t.Errorf("state %+v", s)
		}
	})
}

func TestTwoStep_WrongCodesLock(t *testing.T) {
	guarded(t, func(o office) {
		o.person("li", auth.Rights{Roles: []auth.Role{auth.Reward}})
		secret, _ := o.enrol(o.login("li").Actor)
		o.c.Advance(time.Minute)
		for range auth.Defaults.LoginFailures {
			_, err := o.try("li", "000000")
			o.refused("guess", err, fault.Unauthorized, "不正确")
		}
		_, err := o.try("li", auth.CodeAt(secret, o.c.Now()))
		o.refused("locked, even with the right code", err, fault.TooMany, "锁定")
		o.c.Advance(auth.Defaults.Lock + time.Second)
		_, err = o.try("li", auth.CodeAt(secret, o.c.Now()))
		o.must(err)
	})
}

func TestTwoStep_OneCodeOpensOneSession(t *testing.T) {
	guarded(t, func(o office) {
		o.person("li", auth.Rights{Roles: []auth.Role{auth.Reward}})
		secret, codes := o.enrol(o.login("li").Actor)
		o.c.Advance(time.Minute)
		for _, code := range []string{auth.CodeAt(secret, o.c.Now()), codes[0]} {
			var opened atomic.Int32
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if _, err := o.try("li", code); err == nil {
						opened.Add(1)
					}
				})
			}
			wg.Wait()
			if opened.Load() != 1 {
				t.Errorf("%d sessions with one code", opened.Load())
			}
		}
	})
}

func TestTwoStep_RolesThatMustAreHeldUp(t *testing.T) {
	guarded(t, func(o office) {
		u := o.person("li", auth.Rights{Roles: []auth.Role{auth.Reward}})
		in := o.login("li")
		if !in.Actor.MustEnrol {
			t.Error("the reward desk must")
		}
		_, token, err := o.IssueToken(ctx, sys, u.ID, "脚本", 1)
		o.must(err)
		if a, err := o.ByToken(ctx, token); err != nil || a.MustEnrol {
			t.Errorf("a program cannot enrol: %v %v", err, a.MustEnrol)
		}
		o.enrol(in.Actor)
		if a, err := o.BySession(ctx, in.Token); err != nil || a.MustEnrol {
			t.Errorf("%v, must enrol %v", err, a.MustEnrol)
		}
		if s, err := o.TwoStep(ctx, in.Actor); err != nil || !s.Required || !s.On {
			t.Errorf("%v %+v", err, s)
		}
	})
}

func TestTwoStep_EnrolmentNeedsThePersonAndARightCode(t *testing.T) {
	guarded(t, func(o office) {
		u := o.person("li", auth.Rights{Roles: []auth.Role{auth.Reward}})
		in := o.login("li")
		_, err := o.StartTwoStep(ctx, in.Actor, "not it")
		o.refused("another password", err, fault.Invalid, "密码不正确")
		byToken := in.Actor
		byToken.ByToken = true
		_, err = o.StartTwoStep(ctx, byToken, password)
		o.refused("by token", err, fault.Forbidden, "令牌")
		_, err = o.ConfirmTwoStep(ctx, in.Actor, "123456")
		o.refused("before starting", err, fault.Conflict, "先取得密钥")
		e, err := o.StartTwoStep(ctx, in.Actor, password)
		o.must(err)
		if !strings.HasPrefix(e.Address, "otpauth://totp/") || !strings.Contains(e.Address, e.Secret) {
			t.Errorf("address %s", e.Address)
		}
		_, err = o.ConfirmTwoStep(ctx, in.Actor, "000000")
		o.refused("a wrong code", err, fault.Invalid, "不正确")
		again, err := o.StartTwoStep(ctx, in.Actor, password) // the picture was lost: start anew
		o.must(err)
		_, err = o.ConfirmTwoStep(ctx, in.Actor, auth.CodeAt(e.Secret, o.c.Now()))
		o.refused("the secret that was replaced", err, fault.Invalid, "不正确")
		_, err = o.ConfirmTwoStep(ctx, in.Actor, auth.CodeAt(again.Secret, o.c.Now()))
		o.must(err)
		_, err = o.StartTwoStep(ctx, in.Actor, password)
		o.refused("when on", err, fault.Conflict, "已经开启")
		o.must(o.db.Read(ctx, func(tx *db.Tx) error {
			secrets, err := db.All(ctx, tx, db.Value[[]byte], `SELECT secret FROM app_otp WHERE user_id = $1`, u.ID)
			if len(secrets) != 1 || strings.Contains(string(secrets[0]), again.Secret) || len(secrets[0]) < 40 {
				t.Errorf("secrets at rest: %d", len(secrets))
			}
			return err
		}))
	})
}

func TestTwoStep_RenewAndStopNeedACode(t *testing.T) {
	guarded(t, func(o office) {
		o.person("li", auth.Rights{Roles: []auth.Role{auth.Reward}})
		in := o.login("li")
		secret, codes := o.enrol(in.Actor)
		o.c.Advance(time.Minute)
		_, err := o.RenewRecovery(ctx, in.Actor, "000000")
		o.refused("a wrong code", err, fault.Invalid, "不正确")
		fresh, err := o.RenewRecovery(ctx, in.Actor, auth.CodeAt(secret, o.c.Now()))
		o.must(err)
		if slices.ContainsFunc(fresh, func(c string) bool { return slices.Contains(codes, c) }) {
			t.Error("old codes again")
		}
		_, err = o.try("li", codes[1])
		o.refused("an old recovery code", err, fault.Unauthorized, "不正确")
		o.refused("a wrong code", o.StopTwoStep(ctx, in.Actor, "zzzz"), fault.Invalid, "不正确")
		o.must(o.StopTwoStep(ctx, in.Actor, fresh[0]))
		if a, err := o.BySession(ctx, in.Token); err != nil || !a.MustEnrol {
			t.Errorf("%v: must enrol again %v", err, a.MustEnrol)
		}
		if _, err := o.try("li", ""); err != nil {
			t.Errorf("after stopping: %v", err)
		}
	})
}

func TestTwoStep_ResetIsAnotherPersonsAndLogged(t *testing.T) {
	guarded(t, func(o office) {
		sec := o.officer(auth.SecAdmin)
		u := o.person("li", auth.Rights{Roles: []auth.Role{auth.Reward}})
		o.refused("nothing to reset", o.ResetTwoStep(ctx, sec, u.ID, "丢失"), fault.Conflict, "没有开启")
		in := o.login("li")
		_, codes := o.enrol(in.Actor)
		o.refused("an administrator", o.ResetTwoStep(ctx, o.officer(auth.Admin), u.ID, "丢失"), fault.Forbidden, "权限")
		o.refused("oneself", o.ResetTwoStep(ctx, sec, sec.ID, "丢失"), fault.Forbidden, "自己")
		o.refused("without a reason", o.ResetTwoStep(ctx, sec, u.ID, "  "), fault.Invalid, "理由")
		o.must(o.ResetTwoStep(ctx, sec, u.ID, "手机丢失，当面核实"))
		if _, err := o.BySession(ctx, in.Token); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("the session goes on: %v", err)
		}
		again, err := o.try("li", codes[0])
		o.must(err)
		if !again.Actor.MustEnrol {
			t.Error("must enrol anew")
		}
		for _, action := range []string{"twostep.start", "twostep.on", "twostep.reset"} {
			if o.did(action) != 1 {
				t.Errorf("%s %d times in the log", action, o.did(action))
			}
		}
	})
}
