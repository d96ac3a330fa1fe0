package riskmap

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// node is a JSON value that remembers its line, so that whoever wrote the file
// is told where to mend it.
type node struct {
	line   int
	kind   byte // { [ " 0 t n
	text   string
	list   []node
	keys   []string
	values []node
	on     []int // lines of the keys
}

// parse reads one JSON document.
func parse(text []byte) (node, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	var any json.RawMessage
	if err := json.Unmarshal(text, &any); err != nil {
		at := int64(len(text))
		var se *json.SyntaxError
		if errors.As(err, &se) {
			at = se.Offset
		}
		return node{}, fmt.Errorf("第 %d 行：不是合格的 JSON（%s）", lineAt(text, at), syntaxWords(err))
	}
	p := &parser{text: text, dec: json.NewDecoder(bytes.NewReader(text)), line: 1}
	p.dec.UseNumber()
	return p.value()
}

func lineAt(text []byte, offset int64) int {
	offset = max(0, min(offset, int64(len(text))))
	return 1 + bytes.Count(bytes.TrimRight(text[:offset], " \t\r\n"), []byte("\n"))
}

func syntaxWords(err error) string {
	if strings.Contains(err.Error(), "unexpected end") {
		return "文件没有写完，缺少右括号或引号"
	}
	return "请检查逗号、引号和括号：" + err.Error()
}

type parser struct {
	text []byte
	dec  *json.Decoder
	line int
	seen int64
}

func (p *parser) token() (json.Token, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	to := p.dec.InputOffset() // a token holds no newline, so its end is its line
	p.line += bytes.Count(p.text[p.seen:to], []byte("\n"))
	p.seen = to
	return t, nil
}

func (p *parser) value() (node, error) {
	t, err := p.token()
	if err != nil {
		return node{}, err
	}
	n := node{line: p.line}
	switch v := t.(type) {
	case json.Delim:
		n.kind = byte(v)
		return n, p.inside(&n)
	case string:
		n.kind, n.text = '"', v
	case json.Number:
		n.kind, n.text = '0', v.String()
	case bool:
		n.kind, n.text = 't', fmt.Sprint(v)
	default:
		n.kind = 'n'
	}
	return n, nil
}

func (p *parser) inside(n *node) error {
	for p.dec.More() {
		if n.kind == '{' {
			k, err := p.token()
			if err != nil {
				return err
			}
			n.keys, n.on = append(n.keys, k.(string)), append(n.on, p.line)
		}
		v, err := p.value()
		if err != nil {
			return err
		}
		if n.kind == '{' {
			n.values = append(n.values, v)
		} else {
			n.list = append(n.list, v)
		}
	}
	_, err := p.token()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// shown is the value as a message repeats it.
func (n node) shown() string {
	switch n.kind {
	case '{':
		return "{…}"
	case '[':
		return "[…]"
	case 'n':
		return "null"
	case '"':
		if r := []rune(n.text); len(r) > 30 {
			return `"` + string(r[:30]) + `…"`
		}
		return `"` + n.text + `"`
	}
	if len(n.text) > 30 {
		return n.text[:30] + "…"
	}
	return n.text
}
