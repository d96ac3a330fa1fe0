package pinyin

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// The characters that letters begin with stand in the order of sound; two that
// changed places would give whole syllables to the wrong letter.
func TestBounds(t *testing.T) {
	t.Parallel()
	keys := bounds()
	if len(keys) != len(letters) || utf8.RuneCountInString(firsts) != len(letters) {
		t.Fatalf("%d characters for %d letters", len(keys), len(letters))
	}
	for i := 1; i < len(keys); i++ {
		if bytes.Compare(keys[i-1], keys[i]) >= 0 {
			t.Errorf("%c does not come before %c", []rune(firsts)[i-1], []rune(firsts)[i])
		}
	}
}
