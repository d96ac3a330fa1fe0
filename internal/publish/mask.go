package publish

import (
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// forms are what identifies a person by its form alone, the longest first, so
// that a number inside a longer one is not taken for another.
var forms = []struct {
	find *regexp.Regexp
	keep func(string) string
}{
	{regexp.MustCompile(`[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]`), ends(4, 2)}, // identity card
	{regexp.MustCompile(`\d{16,19}`), ends(4, 2)},                                                                // bank card
	{regexp.MustCompile(`1[3-9]\d(?:[ -]?\d{4}){2}`), ends(3, 2)},                                                // mobile phone
	{regexp.MustCompile(`0\d{2,3}[- ]\d{7,8}`), ends(4, 2)},                                                      // telephone
	{regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`), ends(1, 0)},
	{regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{5,6}`), ends(2, 1)}, // number plate
	{regexp.MustCompile(`\d{1,4}(?:号楼|幢|栋)[\d一二三四五六七八九十]{0,3}(?:单元)?\d{0,4}室?`), func(string) string { return "某幢" }},
}

func ends(head, tail int) func(string) string {
	return func(s string) string {
		r := []rune(s)
		if len(r) <= head+tail {
			return strings.Repeat("*", len(r))
		}
		return string(r[:head]) + "****" + string(r[len(r)-tail:])
	}
}

// Mask replaces what identifies people by its form (phone, identity and card
// numbers, addresses of mail, plates, houses) and the names that the writer lists,
// and counts the places. Names of one character cannot be told from other words:
// a draft that lists one is refused (Check).
func Mask(text string, names []string) (string, int) {
	n := 0
	for _, f := range forms {
		text = f.find.ReplaceAllStringFunc(text, func(s string) string { n++; return f.keep(s) })
	}
	names = append([]string{}, names...)
	sort.SliceStable(names, func(i, j int) bool { return len(names[i]) > len(names[j]) })
	for _, name := range names {
		if name = strings.TrimSpace(name); utf8.RuneCountInString(name) > 1 {
			again := spaced(name)
			n += len(again.FindAllStringIndex(text, -1))
			text = again.ReplaceAllLiteralString(text, hidden(name))
		}
	}
	return text, n
}

// spaced finds a name also where it was written with blanks (张 三).
func spaced(name string) *regexp.Regexp {
	parts := []string{}
	for _, r := range name {
		if !unicode.IsSpace(r) {
			parts = append(parts, regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(strings.Join(parts, `[ \t　]*`))
}

func within(text, name string) bool { return spaced(name).MatchString(text) }

// hidden is what stands for a name: 张三 is 张某, a longer name 某 and what it ends
// with (某公司).
func hidden(name string) string {
	r := []rune(name)
	switch {
	case len(r) <= 3:
		return string(r[0]) + strings.Repeat("某", len(r)-1)
	case strings.HasSuffix(name, "公司"), strings.HasSuffix(name, "小区"):
		return "某" + string(r[len(r)-2:])
	case strings.HasSuffix(name, "厂"), strings.HasSuffix(name, "村"), strings.HasSuffix(name, "店"):
		return "某" + string(r[len(r)-1:])
	}
	return "某某"
}
