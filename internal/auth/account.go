package auth

import (
	"context"
	"slices"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

var errStale = fault.Conflictf("账号已被他人修改，请刷新后重试")

// CreateUser opens an account without any right and returns its first password,
// shown once; the person must change it at the first sign-in. Rights come from
// a security administrator.
func (s *Service) CreateUser(ctx context.Context, by Actor, p Profile) (User, string, error) {
	if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
		return User{}, "", err
	}
	return s.provision(ctx, by, Account{Profile: p, Password: RandomPassword(), MustChange: true})
}

// Account is everything about a new account at once, for the command line and
// the synthetic county.
type Account struct {
	Profile
	Rights
	Password   string // "" = no sign-in by password
	MustChange bool
}

// Provision opens an account with its rights in one step. Only the system may:
// on the machine itself nobody stands above its root. The separation of the
// three officers holds all the same.
func (s *Service) Provision(ctx context.Context, by Actor, a Account) (User, error) {
	if !by.IsSystem() {
		return User{}, fault.Forbiddenf("账号须由系统管理员开设、安全管理员授权")
	}
	u, _, err := s.provision(ctx, by, a)
	return u, err
}

func (s *Service) provision(ctx context.Context, by Actor, a Account) (User, string, error) {
	var err error
	if a.Profile, err = a.Profile.check(); err != nil {
		return User{}, "", err
	}
	if a.Rights, err = s.checkRights(a.Rights); err != nil {
		return User{}, "", err
	}
	phc := ""
	if a.Password != "" {
		if phc, err = s.hasher.hash(ctx, a.Password); err != nil {
			return User{}, "", err
		}
	}
	var u User
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		u, err = insertAccount(ctx, tx, by, a, phc)
		return err
	})
	return u, a.Password, err
}

func insertAccount(ctx context.Context, tx *db.Tx, by Actor, a Account, phc string) (User, error) {
	u := User{ID: db.NewID(), Login: a.Login, Name: a.Name, Phone: a.Phone, Email: a.Email,
		Roles: a.Roles, Area: a.Area, Agency: a.Agency, Enterprise: a.Enterprise,
		MustChange: a.MustChange, Active: true, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
		password: phc, passwordAt: tx.Micros()}
	if u.Roles == nil {
		u.Roles = []Role{}
	}
	if _, err := userByLogin(ctx, tx, u.Login); err == nil {
		return u, loginTaken(u.Login)
	} else if !db.IsMissing(err) {
		return u, err
	}
	if err := insertUser(ctx, tx, u); db.IsUnique(err) {
		return u, loginTaken(u.Login)
	} else if err != nil {
		return u, err
	}
	return u, note(ctx, tx, by, "user.create", u, map[string]any{"login": u.Login, "roles": u.Roles, "area": u.Area, "agency": u.Agency})
}

func loginTaken(login string) error {
	return fault.Conflictf("登录名“%s”已被使用，请换一个", login).With("login", "已被使用")
}

func (s *Service) checkRights(r Rights) (Rights, error) {
	r, err := r.check()
	if err != nil {
		return r, err
	}
	return r, s.conf.Known(r.Area, r.Agency)
}

// UpdateUser changes what an administrator knows about a person; version is
// the one that was read.
func (s *Service) UpdateUser(ctx context.Context, by Actor, id string, p Profile, version int64) (User, error) {
	if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
		return User{}, err
	}
	p, err := p.check()
	if err != nil {
		return User{}, err
	}
	var u User
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if u, err = s.lockUser(ctx, tx, id); err != nil {
			return err
		}
		if u.Version != version {
			return errStale
		}
		changed := p.differs(u)
		u.Login, u.Name, u.Phone, u.Email = p.Login, p.Name, p.Phone, p.Email
		if err := updateProfile(ctx, tx, &u); db.IsUnique(err) {
			return loginTaken(p.Login)
		} else if err != nil {
			return err
		}
		return note(ctx, tx, by, "user.update", u, map[string]any{"fields": changed})
	})
	return u, err
}

