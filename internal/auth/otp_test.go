package auth

import (
	"strings"
	"testing"
	"time"
)

// CodeAt is what an authenticator shows, for tests outside the package.
func CodeAt(secret string, at time.Time) string {
	key, err := base32Text.DecodeString(secret)
	if err != nil {
		panic(err)
	}
	return hotp(key, uint64(at.Unix()/otpStep), otpDigits)
}

// The vectors of RFC 6238, appendix B, and of RFC 4226, appendix D.
func TestHOTP_Vectors(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := hotp(secret, uint64(at/otpStep), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
	for i, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp(secret, uint64(i), 6); got != want {
			t.Errorf("count %d: %s, want %s", i, got, want)
		}
	}
}

func TestOTPMatch_OneStepEitherSideAndNeverTwice(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	now := time.Unix(1234567890, 0)
	step := now.Unix() / otpStep
	code := func(d int64) string { return hotp(secret, uint64(step+d), otpDigits) }
	for name, x := range map[string]struct {
		code  string
		after int64
		want  int64 // 0 = refused
	}{
		"now": {code(0), 0, step}, "one before": {code(-1), 0, step - 1}, "one later": {code(1), 0, step + 1},
		"two before": {code(-2), 0, 0}, "two later": {code(2), 0, 0}, "another": {"000000", 0, 0}, "nothing": {"", 0, 0}, "too long": {code(0) + "1", 0, 0},
		"used": {code(0), step, 0}, "older than the one used": {code(-1), step, 0}, "the next after the one used": {code(1), step, step + 1},
	} {
		got, ok := otpMatch(secret, x.code, now, x.after)
		if got != x.want || ok != (x.want != 0) {
			t.Errorf("%s: %d %v, want %d", name, got, ok, x.want)
		}
	}
}

func TestPlainCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct {
		code string
		otp  bool
	}{
		"123456": {"123456", true}, " 123 456 ": {"123456", true}, "１２３４５６": {"123456", true}, "12345": {"12345", false},
		"ABCD-efgh-2345-6789": {"abcdefgh23456789", false}, "": {"", false}, "１２３": {"123", false},
	} {
		if code, otp := plainCode(typed); code != want.code || otp != want.otp {
			t.Errorf("%q: %q %v", typed, code, otp)
		}
	}
}

func TestRecoveryCodes_DifferAndReadAloud(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		c := newRecovery()
		if len(c) != 19 || strings.Count(c, "-") != 3 || strings.ContainsAny(c, "01ilo") || seen[c] {
			t.Fatalf("code %q", c)
		}
		seen[c] = true
	}
	if string(recoveryHash("a", "x")) == string(recoveryHash("b", "x")) {
		t.Error("one code has the same hash for two people")
	}
}

func TestOTPAddress(t *testing.T) {
	t.Parallel()
	got := otpAddress("温州 清哨", "li ming", []byte("12345678901234567890"))
	want := "otpauth://totp/%E6%B8%A9%E5%B7%9E%20%E6%B8%85%E5%93%A8:li%20ming?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%B8%A9%E5%B7%9E%20%E6%B8%85%E5%93%A8&algorithm=SHA1&digits=6&period=30"
	if got != want {
		t.Errorf("%s", got)
	}
}
