package hj212cli

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// Encode reads JSON objects as Decode writes them from in and writes their bytes
// to out. An object whose raw or raw_hex says the same as its header, params and
// items, or that has nothing else, gives those bytes; otherwise the frame is
// written anew in the standard's form, with length, CRC and tail. So what Decode
// read comes out byte for byte, and what was changed in between, or written by
// hand, counts. An object that cannot be a frame ends the work with a fault that
// names it; what stands before it has been written. A decrypted object is encrypted
// again under the key of o.Keys that its sm4_key names, the first when it names none.
func Encode(in io.Reader, out io.Writer, o Options) error {
	dec := json.NewDecoder(in)
	dec.UseNumber()
	w := bufio.NewWriter(out)
	for n := 1; ; n++ {
		r, err := readRecord(dec)
		if errors.Is(err, io.EOF) {
			break
		}
		var raw []byte
		if err == nil {
			raw, err = r.encode(o)
		}
		if err != nil {
			if werr := w.Flush(); werr != nil {
				return unwritten(werr)
			}
			return fault.Invalidf("第 %d 个对象：%s", n, fault.Sentence(err, "不是合法的 JSON")).Because(err)
		}
		if _, err := w.Write(raw); err != nil {
			return unwritten(err)
		}
	}
	if err := w.Flush(); err != nil {
		return unwritten(err)
	}
	return nil
}

// encode returns the bytes r stands for.
func (r *record) encode(o Options) ([]byte, error) {
	if n := max(r.keyAt, 1); r.decrypted && len(o.Keys) > 0 {
		if n > len(o.Keys) {
			return nil, fault.Invalidf("须用第 %d 个密钥重新加密，而 --sm4-key 只给了 %d 个", n, len(o.Keys))
		}
		r.key = o.Keys[n-1]
	}
	if r.header == nil || !r.ok {
		if r.bytes == nil {
			return nil, fault.Invalidf("既没有可用的 header，也没有 raw 或 raw_hex，无法编码")
		}
		return r.bytes, nil
	}
	if r.bytes != nil {
		if s := readFrame(r.bytes, o); s != nil && r.same(s) {
			return r.bytes, nil
		}
	}
	if r.encoding == binaryText {
		r.encoding = utf8Text
	}
	raw, err := r.build()
	if err != nil {
		return nil, err
	}
	s := readFrame(raw, o)
	if s == nil || !r.same(s) {
		return nil, fault.Invalidf("内容无法写成一帧：请检查 header 是否含 ST、CN、MN，名和值是否含分号、逗号、等号或首尾空格")
	}
	return raw, nil
}

// readFrame reads bytes that are one usable frame, else it returns nil.
func readFrame(raw []byte, o Options) *record {
	s := hj212.Scanner{KeepTail: true}
	s.Write(raw)
	s.Close()
	d := decoder{Options: o}
	if !s.Next(&d.frame) {
		return nil
	}
	r := d.record()
	if !r.ok {
		return nil
	}
	if _, rest := s.Pending(); rest > 0 {
		return nil
	}
	return r
}

// readRecord reads one object. It returns io.EOF at the end.
func readRecord(dec *json.Decoder) (*record, error) {
	if err := open(dec, '{'); err != nil {
		return nil, err
	}
	r := &record{ok: true}
	for dec.More() {
		name, err := readName(dec)
		if err != nil {
			return nil, err
		}
		if err := r.readMember(dec, name); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, noEOF(err)
	}
	if r.raw != "" {
		var ok bool
		if r.bytes, ok = r.encoding.bytes(r.raw); !ok {
			return nil, fault.Invalidf("raw 有 GBK 没有的字")
		}
	}
	return r, nil
}

// readMember reads the value of one key of a line; keys that say nothing about
// the bytes are passed over.
func (r *record) readMember(dec *json.Decoder, name string) (err error) {
	switch name {
	case "ok":
		err = dec.Decode(&r.ok)
	case "decrypted":
		err = dec.Decode(&r.decrypted)
	case "sm4_key":
		err = dec.Decode(&r.keyAt)
	case "printed":
		err = dec.Decode(&r.printed)
	case "header":
		r.header, err = readObject(dec)
		if r.header == nil {
			r.header = object{}
		}
	case "params":
		r.params, err = readObject(dec)
	case "items":
		r.items, err = readItems(dec)
	case "encoding":
		err = dec.Decode(&r.encoding)
		if err == nil && r.encoding != gbkText && r.encoding != utf8Text {
			return fault.Invalidf("encoding 只能是 gbk，或不写")
		}
	case "raw":
		err = dec.Decode(&r.raw)
	case "raw_hex":
		var text string
		if err = dec.Decode(&text); err == nil {
			if r.bytes, err = hex.DecodeString(text); err != nil {
				return fault.Invalidf("raw_hex 不是十六进制")
			}
		}
	default:
		var skipped json.RawMessage
		err = dec.Decode(&skipped)
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		return fault.Invalidf("键 %s 的值不合要求", name).Because(noEOF(err))
	}
	return err
}

// readItems reads the array of items; each begins with its code wherever the key
// stands.
func readItems(dec *json.Decoder) ([]object, error) {
	if err := open(dec, '['); err != nil {
		return nil, err
	}
	var items []object
	for dec.More() {
		o, err := readObject(dec)
		if err != nil {
			return nil, err
		}
		code := object(nil)
		rest := object(nil)
		for _, m := range o {
			if m.name == "code" {
				code = object{m}
			} else {
				rest = append(rest, m)
			}
		}
		if len(code) != 1 || len(code[0].values) != 1 {
			return nil, fault.Invalidf("items 中每一项须有一个 code")
		}
		items = append(items, append(code, rest...))
	}
	_, err := dec.Token()
	return items, noEOF(err)
}

// readObject reads an object of texts, numbers and arrays of them.
func readObject(dec *json.Decoder) (object, error) {
	if err := open(dec, '{'); err != nil {
		return nil, err
	}
	var o object
	for dec.More() {
		name, err := readName(dec)
		if err != nil {
			return nil, err
		}
		if err := o.readValues(dec, name); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return o, noEOF(err)
}

func (o *object) readValues(dec *json.Decoder, name string) error {
	token, err := dec.Token()
	if err != nil {
		return noEOF(err)
	}
	if token != json.Delim('[') {
		return o.addToken(name, token)
	}
	for dec.More() {
		if token, err = dec.Token(); err != nil {
			return noEOF(err)
		}
		if err := o.addToken(name, token); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return noEOF(err)
}

func (o *object) addToken(name string, token json.Token) error {
	switch v := token.(type) {
	case string:
		o.add(name, v)
	case json.Number:
		o.add(name, v.String())
	default:
		return fault.Invalidf("%s 的值须是文字、数或其数组", name)
	}
	return nil
}

func readName(dec *json.Decoder) (string, error) {
	token, err := dec.Token()
	if err != nil {
		return "", noEOF(err)
	}
	name, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%v is no name", token)
	}
	return name, nil
}

// open reads the delimiter that must come next. At the very end it returns io.EOF
// as it is.
func open(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fault.Invalidf("此处应为 %s", want)
	}
	return nil
}

// noEOF turns an end in the middle of an object into an error.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
