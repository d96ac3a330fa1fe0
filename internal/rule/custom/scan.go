package custom

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Problem is one thing wrong with a text, and where. From and To count
// characters of the text; To is not in it.
type Problem struct {
	Field  string // which text of the rule: expr, until or explain
	From   int
	To     int
	Line   int // from 1
	Column int // from 1
	Text   string
}

// tokens of a text.
type class int8

const (
	number class = iota
	text         // a piece of text in quotation marks
	thing        // something measured
	call         // a function's name
	moment       // a value of the hour
	name         // a name of the reader's own, in exists and all
	infix        // stands between two
	prefix       // stands before one
	open
	shut
	comma
	dot
	choose // ? and :
)

type token struct {
	class    class
	from, to int
	written  string
	cel      string
}

// wide are the full-width signs and what they stand for.
var wide = map[rune]rune{'（': '(', '）': ')', '，': ',', '＞': '>', '＜': '<', '＝': '=', '！': '!', '＋': '+', '－': '-', '＊': '*', '／': '/',
	'【': '[', '】': ']', '［': '[', '］': ']', '％': '%', '．': '.', '？': '?', '：': ':', '　': ' ', '×': '*', '÷': '/', '“': '"', '”': '"', '「': '"', '」': '"', '＂': '"',
	'≥': '≥', '≤': '≤', '≠': '≠', '、': ','}

func narrow(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	if n, ok := wide[r]; ok {
		return n
	}
	return r
}

type scanner struct {
	src  []rune
	at   int
	out  []token
	stop *Problem
}

// scan cuts a text into tokens, or says what it cannot read.
func scan(src []rune) ([]token, *Problem) {
	s := &scanner{src: src}
	for s.stop == nil && s.at < len(src) {
		s.next()
	}
	return s.out, s.stop
}

func (s *scanner) fail(from, to int, format string, args ...any) {
	if s.stop == nil {
		s.stop = &Problem{From: from, To: max(to, from+1), Text: fmt.Sprintf(format, args...)}
	}
}

func (s *scanner) peek(n int) rune {
	if s.at+n >= len(s.src) {
		return 0
	}
	return narrow(s.src[s.at+n])
}

func (s *scanner) add(c class, n int, cel string) {
	s.out = append(s.out, token{c, s.at, s.at + n, string(s.src[s.at : s.at+n]), cel})
	s.at += n
}

var pairs = map[string]struct {
	class class
	cel   string
}{
	">=": {infix, ">="}, "<=": {infix, "<="}, "==": {infix, "=="}, "!=": {infix, "!="}, "<>": {infix, "!="}, "&&": {infix, "&&"}, "||": {infix, "||"},
	"=>": {infix, ">="}, "=<": {infix, "<="},
}

var singles = map[rune]struct {
	class class
	cel   string
}{
	'>': {infix, ">"}, '<': {infix, "<"}, '≥': {infix, ">="}, '≤': {infix, "<="}, '≠': {infix, "!="}, '+': {infix, "+"}, '*': {infix, "*"}, '/': {infix, "/"},
	'(': {open, "("}, '[': {open, "["}, ')': {shut, ")"}, ']': {shut, "]"}, ',': {comma, ","}, '.': {dot, "."}, '?': {choose, "?"}, ':': {choose, ":"},
}

func (s *scanner) next() {
	r := s.peek(0)
	if pair, ok := pairs[string([]rune{r, s.peek(1)})]; ok {
		s.add(pair.class, 2, pair.cel)
		return
	}
	switch {
	case unicode.IsSpace(r):
		s.at++
	case r == '=':
		s.fail(s.at, s.at+1, "判断相等要写两个等号“==”")
	case r == '&' || r == '|':
		s.fail(s.at, s.at+1, "“%c”要写两个，也可以写“%s”", r, map[rune]string{'&': "且", '|': "或"}[r])
	case r == '!':
		s.add(prefix, 1, "!")
	case r == '-':
		if s.operand() {
			s.add(infix, 1, "-")
		} else {
			s.add(prefix, 1, "-")
		}
	case r == '%':
		s.percent()
	case r == '"' || r == '\'' || r == '‘' || r == '’':
		s.quoted()
	case r >= '0' && r <= '9':
		s.number()
	case unicode.IsLetter(r) || r == '_':
		s.word()
	default:
		if x, ok := singles[r]; ok {
			s.add(x.class, 1, x.cel)
			return
		}
		s.fail(s.at, s.at+1, "认不出这个字符“%c”，请删去或换成常用符号", s.src[s.at])
	}
}

// operand reports whether what stands before is something to reckon with.
func (s *scanner) operand() bool {
	if len(s.out) == 0 {
		return false
	}
	switch s.out[len(s.out)-1].class {
	case number, text, thing, moment, name, shut:
		return true
	}
	return false
}

func (s *scanner) percent() {
	n := len(s.out)
	if n == 0 || s.out[n-1].class != number || s.out[n-1].to != s.at {
		s.fail(s.at, s.at+1, "“%%”只能紧跟在数字后面，例如 30%%")
		return
	}
	t := &s.out[n-1]
	v, _ := strconv.ParseFloat(t.cel, 64)
	s.at++
	t.to, t.written, t.cel = s.at, t.written+"%", literal(v/100)
}

