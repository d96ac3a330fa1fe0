package auth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

// office is a service with a few people, each able to sign in with password.
type office struct {
	*auth.Service
	t  *testing.T
	db *db.DB
	c  *dbtest.Clock
}

const password = "Tqvz-8842-kmw"

var (
	ctx = context.Background()
	sys = auth.System("test")
	// fast keeps tests quick; the strength of argon2id is not what they test.
	fast = auth.HashCost{MemoryKiB: 64, Passes: 1, Lanes: 1}
)

func each(t *testing.T, f func(o office)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		f(office{auth.New(d, auth.DefaultPolicy(), auth.Config{Hash: fast}), t, d, c})
	})
}

// person opens an account with the rights, able to sign in.
func (o office) person(login string, r auth.Rights) auth.User {
	o.t.Helper()
	u, err := o.Provision(ctx, sys, auth.Account{Profile: auth.Profile{Login: login, Name: "某" + login}, Rights: r, Password: password})
	if err != nil {
		o.t.Fatal(err)
	}
	return u
}

func (o office) officer(r auth.Role) auth.Actor {
	o.t.Helper()
	o.person(string(r), auth.Rights{Roles: []auth.Role{r}})
	return o.login(string(r)).Actor
}

func (o office) login(login string) auth.SignedIn {
	o.t.Helper()
	in, err := o.Login(ctx, auth.Attempt{Login: login, Password: password, Device: "浏览器", Address: "10.0.0.1"})
	if err != nil {
		o.t.Fatalf("login %s: %v", login, err)
	}
	return in
}

func (o office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// refused checks the kind and a piece of the sentence.
func (o office) refused(what string, err error, kind fault.Kind, piece string) {
	o.t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(err.Error(), piece) {
		o.t.Errorf("%s: got %v (%s), want %s with %q", what, err, fault.KindOf(err), kind, piece)
	}
}

func (o office) audited() []string {
	o.t.Helper()
	var rows []string
	o.must(o.db.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = db.All(ctx, tx, db.Value[string], `SELECT body FROM audit_entry ORDER BY id`)
		return err
	}))
	return rows
}

func (o office) actions() []string {
	out := []string{}
	for _, row := range o.audited() {
		var e struct{ Action string }
		o.must(json.Unmarshal([]byte(row), &e))
		out = append(out, e.Action)
	}
	return out
}

func TestLogin_OpensASessionThatNamesThePerson(t *testing.T) {
	each(t, func(o office) {
		u := o.person("Zhang", auth.Rights{Roles: []auth.Role{auth.Inspector, auth.Clerk}, Area: "330302"})
		in, err := o.Login(ctx, auth.Attempt{Login: " ZHANG ", Password: password, Device: "d", Address: "10.0.0.9"})
		o.must(err)
		a, err := o.BySession(ctx, in.Token)
		o.must(err)
		if a.ID != u.ID || a.Login != "zhang" || !slices.Equal(a.Roles, []auth.Role{auth.Clerk, auth.Inspector}) || a.Area != "330302" || a.Session == "" || a.ByToken {
			t.Errorf("actor %+v", a)
		}
		for _, bad := range []string{"", "x", in.Token + "x", strings.ToLower(in.Token), strings.Repeat("x", 5000)} {
			_, err := o.BySession(ctx, bad)
			o.refused("cookie "+bad[:min(9, len(bad))], err, fault.Unauthorized, "重新登录")
		}
		_, err = o.ByToken(ctx, in.Token)
		o.refused("a cookie as token", err, fault.Unauthorized, "访问令牌")
	})
}

func TestLogin_SameSentenceForEveryRefusal(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		o.person("boss", auth.Rights{Roles: []auth.Role{auth.Admin}})
		gone := o.person("gone", auth.Rights{})
		o.must(o.Deactivate(ctx, sys, gone.ID))
		_, err := o.Provision(ctx, sys, auth.Account{Profile: auth.Profile{Login: "script", Name: "脚本"}})
		o.must(err)
		sentences := map[string]bool{}
		for i, a := range []auth.Attempt{{Login: "zhang", Password: "wrong"}, {Login: "nobody", Password: password},
			{Login: "gone", Password: password}, {Login: "script", Password: ""}, {Login: "", Password: ""},
			{Login: "zhang", Password: strings.Repeat("x", 1<<20)}} {
			a.Address = fmt.Sprint("10.0.0.", i)
			_, err := o.Login(ctx, a)
			o.refused(a.Login, err, fault.Unauthorized, "")
			sentences[fmt.Sprint(err)] = true
		}
		if len(sentences) != 1 {
			t.Errorf("the refusals differ: %v", sentences)
		}
	})
}

