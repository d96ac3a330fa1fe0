package auth

import (
	"context"
	"slices"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Filter narrows a list of accounts; zero values narrow nothing.
type Filter struct {
	Text   string // part of login or name
	Role   Role
	Area   string // people placed within this area
	Agency string
	Active *bool
	Limit  int
	Cursor string // Next of the page before

	after string // login of the last row of the page before
}

// Users lists accounts by login for whoever may see accounts.
func (s *Service) Users(ctx context.Context, by Actor, f Filter) (page db.Page[User], err error) {
	if err := s.policy.Require(by, UserRead, Scope{}); err != nil {
		return page, err
	}
	if f.Cursor != "" {
		key, ok := db.ReadCursor(f.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		f.after = key[0]
	}
	limit := f.Limit
	f.Text, f.Limit = cut(f.Text, 64), limit+1
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = listUsers(ctx, tx, f, s.lockedSince(tx)); err != nil {
			return err
		}
		page.Total, page.Capped, err = countUsers(ctx, tx, f)
		return err
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = db.Cursor(page.Items[limit-1].Login)
	}
	s.markLocks(page.Items)
	return page, err
}

// lockedSince is the moment after which failures still count.
func (s *Service) lockedSince(tx *db.Tx) lockRule {
	return lockRule{limit: int64(s.conf.LoginFailures), since: tx.Now.Add(-s.conf.Lock).UnixMicro()}
}

// markLocks turns the last failure that the store read into the lock's end.
func (s *Service) markLocks(users []User) {
	for i := range users {
		if !users[i].LockedUntil.IsZero() {
			users[i].LockedUntil = users[i].LockedUntil.Add(s.conf.Lock)
		}
	}
}

// User gives one account: to the person and to whoever may see accounts.
func (s *Service) User(ctx context.Context, by Actor, id string) (User, error) {
	if by.ID != id && !s.policy.Can(by, UserRead, Scope{}) {
		return User{}, fault.NotFoundf("没有这个账号，请刷新后重试")
	}
	var u User
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		u, err = userWithLock(ctx, tx, id, s.lockedSince(tx))
		return err
	})
	if db.IsMissing(err) {
		return u, fault.NotFoundf("没有这个账号，请刷新后重试")
	}
	one := []User{u}
	s.markLocks(one)
	return one[0], err
}

// UserByLogin gives one account by its login, for the command line and the
// synthetic county; the system only.
func (s *Service) UserByLogin(ctx context.Context, by Actor, login string) (User, error) {
	if !by.IsSystem() {
		return User{}, fault.Forbiddenf("请按编号查询账号")
	}
	var u User
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		u, err = userByLogin(ctx, tx, normal(login))
		return err
	})
	if db.IsMissing(err) {
		return u, fault.NotFoundf("没有登录名为“%s”的账号，可用 qingshao user list 查看", login)
	}
	return u, err
}

// Colleague is what one member of staff may know of another when choosing whom
// to give work to.
type Colleague struct {
	ID     string
	Name   string
	Roles  []Role
	Area   string
	Agency string
}

// peopleLimit bounds lists that are not paged; a city has some hundred staff.
const peopleLimit = 5000

// People lists active staff for pickers. Area asks for those whose area covers
// the given one. People outside the administration (enterprises, partners)
// neither see the list nor appear in it.
func (s *Service) People(ctx context.Context, by Actor, f Filter) ([]Colleague, error) {
	if !s.policy.Anywhere(by, IssueRead) && !s.policy.Anywhere(by, UserRead) {
		return nil, fault.Forbiddenf("您没有查看同事名单的权限；如需办理请联系安全管理员")
	}
	yes := true
	covers := f.Area
	f.Text, f.Active, f.Area, f.after, f.Limit = cut(f.Text, 64), &yes, "", "", peopleLimit
	var users []User
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		users, err = listUsers(ctx, tx, f, s.lockedSince(tx))
		return err
	})
	out := []Colleague{}
	for _, u := range users {
		if u.staff() && (covers == "" || Covers(u.Area, covers)) {
			out = append(out, Colleague{u.ID, u.Name, u.Roles, u.Area, u.Agency})
		}
	}
	return out, err
}

// staff reports whether the person holds a role inside the administration.
func (u User) staff() bool {
	return slices.ContainsFunc(u.Roles, func(r Role) bool { return !r.OfEnterprise() && r != Partner && !r.Officer() })
}

// Names gives the names of people by id for timelines and lists; ids that are
// parts of the system give 系统, unknown ones nothing.
func Names(ctx context.Context, tx *db.Tx, ids ...string) (map[string]string, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := make(map[string]string, len(ids))
	ask := make([]string, 0, len(ids))
	for _, id := range ids {
		switch {
		case (Actor{ID: id}).IsSystem():
			out[id] = "系统"
		case id != "":
			ask = append(ask, id)
		}
	}
	for chunk := range slices.Chunk(ask, 200) {
		if err := namesOf(ctx, tx, chunk, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Names is the function Names in a transaction of its own.
func (s *Service) Names(ctx context.Context, ids ...string) (out map[string]string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = Names(ctx, tx, ids...)
		return err
	})
	return out, err
}
