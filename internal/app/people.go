package app

import (
	"context"
	"errors"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/seal"
)

// FirstStart opens the three officers' accounts that nobody holds yet and
// returns them with the passwords to be printed once.
func (a *App) FirstStart(ctx context.Context) ([]auth.FirstAccount, error) {
	return a.auth.EnsureOfficers(ctx)
}

// AddUser opens an account with its rights and gives it a personal access
// token; it returns the user's id and the token. It is for the machine's owner:
// the command line, scripts and the demo.
func (a *App) AddUser(ctx context.Context, u auth.Account) (id, token string, err error) {
	by := auth.System("cli")
	made, err := a.auth.Provision(ctx, by, u)
	if err != nil {
		return "", "", err
	}
	_, token, err = a.auth.IssueToken(ctx, by, made.ID, "命令行", 0)
	return made.ID, token, err
}

// accounts builds the service of people and rights for the place's areas and
// agencies.
func (a *App) accounts() *auth.Service {
	c := a.conf.Accounts
	c.Known = a.known
	c.Box = seal.New(a.conf.Dir)
	return auth.New(a.db, auth.DefaultPolicy(), c)
}

// WithAccounts opens the data for people and rights alone, hands them to f, and
// closes again: no port, no background work, so a server may run beside it.
func WithAccounts(ctx context.Context, c Config, f func(*auth.Service) error) (err error) {
	a := &App{conf: c}
	if a.place, err = profile.Load(c.Profile); err != nil {
		return err
	}
	if a.db, err = db.Open(ctx, db.Config{Dir: c.Dir, URL: c.Database, Now: c.Now}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.db.Close()) }()
	return f(a.accounts())
}

// Accounts is the service of people and rights, for the command line.
func (a *App) Accounts() *auth.Service { return a.auth }

// Post brings the notices out of the program.
func (a *App) Post() *notify.Post { return a.post }

// Place is the jurisdiction that the program serves.
func (a *App) Place() *profile.Profile { return a.place }
