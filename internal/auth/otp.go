package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238's default, the only one that every authenticator knows
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The one-time codes of RFC 6238 with the values that every authenticator app
// takes: SHA-1, 30 seconds, six digits; the secret has 160 bits as RFC 4226
// recommends. One step to either side is accepted for clocks that differ.
const (
	otpStep   = 30
	otpDigits = 6
	otpSecret = 20
	otpWindow = 1
)

// hotp is RFC 4226: the code of a counter.
func hotp(secret []byte, counter uint64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], counter)
	mac.Write(b[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	ten := uint32(1)
	for range digits {
		ten *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%ten)
}

// otpMatch finds the step whose code it is, later than after: a code counts
// once, and so do all codes before it. Every step of the window is computed
// whatever the code.
func otpMatch(secret []byte, code string, now time.Time, after int64) (step int64, ok bool) {
	at := now.Unix() / otpStep
	for d := int64(-otpWindow); d <= otpWindow; d++ {
		same := subtle.ConstantTimeCompare([]byte(hotp(secret, uint64(at+d), otpDigits)), []byte(code)) == 1
		if same && at+d > after && !ok {
			step, ok = at+d, true
		}
	}
	return step, ok
}

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// otpAddress is what an authenticator reads from the picture (otpauth URI).
func otpAddress(issuer, login string, secret []byte) string {
	// Spaces must be %20 here: authenticators show a + as it is.
	label := url.PathEscape(issuer + ":" + login)
	return "otpauth://totp/" + label + "?secret=" + base32Text.EncodeToString(secret) + "&issuer=" + url.PathEscape(issuer) +
		fmt.Sprintf("&algorithm=SHA1&digits=%d&period=%d", otpDigits, otpStep)
}

// RecoveryCodes is how many single-use codes a person gets.
const RecoveryCodes = 10

// recoverySymbols leaves out what is confused on paper.
const recoverySymbols = "23456789abcdefghjkmnpqrstuvwxyz2" // 32: the last stands twice, 79 bits in all

// newRecovery draws one code in four groups of four.
func newRecovery() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails since Go 1.24
	var out strings.Builder
	for i, x := range b {
		if i > 0 && i%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(recoverySymbols[x%32])
	}
	return out.String()
}

// plainCode leaves what counts of a code that somebody typed: digits and
// letters, full-width ones too. isOTP tells a six-digit code from a recovery code.
func plainCode(typed string) (code string, isOTP bool) {
	digits := true
	var b strings.Builder
	for _, r := range strings.ToLower(typed) {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
			digits = false
		}
	}
	return b.String(), digits && b.Len() == otpDigits
}

// recoveryHash is what is stored of a recovery code. It has some 79 random bits,
// so a fast hash is enough; the person's id keeps equal codes apart.
func recoveryHash(userID, plain string) []byte {
	h := sha256.Sum256([]byte("qingshao recovery " + userID + " " + plain))
	return h[:]
}
