package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// HashCost is what one argon2id computation takes.
type HashCost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultHashCost is the first choice of the OWASP Password Storage Cheat
// Sheet for argon2id: 19 MiB, two passes, one lane.
var DefaultHashCost = HashCost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1}

const (
	saltBytes = 16
	keyBytes  = 32
)

var errPHC = errors.New("not an argon2id PHC string")

// hasher computes and checks password hashes. gate bounds how many run at
// once, so that a burst of sign-ins cannot take all memory.
type hasher struct {
	cost HashCost
	gate chan struct{}
}

func newHasher(c HashCost) *hasher {
	if c == (HashCost{}) {
		c = DefaultHashCost
	}
	return &hasher{cost: c, gate: make(chan struct{}, max(2, runtime.NumCPU()))}
}

func (h *hasher) key(ctx context.Context, password string, salt []byte, c HashCost, n uint32) ([]byte, error) {
	select {
	case h.gate <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.gate }()
	return argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Lanes, n), nil
}

// hash makes a PHC string with a fresh salt.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails since Go 1.24
	key, err := h.key(ctx, password, salt, h.cost, keyBytes)
	if err != nil {
		return "", err
	}
	return formatPHC(h.cost, salt, key), nil
}

// verify checks a password. An empty PHC string stands for a login that does
// not exist or has no password: it takes the same work and is never right.
func (h *hasher) verify(ctx context.Context, phc, password string) (bool, error) {
	if phc == "" {
		_, err := h.key(ctx, password, make([]byte, saltBytes), h.cost, keyBytes)
		return false, err
	}
	c, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got, err := h.key(ctx, password, salt, c, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// outdated reports whether a hash was made with another cost than today's.
func (h *hasher) outdated(phc string) bool {
	c, _, _, err := parsePHC(phc)
	return err != nil || c != h.cost
}

func formatPHC(c HashCost, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		c.MemoryKiB, c.Passes, c.Lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// parsePHC reads a PHC string and refuses costs that no one would choose, so
// that a forged row cannot take the machine's memory.
func parsePHC(s string) (HashCost, []byte, []byte, error) {
	var c HashCost
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Lanes); err != nil {
		return c, nil, nil, errPHC
	}
	if c.MemoryKiB < 8 || c.MemoryKiB > 1<<20 || c.Passes < 1 || c.Passes > 32 || c.Lanes < 1 || c.Lanes > 16 {
		return c, nil, nil, errPHC
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	key, err2 := base64.RawStdEncoding.DecodeString(part[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errPHC
	}
	return c, salt, key, nil
}

// tokenPrefix lets people and secret scanners recognise a personal access token.
const tokenPrefix = "qs_pat_"

// newSecret makes 256 random bits as text, with the prefix, and the SHA-256
// under which the database knows it. The secret has full entropy, so a fast
// hash is enough.
func newSecret(prefix string) (secret string, hash []byte) {
	b := make([]byte, 32)
	rand.Read(b) // never fails since Go 1.24
	secret = prefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, secretHash(secret)
}

func secretHash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
