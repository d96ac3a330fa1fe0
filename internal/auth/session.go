package auth

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Session is one browser in which a person is signed in.
type Session struct {
	ID        string
	Device    string
	Address   string
	CreatedAt time.Time
	SeenAt    time.Time // within a minute
	ExpiresAt time.Time
	Current   bool // the one that asks
}

var (
	errSession = fault.New(fault.Unauthorized, "登录已失效，请重新登录")
	errToken   = fault.New(fault.Unauthorized, "访问令牌无效或已过期，请重新申请")
)

// seenStep is how stale seen_at may grow, so that reading does not write at
// every request; idle time is exact to this much.
const seenStep = time.Minute

// BySession finds who holds a session cookie. The session must be neither
// revoked nor idle nor past its end, and its person active.
func (s *Service) BySession(ctx context.Context, token string) (Actor, error) {
	if token == "" || len(token) > 128 {
		return Actor{}, errSession
	}
	return s.bySession(ctx, true, func(tx *db.Tx) (liveSession, error) { return sessionByHash(ctx, tx, secretHash(token)) })
}

// Refresh reads a signed-in person's rights anew, for connections that outlive
// a request; it fails once the session or token no longer counts. An open page
// is no activity: it does not keep an idle session alive.
func (s *Service) Refresh(ctx context.Context, a Actor) (Actor, error) {
	if a.ByToken {
		return s.byToken(ctx, func(tx *db.Tx) (liveToken, error) { return tokenByID(ctx, tx, a.Session) })
	}
	return s.bySession(ctx, false, func(tx *db.Tx) (liveSession, error) { return sessionByID(ctx, tx, a.Session) })
}

// bySession checks a session; acting says that its person does something now.
func (s *Service) bySession(ctx context.Context, acting bool, find func(*db.Tx) (liveSession, error)) (Actor, error) {
	var a Actor
	var id string
	var stale bool
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		ses, err := find(tx)
		if db.IsMissing(err) {
			return errSession
		}
		if err != nil {
			return err
		}
		idle := tx.Now.Sub(ses.SeenAt)
		if ses.revoked || idle >= s.conf.Idle || !tx.Now.Before(ses.ExpiresAt) {
			return errSession
		}
		id, stale = ses.ID, idle >= min(seenStep, s.conf.Idle/4)
		a, err = s.actorOf(ctx, tx, ses.user, errSession)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	a.Session = id
	if stale && acting {
		s.touch(ctx, func(tx *db.Tx) error { return touchSession(ctx, tx, id) })
	}
	return a, nil
}

// touch notes that a session or token was used. Where that cannot be written, on
// a full disk for one, people must still be able to look at what is wrong; the
// session then only ends earlier.
func (s *Service) touch(ctx context.Context, f func(*db.Tx) error) {
	if err := s.db.Write(ctx, f); err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "the use of a session could not be noted", "err", err)
	}
}

// actorOf reads a person's present rights, or gives the refusal when the person
// is no longer active.
func (s *Service) actorOf(ctx context.Context, tx *db.Tx, userID string, refuse error) (Actor, error) {
	u, err := userByID(ctx, tx, userID, "")
	if err != nil {
		return Actor{}, err
	}
	if !u.Active {
		return Actor{}, refuse
	}
	a := s.actor(u)
	a.Deputises, err = deputises(ctx, tx, u.ID)
	return a, err
}

// ByToken finds who holds a personal access token.
func (s *Service) ByToken(ctx context.Context, token string) (Actor, error) {
	if !strings.HasPrefix(token, tokenPrefix) || len(token) > 128 {
		return Actor{}, errToken
	}
	return s.byToken(ctx, func(tx *db.Tx) (liveToken, error) { return tokenByHash(ctx, tx, secretHash(token)) })
}

