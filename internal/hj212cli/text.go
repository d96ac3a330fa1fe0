package hj212cli

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// encoding is how bytes are read as text. The standards ask for UTF-8; older
// loggers write their logs in GBK.
type encoding string

const (
	utf8Text   encoding = ""
	gbkText    encoding = "gbk"
	binaryText encoding = "binary" // neither: only raw_hex says what the bytes are
)

// readText finds the encoding of p and returns its text, empty when it is
// neither UTF-8 nor GBK. GBK counts only when the text gives the same bytes again.
func readText(p []byte) (string, encoding) {
	if utf8.Valid(p) {
		return string(p), utf8Text
	}
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(p)
	if err != nil || strings.ContainsRune(string(text), utf8.RuneError) {
		return "", binaryText
	}
	again, err := simplifiedchinese.GBK.NewEncoder().Bytes(text)
	if err != nil || string(again) != string(p) {
		return "", binaryText
	}
	return string(text), gbkText
}

// text reads a part of bytes whose encoding is e. Bytes that are no text become
// replacement characters.
func (e encoding) text(p []byte) string {
	if e == gbkText {
		if text, err := simplifiedchinese.GBK.NewDecoder().Bytes(p); err == nil {
			return string(text)
		}
	}
	return strings.ToValidUTF8(string(p), string(utf8.RuneError))
}

// bytes writes text in e; ok is false when it has characters e does not have.
func (e encoding) bytes(text string) (p []byte, ok bool) {
	if e != gbkText {
		return []byte(text), true
	}
	p, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	return p, err == nil
}