func TestLogin_LocksAfterFiveFailuresWhetherOrNotTheLoginExists(t *testing.T) {
	each(t, func(o office) {
		u := o.person("zhang", auth.Rights{})
		for _, login := range []string{"zhang", "nobody"} {
			for i := range 5 {
				_, err := o.Login(ctx, auth.Attempt{Login: login, Password: "wrong", Address: fmt.Sprint("10.1.", i, ".1")})
				o.refused("try", err, fault.Unauthorized, "不正确")
			}
			_, err := o.Login(ctx, auth.Attempt{Login: login, Password: password, Address: "10.9.0.1"})
			o.refused(login+" sixth, right password", err, fault.TooMany, "约 15 分钟")
		}
		got, err := o.User(ctx, sys, u.ID)
		o.must(err)
		if want := o.c.Now().Add(15 * time.Minute); !got.LockedUntil.Equal(want) {
			t.Errorf("locked until %v, want %v", got.LockedUntil, want)
		}
		o.c.Advance(14 * time.Minute)
		_, err = o.Login(ctx, auth.Attempt{Login: "zhang", Password: password, Address: "10.9.0.1"})
		o.refused("knocking does not prolong", err, fault.TooMany, "约 1 分钟")
		o.c.Advance(time.Minute)
		o.login("zhang")
		if got, err = o.User(ctx, sys, u.ID); err != nil || !got.LockedUntil.IsZero() {
			t.Errorf("after the lock: %v, %v", got.LockedUntil, err)
		}
	})
}

func TestLogin_SuccessForgetsFailures(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		for range 3 {
			for range 4 {
				_, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: "wrong", Address: "10.0.0.2"})
				o.refused("try", err, fault.Unauthorized, "")
			}
			o.login("zhang")
		}
	})
}

func TestLogin_AddressLockDoesNotLockOthersOut(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		for i := range 30 {
			_, err := o.Login(ctx, auth.Attempt{Login: fmt.Sprint("guess", i), Password: "wrong", Address: "2001:db8::1"})
			o.refused("try", err, fault.Unauthorized, "")
		}
		for range 9 { // from a locked address: refused, and not counted against the login
			_, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: password, Address: "2001:db8::2"})
			o.refused("same network", err, fault.TooMany, "锁定")
		}
		o.login("zhang")
	})
}

// Parallel guesses cannot pass the limit: each is counted before its password
// is looked at.
func TestLogin_ParallelGuessesAreCounted(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		var looked, locked atomic.Int64
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				_, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: "wrong", Address: fmt.Sprint("10.2.", i, ".1")})
				switch fault.KindOf(err) {
				case fault.Unauthorized:
					looked.Add(1)
				case fault.TooMany:
					locked.Add(1)
				default:
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if looked.Load() != 5 || locked.Load() != 35 {
			t.Errorf("%d guesses were looked at, %d refused", looked.Load(), locked.Load())
		}
	})
}

func TestUnlock_ByAdministrator(t *testing.T) {
	each(t, func(o office) {
		admin, sec := o.officer(auth.Admin), o.officer(auth.SecAdmin)
		u := o.person("zhang", auth.Rights{})
		for range 5 {
			_, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: "wrong", Address: "10.0.0.2"})
			o.refused("try", err, fault.Unauthorized, "")
		}
		list, err := o.Users(ctx, admin, auth.Filter{Text: "ZHANG", Limit: 10})
		o.must(err)
		if len(list.Items) != 1 || list.Items[0].LockedUntil.IsZero() {
			t.Errorf("list %+v", list)
		}
		o.refused("secadmin", o.Unlock(ctx, sec, u.ID), fault.Forbidden, "权限")
		o.must(o.Unlock(ctx, admin, u.ID))
		o.login("zhang")
	})
}

