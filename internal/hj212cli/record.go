package hj212cli

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// member is one name of an object with its values, one or several.
type member struct {
	name   string
	values []string
}

// object is a list of names in the order of first appearance.
type object []member

// add appends value to the values of name.
func (o *object) add(name, value string) {
	for i := range *o {
		if (*o)[i].name == name {
			(*o)[i].values = append((*o)[i].values, value)
			return
		}
	}
	*o = append(*o, member{name, []string{value}})
}

// addPairs adds pairs of a data area under the standard's spelling of their names.
func (o *object) addPairs(pairs []hj212.Pair, e encoding) {
	for _, p := range pairs {
		name := e.text([]byte(hj212.FieldName(p.Name)))
		if name == "code" {
			name = hiddenCode
		}
		o.add(name, e.text(p.Value))
	}
}

// hiddenCode is the key of an attribute called code. No attribute has a dash.
const hiddenCode = "-code"

// same compares two objects without regard to the order of names.
func (o object) same(p object) bool {
	if len(o) != len(p) {
		return false
	}
	for _, m := range o {
		i := slices.IndexFunc(p, func(n member) bool { return n.name == m.name })
		if i < 0 || !slices.Equal(p[i].values, m.values) {
			return false
		}
	}
	return true
}

// record is one line: a frame, a bad frame or noise.
type record struct {
	offset           int64
	ok, framed       bool
	version, profile string
	lengthOK, crcOK  bool
	sealed           bool // encrypted and not decrypted: nobody knows whether the CRC fits
	decrypted        bool
	printed          bool         // the encrypted bytes as text
	key              hj212.Cipher // of decrypted frames
	keyAt            int          // its place among those given, from 1; 0 when not said
	fault            string
	warnings         []string
	findings         []hj212.Finding // nil when not asked for
	encoding         encoding
	header, params   object
	items            []object // the first member is code
	raw              string
	bytes            []byte // what raw or raw_hex stands for; nil when not needed
}

// same compares what two frames say.
func (r *record) same(s *record) bool {
	return r.header.same(s.header) && r.params.same(s.params) && slices.EqualFunc(r.items, s.items, object.same)
}

// build writes the frame in the standard's form: header fields, parameters, items.
// The result says the same when it is read again, which the caller has to check.
func (r *record) build() ([]byte, error) {
	var b strings.Builder
	for _, m := range r.header {
		for _, v := range m.values {
			b.WriteString(m.name + "=" + v + ";")
		}
	}
	b.WriteString("CP=&&")
	var area hj212.AreaBuilder
	for _, m := range r.params {
		for _, v := range m.values {
			area.Param(m.name, v)
		}
	}
	for _, o := range r.items {
		for _, m := range o[1:] {
			name := m.name
			if name == hiddenCode {
				name = "code"
			}
			for _, v := range m.values {
				area.Pair(o[0].values[0], name, v)
			}
		}
	}
	b.Write(area.Bytes())
	b.WriteString("&&")
	segment, ok := r.encoding.bytes(b.String())
	if !ok {
		return nil, fault.Invalidf("有 GBK 没有的字，请把 encoding 改为 UTF-8（去掉该键）")
	}
	var frame []byte
	var err error
	switch {
	case !r.decrypted:
		frame, err = hj212.AppendSegment(nil, segment)
	case r.key == nil:
		return nil, fault.Invalidf("数据区是解密的，须用 --sm4-key 给出密钥才能重新加密")
	case r.printed:
		frame, err = hj212.AppendEncryptedSegment(nil, segment, r.key, hj212.FormPrinted)
	default:
		frame, err = hj212.AppendEncryptedSegment(nil, segment, r.key, hj212.FormBytes)
	}
	if err != nil {
		return nil, fault.Invalidf("数据段超过 %d 字节，请拆分成多包", hj212.MaxSegment)
	}
	return frame, nil
}

// appendJSON writes r as one JSON object.
func (r *record) appendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"offset":`...), r.offset, 10)
	b = strconv.AppendBool(append(b, `,"ok":`...), r.ok)
	if r.framed {
		b = appendString(append(b, `,"version":`...), r.version)
	}
	if r.profile != "" {
		b = appendString(append(b, `,"profile":`...), r.profile)
	}
	b = strconv.AppendBool(append(b, `,"length_ok":`...), r.lengthOK)
	if b = append(b, `,"crc_ok":`...); r.sealed {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendBool(b, r.crcOK)
	}
	if r.decrypted {
		b = append(b, `,"crc_over":"plaintext","decrypted":true`...)
	}
	if r.keyAt > 1 {
		b = strconv.AppendInt(append(b, `,"sm4_key":`...), int64(r.keyAt), 10)
	}
	if r.printed {
		b = append(b, `,"printed":true`...)
	}
	b = append(b, `,"error":`...)
	if r.fault == "" {
		b = append(b, "null"...)
	} else {
		b = appendString(b, r.fault)
	}
	b = appendStrings(append(b, `,"warnings":`...), r.warnings)
	if r.findings != nil {
		b = appendFindings(append(b, `,"findings":`...), r.findings)
	}
	if r.framed {
		b = r.header.appendJSON(append(b, `,"header":`...))
	}
	if r.ok {
		b = r.params.appendJSON(append(b, `,"params":`...))
		b = append(b, `,"items":[`...)
		for i, o := range r.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = o.appendJSON(b)
		}
		b = append(b, ']')
	}
	return append(r.appendRaw(b), '}')
}

// appendRaw writes encoding, raw and raw_hex when they are needed.
func (r *record) appendRaw(b []byte) []byte {
	if r.encoding == gbkText {
		b = appendString(append(b, `,"encoding":`...), string(gbkText))
	}
	switch {
	case r.bytes == nil:
	case r.encoding == binaryText || r.decrypted:
		b = append(b, `,"raw_hex":"`...)
		b = append(hex.AppendEncode(b, r.bytes), '"')
	default:
		b = appendString(append(b, `,"raw":`...), r.raw)
	}
	return b
}

func (o object) appendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, m.name), ':')
		if len(m.values) == 1 {
			b = appendString(b, m.values[0])
		} else {
			b = appendStrings(b, m.values)
		}
	}
	return append(b, '}')
}

func appendFindings(b []byte, all []hj212.Finding) []byte {
	b = append(b, '[')
	for i, x := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"rule":`...), x.Rule)
		b = appendString(append(b, `,"text":`...), x.Text)
		b = appendString(append(b, `,"field":`...), x.Field)
		b = appendString(append(b, `,"value":`...), strings.ToValidUTF8(x.Value, "\uFFFD"))
		b = append(appendString(append(b, `,"clause":`...), x.Clause), '}')
	}
	return append(b, ']')
}

func appendStrings(b []byte, all []string) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

// appendString writes s as a JSON string, & and < as they are.
func appendString(b []byte, s string) []byte {
	w := bytes.NewBuffer(b)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // cannot happen for a string
		panic(err)
	}
	return bytes.TrimSuffix(w.Bytes(), []byte("\n"))
}
