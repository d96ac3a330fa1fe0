package tip

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Key is one program's permission to send reports; the secret is stored nowhere.
type Key struct {
	ID        string
	Name      string
	CreatedAt time.Time
	EndedAt   time.Time // zero while it holds
}

// keyPrefix makes a key known for what it is.
const keyPrefix = "qso_"

// IssueKey makes a key for another program; the command line only. It gives
// the secret, which is shown once.
func IssueKey(ctx context.Context, d *db.DB, by auth.Actor, name string) (secret string, err error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 64 {
		return "", fault.Invalidf("请用 --name 写明密钥给谁用（不超过 64 个字）")
	}
	if !by.IsSystem() {
		return "", fault.Forbiddenf("开放接口密钥只能在本机用命令行生成")
	}
	var b [24]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	secret = keyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	err = d.Write(ctx, func(tx *db.Tx) error {
		k := Key{ID: db.NewID(), Name: name, CreatedAt: tx.Now}
		if err := insertKey(ctx, tx, k, keyHash(secret)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: by.ID, Action: "open311.key", Kind: "open311_key", Subject: k.ID, Detail: map[string]any{"name": name}})
	})
	return secret, err
}

// ByKey finds the key that a program shows.
func (s *Service) ByKey(ctx context.Context, secret string) (k Key, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		k, err = keyByHash(ctx, tx, keyHash(secret))
		return err
	})
	if db.IsMissing(err) || err == nil && !k.EndedAt.IsZero() {
		return Key{}, fault.Forbiddenf("api_key 无效或已停用，请向平台管理单位申请")
	}
	return k, err
}

// keyHash needs no salt or slowness: a key is 192 random bits.
func keyHash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