func TestSession_IdleAndAbsoluteLimits(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		in := o.login("zhang")
		for range 24 { // 29 minutes of rest at a time keep it alive for 11.6 h
			o.c.Advance(29 * time.Minute)
			_, err := o.BySession(ctx, in.Token)
			o.must(err)
		}
		o.c.Advance(24*time.Minute - time.Microsecond)
		_, err := o.BySession(ctx, in.Token)
		o.must(err)
		o.c.Advance(time.Microsecond)
		_, err = o.BySession(ctx, in.Token)
		o.refused("after 12 h", err, fault.Unauthorized, "重新登录")

		in = o.login("zhang")
		o.c.Advance(30 * time.Minute)
		_, err = o.BySession(ctx, in.Token)
		o.refused("after 30 min idle", err, fault.Unauthorized, "重新登录")

		in = o.login("zhang") // an open page that refreshes itself is no activity
		for range 29 {
			o.c.Advance(time.Minute)
			a, err := o.Refresh(ctx, in.Actor)
			o.must(err)
			if a.ID != in.Actor.ID || a.Session != in.Actor.Session {
				t.Errorf("refreshed %+v", a)
			}
		}
		o.c.Advance(time.Minute)
		_, err = o.Refresh(ctx, in.Actor)
		o.refused("an open page of an idle session", err, fault.Unauthorized, "重新登录")
	})
}

// On a disk that takes no more, people can still look.
func TestSession_CountsWhereItsUseCannotBeNoted(t *testing.T) {
	each(t, func(o office) {
		if o.db.Engine() != db.SQLite {
			return // the fault is made with a trigger of SQLite
		}
		u := o.person("zhang", auth.Rights{})
		in := o.login("zhang")
		_, secret, err := o.IssueToken(ctx, sys, u.ID, "t", 1)
		o.must(err)
		o.must(o.db.Write(ctx, func(tx *db.Tx) error {
			for _, table := range []string{"app_session", "app_token"} {
				if _, err := tx.ExecContext(ctx, `CREATE TRIGGER full_`+table+` BEFORE UPDATE ON `+table+` BEGIN SELECT RAISE(ABORT, 'full'); END`); err != nil {
					return err
				}
			}
			return nil
		}))
		o.c.Advance(5 * time.Minute)
		if a, err := o.BySession(ctx, in.Token); err != nil || a.ID != u.ID {
			t.Errorf("session: %v, %v", a.ID, err)
		}
		if a, err := o.ByToken(ctx, secret); err != nil || a.ID != u.ID {
			t.Errorf("token: %v, %v", a.ID, err)
		}
		o.c.Advance(25 * time.Minute)
		_, err = o.BySession(ctx, in.Token)
		o.refused("it ends no later", err, fault.Unauthorized, "重新登录")
	})
}

func TestSessions_ListAndRevoke(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		o.person("li", auth.Rights{})
		one, two, other := o.login("zhang"), o.login("zhang"), o.login("li")
		list, err := o.Sessions(ctx, one.Actor)
		o.must(err)
		if len(list) != 2 || list[0].Current || !list[1].Current || list[0].Device != "浏览器" || list[0].Address != "10.0.0.1" {
			t.Errorf("sessions %+v", list)
		}
		o.refused("another's", o.RevokeSession(ctx, one.Actor, other.Actor.Session), fault.NotFound, "")
		o.must(o.RevokeSession(ctx, one.Actor, two.Actor.Session))
		o.refused("twice", o.RevokeSession(ctx, one.Actor, two.Actor.Session), fault.NotFound, "")
		_, err = o.BySession(ctx, two.Token)
		o.refused("revoked", err, fault.Unauthorized, "")
		_, err = o.Refresh(ctx, two.Actor)
		o.refused("a stream of a revoked session", err, fault.Unauthorized, "")
		o.must(o.Logout(ctx, one.Actor))
		_, err = o.BySession(ctx, one.Token)
		o.refused("after sign-out", err, fault.Unauthorized, "")
		if _, err := o.BySession(ctx, other.Token); err != nil {
			t.Error("another person was signed out")
		}
	})
}

func TestChangePassword_RotatesAndEndsOtherSessions(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		one, two := o.login("zhang"), o.login("zhang")
		const fresh = "Mnbv-7731-qwx"
		_, err := o.ChangePassword(ctx, one.Actor, "wrong", fresh)
		o.refused("wrong old", err, fault.Invalid, "原密码不正确")
		_, err = o.ChangePassword(ctx, one.Actor, password, password)
		o.refused("same", err, fault.Invalid, "不能与原密码相同")
		_, err = o.ChangePassword(ctx, one.Actor, password, "short")
		o.refused("weak", err, fault.Invalid, "至少 10")
		in, err := o.ChangePassword(ctx, one.Actor, password, fresh)
		o.must(err)
		for _, old := range []auth.SignedIn{one, two} {
			_, err := o.BySession(ctx, old.Token)
			o.refused("old secret", err, fault.Unauthorized, "")
		}
		a, err := o.BySession(ctx, in.Token)
		o.must(err)
		if a.Session != one.Actor.Session || !in.Expires.Equal(one.Expires) {
			t.Error("the session was not renewed in place")
		}
		_, err = o.Login(ctx, auth.Attempt{Login: "zhang", Password: password, Address: "10.0.0.3"})
		o.refused("old password", err, fault.Unauthorized, "")
	})
}

