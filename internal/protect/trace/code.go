package trace

import (
	"crypto/rand"
	"strings"
)

// symbols leaves out what is confused on paper or on a photograph of a screen:
// 0 O, 1 I.
const symbols = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// length is how many symbols a mark has before its check symbol: 40 bits, so
// that a made-up mark is nobody's.
const length = 8

// newCode draws a mark without its check symbol.
func newCode() string {
	b := make([]byte, length)
	rand.Read(b) // never fails since Go 1.24
	for i, x := range b {
		b[i] = symbols[x%32]
	}
	return string(b)
}

// check is the last symbol of a mark: a weighted sum, so that one wrong symbol
// and two exchanged ones show.
func check(code string) byte {
	sum := 0
	for i := range len(code) {
		sum += (2*i + 1) * strings.IndexByte(symbols, code[i])
	}
	return symbols[sum%32]
}

// Shown is the mark as it stands on the document, e.g. 7K2M-9QXR-F.
func Shown(code string) string {
	if len(code) != length {
		return code
	}
	return code[:4] + "-" + code[4:] + "-" + string(check(code))
}

// unknown stands for a symbol that cannot be read.
const unknown = '?'

// mostUnknown is how many symbols may be unreadable: with more, the register
// would be searched rather than asked.
const mostUnknown = 3

// Read brings what somebody typed from a leaked copy into the form of the
// register: letter case, blanks and dashes do not matter, what cannot be read is
// "?". The check symbol may be missing. It says in Chinese what is wrong, or
// nothing.
func Read(typed string) (code, wrong string) {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		if r >= '！' && r <= '～' { // full-width forms
			r -= '！' - '!'
		}
		switch {
		case strings.ContainsRune(symbols, r):
			b.WriteRune(r)
		case r == unknown || strings.ContainsRune("0O1I*_", r):
			b.WriteByte(unknown)
		case strings.ContainsRune(" -－—　·.\t\r\n", r):
		default:
			return "", "编号中有不会出现的字符“" + string(r) + "”；看不清的位置请写 ?"
		}
	}
	code = b.String()
	if len(code) < length || len(code) > length+1 {
		return "", "阅件编号是 9 位，形如 7K2M-9QXR-F；看不清的位置请写 ?"
	}
	last := code[length:]
	code = code[:length]
	n := strings.Count(code, string(unknown))
	switch {
	case n > mostUnknown:
		return "", "看不清的位置太多（最多 3 处），无法追查"
	case n == 0 && last != "" && last != string(unknown) && last[0] != check(code):
		return code, "编号的校验位不符，可能有一位看错"
	}
	return code, ""
}

// near gives the patterns that a mark with one misread symbol matches, each with
// one symbol left open.
func near(code string) []string {
	var out []string
	for i := range len(code) {
		if code[i] != unknown {
			out = append(out, code[:i]+string(unknown)+code[i+1:])
		}
	}
	return out
}
