package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/fault"
)

// userCmd manages accounts on the machine itself. Whoever can run it owns the
// data, so it may give any right; the log names system:cli.
type userCmd struct {
	Add   userAddCmd   `cmd:"" help:"开设账号并授权"`
	List  userListCmd  `cmd:"" help:"列出账号"`
	Reset userResetCmd `cmd:"" name:"reset-password" help:"重置密码（包括三员）"`
	Step  userStepCmd  `cmd:"" name:"reset-two-step" help:"重置两步验证（包括三员），用于手机和恢复码都丢失时"`
}

// accounts opens the data, hands its accounts to f, and closes it again. It
// binds no port and starts nothing, so a server may run on the same data.
func accounts(ctx context.Context, p config.Place, f func(*auth.Service) error) error {
	url, err := p.URL()
	if err != nil {
		return err
	}
	return app.WithAccounts(ctx, app.Config{Dir: p.Data.Data, Database: url, Profile: p.Profile}, f)
}

var cliActor = auth.System("cli")

type userAddCmd struct {
	config.Place
	Name       string   `help:"姓名" required:""`
	Role       []string `help:"岗位，可重复，如 clerk、agency（见 docs/glossary.md）" required:""`
	Area       string   `help:"辖区的行政区划代码；不填为全域"`
	Agency     string   `help:"单位编号，如 sthj-330302"`
	Enterprise string   `help:"企业编号（仅企业环保负责人）"`
	Login      string   `help:"登录名；不填则与姓名相同"`
	Phone      string   `help:"电话"`
	Email      string   `help:"电子邮箱"`
	Token      bool     `help:"只输出一个访问令牌，供程序使用；不设密码"`
	Days       int      `help:"访问令牌的有效天数" default:"90"`
}

// Run prints the token alone, or the first password alone.
func (c userAddCmd) Run(ctx context.Context) error {
	acc := auth.Account{
		Profile: auth.Profile{Login: c.Login, Name: c.Name, Phone: c.Phone, Email: c.Email},
		Rights:  auth.Rights{Area: c.Area, Agency: c.Agency, Enterprise: c.Enterprise},
	}
	if acc.Login == "" {
		acc.Login = strings.ReplaceAll(c.Name, " ", "")
	}
	for _, r := range c.Role {
		acc.Roles = append(acc.Roles, auth.Role(r))
	}
	if c.Days < 1 || c.Days > auth.MaxTokenDays {
		return fault.Invalidf("令牌有效期应为 1 至 %d 天", auth.MaxTokenDays)
	}
	if !c.Token {
		acc.Password, acc.MustChange = auth.RandomPassword(), true
	}
	return accounts(ctx, c.Place, func(s *auth.Service) error {
		u, err := s.Provision(ctx, cliActor, acc)
		if err != nil {
			return err
		}
		secret := acc.Password
		if c.Token {
			if _, secret, err = s.IssueToken(ctx, cliActor, u.ID, "命令行", c.Days); err != nil {
				return err
			}
		} else {
			fmt.Fprintf(os.Stderr, "已开设账号 %s，初始密码见标准输出，首次登录须修改\n", u.Login)
		}
		_, err = fmt.Println(secret)
		return err
	})
}

type userListCmd struct {
	config.Place
	JSON bool `name:"json" help:"每行一个 JSON 对象"`
}

// Run prints one line an account: fields parted by tabs, or JSON.
func (c userListCmd) Run(ctx context.Context) error {
	return accounts(ctx, c.Place, func(s *auth.Service) error {
		f := auth.Filter{Limit: 200}
		for {
			page, err := s.Users(ctx, cliActor, f)
			if err != nil {
				return err
			}
			for _, u := range page.Items {
				if err := c.print(os.Stdout, u); err != nil {
					return err
				}
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				return nil
			}
		}
	})
}

func (c userListCmd) print(w io.Writer, u auth.User) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(struct {
			ID         string      `json:"id"`
			Login      string      `json:"login"`
			Name       string      `json:"name"`
			Roles      []auth.Role `json:"roles"`
			Area       string      `json:"area"`
			Agency     string      `json:"agency"`
			Enterprise string      `json:"enterprise_id"`
			Active     bool        `json:"active"`
			CreatedAt  time.Time   `json:"created_at"`
		}{u.ID, u.Login, u.Name, u.Roles, u.Area, u.Agency, u.Enterprise, u.Active, u.CreatedAt})
	}
	roles := make([]string, 0, len(u.Roles))
	for _, r := range u.Roles {
		roles = append(roles, string(r))
	}
	state := "active"
	if !u.Active {
		state = "inactive"
	}
	_, err := fmt.Fprintln(w, strings.Join([]string{u.Login, u.Name, strings.Join(roles, ","), u.Area, u.Agency, u.Enterprise, state, u.ID}, "\t"))
	return err
}

type userResetCmd struct {
	config.Place
	Login string `help:"登录名" required:""`
}

// Run prints the fresh password alone.
func (c userResetCmd) Run(ctx context.Context) error {
	return accounts(ctx, c.Place, func(s *auth.Service) error {
		u, err := s.UserByLogin(ctx, cliActor, c.Login)
		if err != nil {
			return err
		}
		if !u.Active {
			return fault.Conflictf("账号 %s 已停用，请先启用", u.Login)
		}
		password, err := s.ResetPassword(ctx, cliActor, u.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Println(password)
		return err
	})
}

type userStepCmd struct {
	config.Place
	Login  string `help:"登录名" required:""`
	Reason string `help:"理由，以及怎样核实了本人" required:""`
}

// Run takes the second step off; the account then asks for the password alone.
func (c userStepCmd) Run(ctx context.Context) error {
	return accounts(ctx, c.Place, func(s *auth.Service) error {
		u, err := s.UserByLogin(ctx, cliActor, c.Login)
		if err != nil {
			return err
		}
		if err := s.ResetTwoStep(ctx, cliActor, u.ID, c.Reason); err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stderr, "已重置 %s 的两步验证，所有登录已退出\n", u.Login)
		return err
	})
}
