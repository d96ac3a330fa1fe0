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
package hj212cli

import (
	"bufio"
	"errors"
	"io"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// Decode reads a byte stream from in until its end and writes one JSON line for
// each frame, bad frame or run of noise to out. CR and LF between frames beyond
// the tail of a frame are dropped. Damaged input is not an error: it is what the
// lines say. The errors are those of reading and writing.
func Decode(in io.Reader, out io.Writer) error {
	s := hj212.Scanner{KeepTail: true}
	w := bufio.NewWriter(out)
	var d decoder
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
			return fault.New(fault.Unavailable, "读取输入失败，请检查文件").Because(err)
		}
	}
}

func unwritten(err error) error {
	return fault.New(fault.Unavailable, "写出结果失败，请检查磁盘或管道").Because(err)
}

// decoder holds what is reused from one frame to the next.
type decoder struct {
	frame hj212.Frame
	area  hj212.Area
	line  []byte
}

// record describes the frame just read.
func (d *decoder) record() *record {
	f := &d.frame
	bytes := append(f.Raw[:len(f.Raw):len(f.Raw)], f.Tail...)
	text, encoding := readText(bytes)
	r := &record{
		offset: f.Offset, ok: f.OK(), lengthOK: f.LengthOK, crcOK: f.CRCOK, encoding: encoding,
		framed: f.Kind == hj212.KindFrame,
	}
	if f.Err() != nil {
		r.fault = f.Fault.Code() + ": " + f.Explain()
	}
	if r.framed {
		d.fill(r)
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
	for x := range w.All() {
		r.warnings = append(r.warnings, x.Code()+": "+x.String())
	}
}
