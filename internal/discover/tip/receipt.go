package tip

import (
	"crypto/rand"
	"crypto/subtle"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
)

// SecretDigits is the length of a receipt's secret. With the number, which is
// no secret, one guess in 10^16 hits; docs/threat-model.md does the sum.
const SecretDigits = 16

// newSecret draws the digits of a receipt, grouped by four for reading aloud.
func newSecret() string {
	var b strings.Builder
	for i := range SecretDigits {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		d, err := rand.Int(rand.Reader, big.NewInt(10))
		if err != nil {
			panic(err) // the system has no randomness; nothing may go on
		}
		b.WriteByte(byte('0' + d.Int64()))
	}
	return b.String()
}

// plain leaves the digits of what was typed, full-width ones too; "" when it is
// no secret at all.
func plain(secret string) string {
	var b strings.Builder
	for _, r := range secret {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case strings.ContainsRune(" -－—　", r):
		default:
			return ""
		}
	}
	if b.Len() != SecretDigits {
		return ""
	}
	return b.String()
}

// hashing bounds the memory that look-ups take together: 19 MiB each.
var hashing = make(chan struct{}, 2)

// verifier is what is stored of a secret; the tip's id is the salt.
func verifier(secret string, id ID) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(plain(secret)), []byte("qingshao receipt "+id), 2, 19<<10, 1, 32)
}

// matches compares in constant time.
func matches(secret string, id ID, stored []byte) bool {
	return subtle.ConstantTimeCompare(verifier(secret, id), stored) == 1
}
