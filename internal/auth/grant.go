package auth

import (
	"context"
	"slices"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Grant sets a person's roles, area, agency and enterprise; version is the one
// that was read. The person must sign in again. Nobody changes their own
// rights; an officer's role excludes all others; the last active officer keeps
// the role; and rights under which work waits are not taken away before the
// work is handed over.
func (s *Service) Grant(ctx context.Context, by Actor, id string, r Rights, version int64) (User, error) {
	if err := s.policy.Require(by, UserGrant, Scope{}); err != nil {
		return User{}, err
	}
	if by.ID == id {
		return User{}, fault.Forbiddenf("不能更改自己的岗位和范围，请由另一位安全管理员办理")
	}
	r, err := s.checkRights(r)
	if err != nil {
		return User{}, err
	}
	var u User
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		officers, err := lockOfficers(ctx, tx)
		if err != nil {
			return err
		}
		if u, err = s.lockUser(ctx, tx, id); err != nil {
			return err
		}
		if u.Version != version {
			return errStale
		}
		if err := lastOfficer(officers, u, r.Roles); err != nil {
			return err
		}
		if r.narrows(u) {
			if err := s.idle(ctx, tx, u, "收回岗位或更改范围"); err != nil {
				return err
			}
			if err := endDeputies(ctx, tx, u.ID); err != nil {
				return err
			}
		}
		before := u
		u.Roles, u.Area, u.Agency, u.Enterprise = r.Roles, r.Area, r.Agency, r.Enterprise
		if u.Roles == nil {
			u.Roles = []Role{}
		}
		if err := updateRights(ctx, tx, &u); err != nil {
			return err
		}
		if _, err := revokeSessions(ctx, tx, u.ID, ""); err != nil {
			return err
		}
		return note(ctx, tx, by, "user.grant", u, map[string]any{
			"before": rightsDetail(before), "after": rightsDetail(u)})
	})
	return u, err
}

// narrows reports whether the rights take something from the person.
func (r Rights) narrows(u User) bool {
	for _, x := range u.Roles {
		if !slices.Contains(r.Roles, x) {
			return true
		}
	}
	if len(u.Roles) == 0 {
		return false
	}
	wider := r.Area == "" || u.Area != "" && Covers(r.Area, u.Area)
	return !wider || r.Agency != u.Agency || r.Enterprise != u.Enterprise
}

func rightsDetail(u User) map[string]any {
	return map[string]any{"roles": u.Roles, "area": u.Area, "agency": u.Agency, "enterprise": u.Enterprise}
}

// FirstAccount is an account that EnsureOfficers opened, with the password to
// be printed once.
type FirstAccount struct {
	Login    string
	Title    string
	Password string
}

// EnsureOfficers opens an account for each officer's role that nobody holds:
// on the first start the system administrator, the security administrator and
// the auditor, because one of them alone can give nobody any right. The
// passwords must be changed at the first sign-in and are kept nowhere.
func (s *Service) EnsureOfficers(ctx context.Context) ([]FirstAccount, error) {
	var out []FirstAccount
	for _, r := range []Role{Admin, SecAdmin, Auditor} {
		a, err := s.ensureOfficer(ctx, r)
		if err != nil {
			return out, err
		}
		if a.Login != "" {
			out = append(out, a)
		}
	}
	return out, nil
}

func (s *Service) ensureOfficer(ctx context.Context, r Role) (FirstAccount, error) {
	held := func(tx *db.Tx) (bool, error) {
		officers, err := lockOfficers(ctx, tx)
		return slices.ContainsFunc(officers, func(o User) bool { return o.Has(r) }), err
	}
	var done bool
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) { done, err = held(tx); return err })
	if err != nil || done {
		return FirstAccount{}, err
	}
	first := FirstAccount{Login: string(r), Title: r.Title(), Password: RandomPassword()}
	phc, err := s.hasher.hash(ctx, first.Password)
	if err != nil {
		return FirstAccount{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if done, err = held(tx); err != nil || done {
			return err
		}
		if _, err := userByLogin(ctx, tx, first.Login); err == nil {
			first.Login += "-" + RandomPassword()[:4] // someone else took the plain name
			first.Login = normal(first.Login)
		} else if !db.IsMissing(err) {
			return err
		}
		_, err := insertAccount(ctx, tx, System("setup"), Account{
			Profile: Profile{Login: first.Login, Name: first.Title}, Rights: Rights{Roles: []Role{r}}, MustChange: true}, phc)
		return err
	})
	if fault.Is(err, fault.Conflict) || done {
		return FirstAccount{}, nil // another node was faster
	}
	return first, err
}
