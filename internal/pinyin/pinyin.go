// Package pinyin gives the first letters of Chinese words in pinyin (拼音首字母),
// by which people who type fast look a name up: 温州示范印染厂 is wzsfyrc.
//
// A character's letter is found in the order of the Unicode collation for
// Chinese, which is by sound. Known gap: a character with several readings has
// the letter of the commonest one only, e.g. 重 is z, also in 重庆.
package pinyin

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// The letters that a syllable begins with, and for each the first character in
// the order of sound.
const (
	letters = "abcdefghjklmnopqrstwxyz"
	firsts  = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀"
)

// sorter makes sort keys; it is not safe for several at a time.
type sorter struct {
	collator *collate.Collator
	buffer   collate.Buffer
}

func (s *sorter) key(r rune) []byte {
	s.buffer.Reset()
	return slices.Clone(s.collator.KeyFromString(&s.buffer, string(r)))
}

var sorters = sync.Pool{New: func() any { return &sorter{collator: collate.New(language.MustParse("zh-u-co-pinyin"))} }}

// bounds are the sort keys of the first characters.
var bounds = sync.OnceValue(func() [][]byte {
	s := sorters.Get().(*sorter)
	defer sorters.Put(s)
	var keys [][]byte
	for _, r := range firsts {
		keys = append(keys, s.key(r))
	}
	return keys
})

// Initials gives the first letter of every Chinese character, in lower case, and
// letters and digits as they are, in lower case; the rest is left out.
func Initials(text string) string {
	s := sorters.Get().(*sorter)
	defer sorters.Put(s)
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			key := s.key(r)
			n, found := slices.BinarySearchFunc(bounds(), key, bytes.Compare)
			if found {
				n++
			}
			if n > 0 {
				b.WriteByte(letters[n-1])
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Typed tells whether somebody may have typed the first letters of a name: two
// Latin letters or digits, or more, and nothing else.
func Typed(text string) bool {
	for _, r := range text {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return len(text) > 1
}
