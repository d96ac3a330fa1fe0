package auth

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Token is a personal access token as its owner sees it: never the secret.
type Token struct {
	ID        string
	Name      string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero when never used; within a minute
}

// How long personal access tokens last.
const (
	DefaultTokenDays = 90
	MaxTokenDays     = 366
)

// CreateToken makes a personal access token and returns its secret, which is
// shown once and stored nowhere. days 0 means DefaultTokenDays.
func (s *Service) CreateToken(ctx context.Context, a Actor, name string, days int) (Token, string, error) {
	if a.ByToken {
		return Token{}, "", fault.Forbiddenf("访问令牌不能再生成令牌，请在网页登录后操作")
	}
	return s.createToken(ctx, a, a.ID, name, days)
}

// IssueToken makes a token for another account; the command line only.
func (s *Service) IssueToken(ctx context.Context, by Actor, userID, name string, days int) (Token, string, error) {
	if !by.IsSystem() {
		return Token{}, "", fault.Forbiddenf("不能为他人生成访问令牌")
	}
	return s.createToken(ctx, by, userID, name, days)
}

func (s *Service) createToken(ctx context.Context, by Actor, userID, name string, days int) (Token, string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 64 {
		return Token{}, "", fault.Invalidf("请填写令牌用途（不超过 64 个字）").With("name", "不能为空，不超过 64 个字")
	}
	if days == 0 {
		days = DefaultTokenDays
	}
	if days < 1 || days > MaxTokenDays {
		return Token{}, "", fault.Invalidf("令牌有效期应为 1 至 %d 天", MaxTokenDays).With("days", "应为 1 至 %d 天", MaxTokenDays)
	}
	secret, hash := newSecret(tokenPrefix)
	var t Token
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, userID)
		if err != nil {
			return err
		}
		if !u.Active {
			return fault.Conflictf("账号已停用，请先启用")
		}
		t = Token{ID: db.NewID(), Name: name, CreatedAt: tx.Now, ExpiresAt: tx.Now.AddDate(0, 0, days)}
		if err := insertToken(ctx, tx, t, u.ID, hash); err != nil {
			return err
		}
		return note(ctx, tx, by, "token.create", u, map[string]any{"token": t.ID, "name": t.Name, "days": days})
	})
	return t, secret, err
}

// Tokens lists the person's tokens that still count, newest first.
func (s *Service) Tokens(ctx context.Context, a Actor) ([]Token, error) {
	var out []Token
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = tokensOf(ctx, tx, a.ID)
		return err
	})
	return out, err
}

// RevokeToken ends one of the person's own tokens.
func (s *Service) RevokeToken(ctx context.Context, a Actor, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := userByID(ctx, tx, a.ID, "")
		if err != nil {
			return err
		}
		n, err := revokeToken(ctx, tx, a.ID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFoundf("没有这个令牌，可能已经撤销；请刷新")
		}
		return note(ctx, tx, a, "token.revoke", u, map[string]any{"token": id})
	})
}
