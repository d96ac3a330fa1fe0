package demo

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/profile"
)

// member is one account of the demo. Names are made up.
type member struct {
	Login string
	Name  string
	auth.Rights
}

// cast lists the accounts: one for each role, and a liaison of the ecology
// bureau's branch in every unit, or of the unit's government where it has none.
// enterprise is the id of the enterprise whose incident the demo shows.
func cast(p *profile.Profile, enterprise string) []member {
	root, first := p.Regions.Root().Code, p.Units[0].Code
	one := func(login, name string, role auth.Role, area, agency string) member {
		return member{login, name, auth.Rights{Roles: []auth.Role{role}, Area: area, Agency: agency}}
	}
	list := []member{
		one("admin", "系统管理员", auth.Admin, "", ""),
		one("secadmin", "安全管理员", auth.SecAdmin, "", ""),
		one("auditor", "安全审计员", auth.Auditor, "", ""),
		one("duty", "陈值守", auth.Duty, root, "sthj"),
		one("clerk", "林受理", auth.Clerk, root, "sthj"),
		one("agency", "周联络", auth.Agency, first, liaison(p, first)),
		one("inspector", "吴巡察", auth.Inspector, root, "sthj"),
		one("reviewer", "郑审核", auth.Reviewer, root, "sthj"),
		one("leader", "王分管", auth.Leader, root, "sthj"),
		one("supervisor", "孙督办", auth.Supervisor, root, orElse(p, "mlb", p.Agencies.All()[0].ID)),
		one("reward", "钱专岗", auth.Reward, root, "sthj"),
		one("reward2", "何专岗", auth.Reward, root, "sthj"),
		one("supervisor2", "冯督办", auth.Supervisor, root, orElse(p, "mlb", p.Agencies.All()[0].ID)),
		one("grid", "李网格", auth.Grid, first, ""),
		{"enterprise", "赵环保", auth.Rights{Roles: []auth.Role{auth.Enterprise}, Area: first, Enterprise: enterprise}},
	}
	for _, u := range p.Units[1:] {
		list = append(list, one("agency"+u.Code, u.Short+"联络员", auth.Agency, u.Code, liaison(p, u.Code)))
	}
	return list
}

// accounts is what the cast needs of package auth.
type accounts interface {
	Provision(ctx context.Context, by auth.Actor, a auth.Account) (auth.User, error)
	UserByLogin(ctx context.Context, by auth.Actor, login string) (auth.User, error)
	SetPassword(ctx context.Context, by auth.Actor, id, password string, mustChange bool) error
	IssueToken(ctx context.Context, by auth.Actor, userID, name string, days int) (auth.Token, string, error)
}

var director = auth.System("demo")

// enrol opens a member's account, or finds the one of an earlier start, and
// gives it a fresh password.
func enrol(ctx context.Context, s accounts, m member) (id, password string, err error) {
	password = auth.RandomPassword()
	u, err := s.UserByLogin(ctx, director, m.Login)
	if fault.Is(err, fault.NotFound) {
		u, err = s.Provision(ctx, director, auth.Account{Profile: auth.Profile{Login: m.Login, Name: m.Name, Phone: phones[m.Login]}, Rights: m.Rights, Password: password})
		return u.ID, password, err
	}
	if err != nil {
		return "", "", err
	}
	return u.ID, password, s.SetPassword(ctx, director, u.ID, password, false)
}

// credential is one line of the table that is printed at the start.
type credential struct {
	member
	Password string
}

// table prints who may sign in; for people's eyes, on the error stream.
func table(w io.Writer, p *profile.Profile, list []credential) error {
	var b strings.Builder
	b.WriteString("\n演示账号（口令每次启动随机生成，仅用于演示）：\n")
	districts := false
	for _, c := range list {
		if !districts && c.Login == "agency"+c.Area {
			districts = true
			b.WriteString("各地的联络员：\n")
		}
		where := p.Agencies.Name(c.Agency)
		if where == "" {
			where = p.Regions.Name(c.Area)
		}
		if c.Enterprise != "" {
			where = "演示企业"
		}
		fmt.Fprintf(&b, "  %-14s %s  %s", c.Login, c.Password, c.Roles[0].Title())
		if where != "" {
			fmt.Fprintf(&b, "（%s）", where)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}