// differs names the fields that change; the log keeps names, not numbers and
// addresses of people.
func (p Profile) differs(u User) []string {
	out := []string{}
	for _, f := range []struct{ name, a, b string }{{"login", p.Login, u.Login}, {"name", p.Name, u.Name}, {"phone", p.Phone, u.Phone}, {"email", p.Email, u.Email}} {
		if f.a != f.b {
			out = append(out, f.name)
		}
	}
	return out
}

// ResetPassword replaces a forgotten password by a random one, shown once,
// which must be changed at the next sign-in; sessions and tokens end. An
// administrator may not reset the three officers, since whoever knows a
// password can act in that name: theirs are reset on the machine itself.
func (s *Service) ResetPassword(ctx context.Context, by Actor, id string) (string, error) {
	if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
		return "", err
	}
	password := RandomPassword()
	return password, s.setPassword(ctx, by, id, password, true)
}

// SetPassword gives an account a chosen password; the system only.
func (s *Service) SetPassword(ctx context.Context, by Actor, id, password string, mustChange bool) error {
	if !by.IsSystem() {
		return fault.Forbiddenf("不能为他人设定密码，请使用重置密码")
	}
	return s.setPassword(ctx, by, id, password, mustChange)
}

func (s *Service) setPassword(ctx context.Context, by Actor, id, password string, mustChange bool) error {
	phc, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if u.officer() && !by.IsSystem() {
			return fault.Forbiddenf("“%s”的密码不能在此重置，请在服务器上用 qingshao user reset-password 重置", u.Roles[0].Title())
		}
		if err := setPassword(ctx, tx, u.ID, phc, mustChange, tx.Micros()); err != nil {
			return err
		}
		if err := endAccess(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, by, "user.reset", u, nil)
	})
}

// endAccess ends every session and token of a person and forgets failures.
func endAccess(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := revokeSessions(ctx, tx, id, ""); err != nil {
		return err
	}
	if err := revokeTokens(ctx, tx, id); err != nil {
		return err
	}
	return deleteAttemptsOf(ctx, tx, id)
}

// Deactivate closes an account: sessions and tokens end at once. It is refused
// while work waits for the person, for oneself, and for the last active holder
// of an officer's role.
func (s *Service) Deactivate(ctx context.Context, by Actor, id string) error {
	if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
		return err
	}
	if by.ID == id {
		return fault.Forbiddenf("不能停用自己的账号，请由另一位系统管理员办理")
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		officers, err := lockOfficers(ctx, tx)
		if err != nil {
			return err
		}
		u, err := s.lockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if !u.Active {
			return fault.Conflictf("账号已经停用，请刷新")
		}
		if err := lastOfficer(officers, u, nil); err != nil {
			return err
		}
		if err := s.idle(ctx, tx, u, "停用"); err != nil {
			return err
		}
		if err := endAccess(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := endDeputies(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := setActive(ctx, tx, u.ID, false); err != nil {
			return err
		}
		return note(ctx, tx, by, "user.deactivate", u, nil)
	})
}

// Activate opens a deactivated account again, with the rights it had.
func (s *Service) Activate(ctx context.Context, by Actor, id string) error {
	if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if u.Active {
			return fault.Conflictf("账号已经启用，请刷新")
		}
		if err := setActive(ctx, tx, u.ID, true); err != nil {
			return err
		}
		return note(ctx, tx, by, "user.activate", u, nil)
	})
}

// lastOfficer refuses to take an officer's role from its last active holder;
// keep is what the person holds afterwards.
func lastOfficer(officers []User, u User, keep []Role) error {
	for _, r := range u.Roles {
		if !r.Officer() || slices.Contains(keep, r) {
			continue
		}
		others := slices.ContainsFunc(officers, func(o User) bool { return o.ID != u.ID && o.Has(r) })
		if !others {
			return fault.Conflictf("%s是最后一位在岗的“%s”，请先增设一位", u.Name, r.Title())
		}
	}
	return nil
}

// idle refuses while work waits for the person.
func (s *Service) idle(ctx context.Context, tx *db.Tx, u User, what string) error {
	n, err := s.openWork(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return fault.Conflictf("%s还有 %d 件未办结事项，请先移交给同岗位的同事，再%s", u.Name, n, what)
	}
	return nil
}