// literal writes a number as CEL's only kind that we use.
func literal(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

func (s *scanner) number() {
	n := 0
	var b strings.Builder
	for r := s.peek(n); r >= '0' && r <= '9' || r == '.'; r = s.peek(n) {
		b.WriteRune(r)
		n++
	}
	v, err := strconv.ParseFloat(b.String(), 64)
	if err != nil || n > 20 {
		s.fail(s.at, s.at+n, "“%s”不是一个数，请检查小数点", string(s.src[s.at:s.at+n]))
		return
	}
	s.add(number, n, literal(v))
}

func (s *scanner) quoted() {
	begin := s.at
	var b strings.Builder
	for n := 1; s.at+n < len(s.src); n++ {
		switch r := s.src[s.at+n]; r {
		case '"', '\'', '”', '“', '’', '‘', '」', '＂':
			s.add(text, n+1, strconv.Quote(b.String()))
			s.named(len(s.out)-1, b.String())
			return
		case '\n':
			s.fail(begin, s.at+n, "引号没有配对，请在名称后面补上引号")
			return
		default:
			b.WriteRune(r)
		}
	}
	s.fail(begin, len(s.src), "引号没有配对，请在名称后面补上引号")
}

// named turns a text that stands as a function's first argument into what it
// names.
func (s *scanner) named(i int, written string) {
	k, ok := key(written)
	if s.firstArgument(i) && !ok {
		s.fail(s.out[i].from, s.out[i].to, "没有叫“%s”的因子%s", written, propose(written))
		return
	}
	if ok {
		s.out[i].cel = strconv.Quote(k)
	}
}

func (s *scanner) firstArgument(i int) bool {
	return i >= 2 && s.out[i-1].class == open && s.out[i-2].class == call
}

func propose(written string) string {
	if n := nearest(written); n != "" {
		return "，您是不是要写“" + n + "”？"
	}
	return "，请从右侧的词表中选取"
}

// joins are words that are signs.
var joins = map[string]struct {
	class class
	cel   string
}{
	"且": {infix, "&&"}, "并且": {infix, "&&"}, "同时": {infix, "&&"}, "and": {infix, "&&"}, "AND": {infix, "&&"},
	"或": {infix, "||"}, "或者": {infix, "||"}, "or": {infix, "||"}, "OR": {infix, "||"},
	"非": {prefix, "!"}, "不是": {prefix, "!"}, "not": {prefix, "!"}, "NOT": {prefix, "!"},
	"in": {infix, " in "}, "属于": {infix, " in "}, "大于": {infix, ">"}, "小于": {infix, "<"}, "等于": {infix, "=="}, "不小于": {infix, ">="}, "不大于": {infix, "<="},
	"真": {moment, "true"}, "假": {moment, "false"}, "true": {moment, "true"}, "false": {moment, "false"},
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// word reads a name. Chinese has no spaces: what is no word as a whole may be
// several, as 氨氮且流量 is three.
func (s *scanner) word() {
	n := 0
	for letter(s.peek(n)) {
		n++
	}
	whole := string(s.src[s.at : s.at+n])
	if s.known(whole, n) {
		return
	}
	if cuts := split(s.src[s.at:s.at+n], map[int]bool{}); cuts != nil {
		for _, k := range cuts {
			s.known(string(s.src[s.at:s.at+k]), k)
		}
		return
	}
	if s.ownName(whole) {
		s.add(name, n, whole)
		return
	}
	s.fail(s.at, s.at+n, "不认识“%s”%s", whole, propose(whole))
}

// split cuts letters into words that are all known, the longest first; nil when
// that cannot be done. dead are remainders known to be none, by length.
func split(w []rune, dead map[int]bool) []int {
	if len(w) > 60 || dead[len(w)] {
		return nil
	}
	for k := min(len(w), 16); k > 0; k-- {
		if !isWord(string(w[:k])) {
			continue
		}
		if k == len(w) {
			return []int{k}
		}
		if rest := split(w[k:], dead); rest != nil {
			return append([]int{k}, rest...)
		}
	}
	dead[len(w)] = true
	return nil
}

func isWord(w string) bool {
	if _, ok := joins[w]; ok {
		return true
	}
	if _, ok := functionOf(w); ok {
		return true
	}
	for _, m := range moments {
		if w == m.Name {
			return true
		}
	}
	return isKey(w) && !isLatin(w)
}

func (s *scanner) known(w string, n int) bool {
	if j, ok := joins[w]; ok {
		s.add(j.class, n, j.cel)
		return true
	}
	after := s.at + n
	for after < len(s.src) && unicode.IsSpace(s.src[after]) {
		after++
	}
	called := after < len(s.src) && narrow(s.src[after]) == '('
	if f, ok := functionOf(w); ok && (called || !isKey(w)) {
		s.add(call, n, f.word.Latin)
		return true
	}
	if len(s.out) > 0 && s.out[len(s.out)-1].class == dot && (w == "exists" || w == "all") {
		s.add(call, n, w)
		return true
	}
	for _, m := range moments {
		if w == m.Name || w == m.Latin {
			s.add(moment, n, m.Latin)
			return true
		}
	}
	if k, ok := key(w); ok {
		s.add(thing, n, k)
		return true
	}
	return false
}

func isKey(w string) bool { _, ok := key(w); return ok }

// ownName reports whether the text names something itself, as x in
// [..].exists(x, ..).
func (s *scanner) ownName(w string) bool {
	src := string(s.src)
	return isLatin(w) && len(w) <= 8 && (strings.Contains(src, "exists("+w) || strings.Contains(src, "all("+w))
}

func isLatin(w string) bool {
	for _, r := range w {
		if r > 127 {
			return false
		}
	}
	return true
}