func TestPassword_MustBeChangedAtFirstSignInAndAfter90Days(t *testing.T) {
	each(t, func(o office) {
		admin := o.officer(auth.Admin)
		u, first, err := o.CreateUser(ctx, admin, auth.Profile{Login: "zhang", Name: "张三"})
		o.must(err)
		if !u.MustChange || len(u.Roles) != 0 {
			t.Errorf("new account %+v", u)
		}
		in, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: first, Address: "10.0.0.3"})
		o.must(err)
		if !in.Actor.MustChange {
			t.Error("a first password need not be changed")
		}
		in, err = o.ChangePassword(ctx, in.Actor, first, password)
		o.must(err)
		if a, err := o.BySession(ctx, in.Token); err != nil || a.MustChange {
			t.Errorf("after the change: %+v, %v", a, err)
		}
		o.c.Advance(90 * 24 * time.Hour)
		if o.login("zhang").Actor.MustChange {
			t.Error("too early")
		}
		o.c.Advance(time.Second)
		if !o.login("zhang").Actor.MustChange {
			t.Error("a password of 90 days need not be changed")
		}
	})
}

func TestHash_IsRenewedWhenTheCostChanges(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		stronger := auth.New(o.db, auth.DefaultPolicy(), auth.Config{Hash: auth.HashCost{MemoryKiB: 128, Passes: 1, Lanes: 1}})
		for range 2 {
			_, err := stronger.Login(ctx, auth.Attempt{Login: "zhang", Password: password, Address: "10.0.0.3"})
			o.must(err)
		}
		var phc string
		o.must(o.db.Read(ctx, func(tx *db.Tx) (err error) {
			phc, err = db.One(ctx, tx, db.Value[string], `SELECT password FROM app_user WHERE login = 'zhang'`)
			return err
		}))
		if !strings.Contains(phc, "$m=128,t=1,p=1$") {
			t.Errorf("stored %s", phc)
		}
	})
}

func TestToken_LivesUntilExpiryOrRevocation(t *testing.T) {
	each(t, func(o office) {
		u := o.person("zhang", auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330300"})
		in := o.login("zhang")
		tok, secret, err := o.CreateToken(ctx, in.Actor, "导出脚本", 1)
		o.must(err)
		if !strings.HasPrefix(secret, "qs_pat_") || len(secret) != len("qs_pat_")+43 {
			t.Errorf("secret of %d characters", len(secret))
		}
		a, err := o.ByToken(ctx, secret)
		o.must(err)
		if a.ID != u.ID || !a.ByToken || a.Session != tok.ID || !a.Has(auth.Clerk) {
			t.Errorf("actor %+v", a)
		}
		_, _, err = o.CreateToken(ctx, a, "子令牌", 1)
		o.refused("a token breeds", err, fault.Forbidden, "令牌")
		_, err = o.ChangePassword(ctx, a, password, "Mnbv-7731-qwx")
		o.refused("a token changes the password", err, fault.Forbidden, "令牌")
		_, err = o.BySession(ctx, secret)
		o.refused("a token as cookie", err, fault.Unauthorized, "")
		list, err := o.Tokens(ctx, in.Actor)
		o.must(err)
		if len(list) != 1 || list[0].Name != "导出脚本" || list[0].UsedAt.IsZero() {
			t.Errorf("tokens %+v", list)
		}
		o.c.Advance(24 * time.Hour)
		_, err = o.ByToken(ctx, secret)
		o.refused("expired", err, fault.Unauthorized, "过期")

		in = o.login("zhang")
		tok, secret, err = o.CreateToken(ctx, in.Actor, "又一个", 0)
		o.must(err)
		if want := o.c.Now().AddDate(0, 0, auth.DefaultTokenDays); !tok.ExpiresAt.Equal(want) {
			t.Errorf("expires %v, want %v", tok.ExpiresAt, want)
		}
		o.must(o.RevokeToken(ctx, in.Actor, tok.ID))
		_, err = o.ByToken(ctx, secret)
		o.refused("revoked", err, fault.Unauthorized, "")
		for _, days := range []int{-1, 367} {
			_, _, err = o.CreateToken(ctx, in.Actor, "太久", days)
			o.refused("days", err, fault.Invalid, "366")
		}
		_, _, err = o.IssueToken(ctx, in.Actor, u.ID, "他人", 1)
		o.refused("for another", err, fault.Forbidden, "")
	})
}

// Rights are read anew at each request, so what another process changes counts
// at once.
func TestRights_CountAtOnce(t *testing.T) {
	each(t, func(o office) {
		u := o.person("zhang", auth.Rights{})
		_, secret, err := o.IssueToken(ctx, sys, u.ID, "t", 1)
		o.must(err)
		other := auth.New(o.db, auth.DefaultPolicy(), auth.Config{Hash: fast})
		_, err = other.Grant(ctx, sys, u.ID, auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}, u.Version)
		o.must(err)
		a, err := o.ByToken(ctx, secret)
		o.must(err)
		if !a.Has(auth.Clerk) || a.Area != "330302" {
			t.Errorf("actor %+v", a)
		}
		o.must(other.Deactivate(ctx, sys, u.ID))
		_, err = o.ByToken(ctx, secret)
		o.refused("deactivated", err, fault.Unauthorized, "")
		_, err = o.Refresh(ctx, a)
		o.refused("an open stream", err, fault.Unauthorized, "")
	})
}

