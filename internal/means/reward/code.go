package reward

import (
	"crypto/rand"
	"crypto/subtle"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
)

// codeDigits is the length of a collection code (领奖码). With five tries a
// guess hits once in 2 × 10^11.
const (
	codeDigits = 12
	mostTries  = 5
)

// newCode draws a code, grouped by four for reading aloud.
func newCode() string {
	var b strings.Builder
	for i := range codeDigits {
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

// digits leaves the digits of what was typed, full-width ones too.
func digits(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		}
	}
	return b.String()
}

// hashing bounds the memory that checks take together: 19 MiB each.
var hashing = make(chan struct{}, 2)

// codeHash is what is stored of a code; the award's id is the salt.
func codeHash(code string, id AwardID) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(digits(code)), []byte("qingshao reward "+id), 2, 19<<10, 1, 32)
}

func codeFits(code string, id AwardID, stored []byte) bool {
	return len(stored) > 0 && subtle.ConstantTimeCompare(codeHash(code, id), stored) == 1
}
