package auth

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/fault"
)

// The bounds of a password, in characters. GB/T 22239-2019 8.1.4.1 asks for
// complexity and regular change without figures; these are the figures that
// 等保 assessors look for. The upper bound keeps hashing cheap.
const (
	MinPassword = 10
	MaxPassword = 128
)

// weak lists pieces that make a password guessable however it is decorated.
var weak = []string{"password", "passw0rd", "p@ssw0rd", "qwerty", "1qaz", "admin", "letmein",
	"welcome", "iloveyou", "abc123", "qingshao", "huanbao", "shengtai", "wenzhou"}

// CheckPassword says in Chinese why a password may not be chosen: at least ten
// characters of three of the four classes, without the login name, common
// words, or runs like 12345 and aaaa.
func CheckPassword(login, password string) error {
	refuse := func(format string, args ...any) error {
		return fault.Invalidf("新密码不符合要求："+format, args...).With("new", format, args...)
	}
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return refuse("含有无法识别的字符")
	case n < MinPassword:
		return refuse("至少 %d 个字符", MinPassword)
	case n > MaxPassword:
		return refuse("最多 %d 个字符", MaxPassword)
	case classes(password) < 3:
		return refuse("大写字母、小写字母、数字、符号至少含三类")
	case len(login) >= 3 && strings.Contains(low, strings.ToLower(login)):
		return refuse("不能包含登录名")
	case run(low) >= 5:
		return refuse("不能含有 5 个以上连续或重复的字符，例如 12345、aaaaa")
	}
	for _, w := range weak {
		if strings.Contains(low, w) {
			return refuse("含有容易被猜到的“%s”", w)
		}
	}
	return nil
}

func classes(s string) int {
	var upper, lower, digit, other int
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return upper + lower + digit + other
}

// run is the length of the longest stretch in which each character repeats,
// follows or precedes the one before.
func run(s string) int {
	best, n, step, prev := 0, 0, rune(0), rune(-2)
	for i, r := range []rune(s) {
		d := r - prev
		switch {
		case i == 0 || d < -1 || d > 1:
			n = 1
		case n == 1 || d == step:
			n++
		default:
			n = 2
		}
		step, prev = d, r
		best = max(best, n)
	}
	return best
}

// letters leaves out what is confused on paper: 0 O o, 1 l I.
const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// RandomPassword makes a password of some 90 bits that can be read aloud and
// typed: four groups of four.
func RandomPassword() string {
	for {
		var b strings.Builder
		for i := range 16 {
			if i > 0 && i%4 == 0 {
				b.WriteByte('-')
			}
			n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
			if err != nil {
				panic(err) // crypto/rand does not fail since Go 1.24
			}
			b.WriteByte(letters[n.Int64()])
		}
		if p := b.String(); classes(p) == 4 && CheckPassword("", p) == nil {
			return p
		}
	}
}