func TestAudit_HoldsEveryVerbAndNoSecret(t *testing.T) {
	each(t, func(o office) {
		admin, sec := o.officer(auth.Admin), o.officer(auth.SecAdmin)
		u, first, err := o.CreateUser(ctx, admin, auth.Profile{Login: "zhang", Name: "张三", Phone: "13800000000", Email: "z@example.cn"})
		o.must(err)
		u, err = o.Grant(ctx, sec, u.ID, auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}, u.Version)
		o.must(err)
		in, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: first, Address: "10.0.0.3"})
		o.must(err)
		in2, err := o.ChangePassword(ctx, in.Actor, first, password)
		o.must(err)
		_, secret, err := o.CreateToken(ctx, in2.Actor, "脚本", 1)
		o.must(err)
		_, err = o.Login(ctx, auth.Attempt{Login: "Typed-My-Passw0rd-Here", Password: "Guess-9", Address: "10.0.0.4"})
		o.refused("guess", err, fault.Unauthorized, "")
		_, err = o.UpdateUser(ctx, admin, u.ID, auth.Profile{Login: "zhang", Name: "张三", Phone: "13900000000"}, u.Version)
		o.must(err)
		reset, err := o.ResetPassword(ctx, admin, u.ID)
		o.must(err)
		o.must(o.Unlock(ctx, admin, u.ID))
		o.must(o.Deactivate(ctx, admin, u.ID))
		o.must(o.Activate(ctx, admin, u.ID))
		got := o.actions()
		want := []string{"user.create", "session.open", "user.create", "session.open", "user.create", "user.grant", "session.open", "user.password",
			"token.create", "session.refuse", "user.update", "user.reset", "user.unlock", "user.deactivate", "user.activate"}
		if !slices.Equal(got, want) {
			t.Errorf("actions %v", got)
		}
		all := strings.ToLower(strings.Join(o.audited(), "\n"))
		for _, s := range []string{first, password, reset, secret, in.Token, in2.Token, "typed-my-passw0rd", "guess-9", "13800000000", "13900000000", "z@example.cn"} {
			if strings.Contains(all, strings.ToLower(s)) {
				t.Errorf("the log holds %q", s)
			}
		}
	})
}

func TestTidy_DeletesWhatHasCeasedToMatter(t *testing.T) {
	each(t, func(o office) {
		o.person("zhang", auth.Rights{})
		o.login("zhang")
		_, err := o.Login(ctx, auth.Attempt{Login: "zhang", Password: "wrong", Address: "10.0.0.2"})
		o.refused("try", err, fault.Unauthorized, "")
		count := func(table string) (n int) {
			o.must(o.db.Read(ctx, func(tx *db.Tx) (err error) {
				n, err = db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM `+table)
				return err
			}))
			return n
		}
		o.must(o.Tidy(ctx))
		if count("app_session") != 1 || count("app_attempt") != 3 {
			t.Errorf("too early: %d sessions, %d counters", count("app_session"), count("app_attempt"))
		}
		o.c.Advance(91 * 24 * time.Hour)
		o.must(o.Tidy(ctx))
		if count("app_session") != 0 || count("app_attempt") != 0 {
			t.Errorf("left: %d sessions, %d counters", count("app_session"), count("app_attempt"))
		}
	})
}
