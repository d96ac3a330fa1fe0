package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
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

// Accounts is the service of people and rights, for the command line.
func (a *App) Accounts() *auth.Service { return a.auth }
