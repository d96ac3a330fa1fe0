// Package hj212cli writes streams of HJ 212 frames (污染源在线监控数据报文) as JSON
// lines and reads them back: the work behind `qingshao hj212 decode` and `qingshao
// hj212 encode`. Scripts and people who examine what a monitor sent use it; the
// gateway does not. It knows no flags and opens no files.
//
// # The lines
//
// One JSON object stands for one frame, bad frame or run of bytes without a
// header, in the order of the stream:
//
//	{"offset":0,"ok":true,"version":"2017","length_ok":true,"crc_ok":true,"error":null,"warnings":[],
//	 "header":{"QN":"…","ST":"32",…},"params":{"DataTime":"…"},"items":[{"code":"w01018","Rtd":"40.1","Flag":"N"}]}
//
// offset, ok, length_ok, crc_ok and error are always there. version, header,
// params and items are there when the CRC fits; fields of bytes whose CRC is wrong
// are no data. An error or warning is "code: Chinese sentence". Values are the
// original text; names the standard knows have the standard's spelling; a name
// that is repeated has an array, in order; an attribute called code, which would
// hide the factor code, is called -code.
//
// Further keys, when needed: profile is surface-water when version 2 is not proof
// of 2025; encoding is gbk when the bytes are GBK and not UTF-8; raw is the text,
// and raw_hex the bytes when they are neither UTF-8 nor GBK, of everything that
// cannot be written again from the other keys alone: bad frames, noise, and
// frames written in another way than the standard's.
//
// A 2025 frame whose data area is encrypted has crc_ok null and the warning
// encrypted as long as no key fits; its header is shown and not proved. With the
// key it is as any other frame, with decrypted true, crc_over plaintext, and
// printed true when the bytes were sent as text, {0xE4,...}; raw_hex then holds the
// bytes sent, not the plain text. sm4_key says which of several keys fitted, from 1,
// when it was not the first.
package hj212cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// Decode reads a byte stream from in until its end and writes one JSON line for
// each frame, bad frame or run of noise to out. CR and LF between frames beyond
// the tail of a frame are dropped. Damaged input is not an error: it is what the
// lines say. The errors are those of reading and writing. Encrypted data areas are
// tried with o.Keys.
func Decode(in io.Reader, out io.Writer, o Options) error {
	s := hj212.Scanner{KeepTail: true}
	w := bufio.NewWriter(out)
	d := decoder{Options: o}
	for idle := 0; ; {
		n, err := s.Fill(in)
		switch {
		case n > 0:
			idle = 0
		case err == nil:
			if idle++; idle == 100 {
				err = io.ErrNoProgress
			}
		}
		if err != nil {
			s.Close()
		}
		for s.Next(&d.frame) {
			d.line = append(d.record().appendJSON(d.line[:0]), '\n')
			if _, err := w.Write(d.line); err != nil {
				return unwritten(err)
			}
		}
		if werr := w.Flush(); werr != nil {
			return unwritten(werr)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unread(err)
		}
	}
}

// Options are what the user may ask for.
type Options struct {
	Keys   []hj212.Cipher // of encrypted data areas, the current one first
	Strict bool           // measure usable frames against the standard: key findings
}

// Count reads a byte stream from in until its end, decodes every item of every
// frame and writes the totals alone: frames, bad ones included, usable frames and
// bytes.
func Count(in io.Reader, out io.Writer, o Options) error {
	const chunk = 1 << 18
	var s hj212.Scanner
	d := decoder{Options: o}
	var frames, ok, size int64
	for idle := 0; ; {
		s.Grow(chunk)
		n, err := s.Fill(in)
		size += int64(n)
		if idle++; n > 0 {
			idle = 0
		}
		if err == nil && idle == 100 {
			err = io.ErrNoProgress
		}
		if err != nil {
			s.Close()
		}
		for s.Next(&d.frame) {
			d.decrypt()
			if d.frame.Kind != hj212.KindNoise {
				frames++
			}
			if d.frame.OK() {
				d.frame.ParseItems(&d.area)
				ok++
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return unread(err)
		}
	}
	if _, err := fmt.Fprintf(out, `{"frames":%d,"ok":%d,"bytes":%d}`+"\n", frames, ok, size); err != nil {
		return unwritten(err)
	}
	return nil
}

func unread(err error) error {
	return fault.New(fault.Unavailable, "读取输入失败，请检查文件").Because(err)
}

func unwritten(err error) error {
	return fault.New(fault.Unavailable, "写出结果失败，请检查磁盘或管道").Because(err)
}

// decoder holds what is reused from one frame to the next.
type decoder struct {
	Options
	frame hj212.Frame
	plain []byte
	used  int // the place of the key that fitted last
	area  hj212.Area
	line  []byte
}

// decrypt tries the keys on a frame that needs one.
func (d *decoder) decrypt() {
	if d.frame.Fault == hj212.FaultEncrypted && len(d.Keys) > 0 {
		d.plain, d.used = d.frame.Decrypt(d.plain, d.Keys...)
	}
}

// record describes the frame just read.
func (d *decoder) record() *record {
	d.decrypt()
	f := &d.frame
	bytes := append(f.Raw[:len(f.Raw):len(f.Raw)], f.Tail...)
	text, encoding := readText(bytes)
	if f.Decrypted {
		_, encoding = readText(f.Segment)
	}
	r := &record{
		sealed: f.Fault == hj212.FaultEncrypted, decrypted: f.Decrypted, printed: f.Printed,
		offset: f.Offset, ok: f.OK(), lengthOK: f.LengthOK, crcOK: f.CRCOK, encoding: encoding,
		framed: f.Kind == hj212.KindFrame || f.Fault == hj212.FaultEncrypted && f.ST != nil,
	}
	if f.Err() != nil {
		r.fault = f.Fault.Code() + ": " + f.Explain()
	}
	if r.framed {
		d.fill(r)
	}
	if r.decrypted {
		r.key, r.keyAt = d.Keys[d.used], d.used+1
	}
	if again, err := r.build(); !r.ok || err != nil || string(again) != string(bytes) {
		r.raw, r.bytes = text, bytes
	}
	return r
}

// fill takes the fields of a frame into r.
func (d *decoder) fill(r *record) {
	f := &d.frame
	r.version = f.Version.String()
	if f.SurfaceWater() {
		r.profile = "surface-water"
	}
	for name, value := range f.Fields() {
		r.header.add(r.encoding.text([]byte(hj212.HeaderName(name))), r.encoding.text(value))
	}
	w := f.Warnings
	if string(f.Tail) != "\r\n" {
		w |= hj212.WarnTail.Bit()
	}
	if r.ok {
		w |= f.ParseItems(&d.area)
		r.params.addPairs(d.area.Params, r.encoding)
		for _, it := range d.area.Items {
			o := object{{"code", []string{r.encoding.text(it.Code)}}}
			o.addPairs(it.Pairs, r.encoding)
			r.items = append(r.items, o)
		}
	}
	if r.sealed {
		r.warnings = append(r.warnings, "encrypted: 数据区已加密，没有可用的密钥，无法核对 CRC")
	}
	if d.Strict {
		r.findings = append([]hj212.Finding{}, hj212.Validate(f)...)
	}
	for x := range w.All() {
		r.warnings = append(r.warnings, x.Code()+": "+x.String())
	}
}