func (s *Service) byToken(ctx context.Context, find func(*db.Tx) (liveToken, error)) (Actor, error) {
	var a Actor
	var id string
	var stale bool
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		t, err := find(tx)
		if db.IsMissing(err) {
			return errToken
		}
		if err != nil {
			return err
		}
		if t.revoked || !tx.Now.Before(t.ExpiresAt) {
			return errToken
		}
		id, stale = t.ID, tx.Now.Sub(t.UsedAt) >= seenStep
		a, err = s.actorOf(ctx, tx, t.user, errToken)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	a.Session, a.ByToken = id, true
	a.MustChange, a.MustEnrol = false, false // a script cannot choose a password; the browser asks
	if stale {
		s.touch(ctx, func(tx *db.Tx) error { return touchToken(ctx, tx, id) })
	}
	return a, nil
}

// Logout ends the actor's own session.
func (s *Service) Logout(ctx context.Context, a Actor) error {
	if a.ByToken {
		return fault.Invalidf("访问令牌没有会话可退出；如需停用请在“我的令牌”中撤销")
	}
	return s.RevokeSession(ctx, a, a.Session)
}

// Sessions lists where the person is signed in now.
func (s *Service) Sessions(ctx context.Context, a Actor) ([]Session, error) {
	var out []Session
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = sessionsOf(ctx, tx, a.ID, tx.Now.Add(-s.conf.Idle).UnixMicro())
		return err
	})
	for i := range out {
		out[i].Current = !a.ByToken && out[i].ID == a.Session
	}
	return out, err
}

// RevokeSession ends one of the person's own sessions.
func (s *Service) RevokeSession(ctx context.Context, a Actor, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := userByID(ctx, tx, a.ID, "")
		if err != nil {
			return err
		}
		n, err := revokeSession(ctx, tx, a.ID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFoundf("没有这个登录会话，可能已经退出；请刷新")
		}
		return note(ctx, tx, a, "session.revoke", u, map[string]any{"session": id})
	})
}

// ChangePassword sets the person's own password. It ends every other session
// and gives this one a new secret, so that a stolen cookie is worth nothing.
func (s *Service) ChangePassword(ctx context.Context, a Actor, old, fresh string) (SignedIn, error) {
	if a.ByToken {
		return SignedIn{}, fault.Forbiddenf("访问令牌不能修改密码，请在网页登录后修改")
	}
	u, err := s.admit(ctx, Attempt{Login: a.Login, Address: "session:" + a.Session})
	if err != nil {
		return SignedIn{}, err
	}
	ok, err := s.hasher.verify(ctx, u.password, old)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, fault.Invalidf("原密码不正确，请重新输入").With("old", "原密码不正确")
	}
	if old == fresh {
		return SignedIn{}, fault.Invalidf("新密码不能与原密码相同").With("new", "不能与原密码相同")
	}
	if err := CheckPassword(a.Login, fresh); err != nil {
		return SignedIn{}, err
	}
	phc, err := s.hasher.hash(ctx, fresh)
	if err != nil {
		return SignedIn{}, err
	}
	return s.rotate(ctx, a, u, phc)
}

func (s *Service) rotate(ctx context.Context, a Actor, seen User, phc string) (SignedIn, error) {
	var out SignedIn
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if u.password != seen.password {
			return fault.Conflictf("密码刚刚被修改过，请重新登录")
		}
		if err := setPassword(ctx, tx, u.ID, phc, false, tx.Micros()); err != nil {
			return err
		}
		if err := deleteAttemptsOf(ctx, tx, u.ID); err != nil {
			return err
		}
		ended, err := revokeSessions(ctx, tx, u.ID, a.Session)
		if err != nil {
			return err
		}
		token, hash := newSecret("")
		if out.Expires, err = renewSession(ctx, tx, a.Session, hash); err != nil {
			return err
		}
		a.MustChange = false
		out.Token, out.Actor = token, a
		return note(ctx, tx, a, "user.password", u, map[string]any{"sessions_ended": ended})
	})
	return out, err
}
