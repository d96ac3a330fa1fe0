// Package media takes out of videos and sound recordings what says where, when
// and with what they were made, without touching picture or sound (去除附带信息):
// ISO base media (mp4, mov, m4a), MP3, WAV and AMR. What cannot be taken apart to
// its last byte is refused; nothing is decoded or encoded anew, so a face or a
// voice stays what it was.
package media

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/qingshao/qingshao/internal/fault"
)

// Kind is what a recording is.
type Kind struct {
	Ext   string // of the file that is kept
	Video bool
}

// Source is a recording that can be read anywhere.
type Source interface {
	io.ReaderAt
	Size() int64
}

// The bounds of a recording.
const (
	MaxBytes = 200 << 20
	maxBoxes = 20_000
)

var (
	errKind    = fault.Invalidf("不是可以接收的视频或录音（按内容判断）；请用手机录成 mp4、mov、m4a、mp3、wav 或 amr")
	errDamaged = fault.Invalidf("视频或录音已损坏或没有传完，打不开；请重新选择")
	errEmpty   = fault.Invalidf("是空文件")
)

// Clean gives a recording without what it carries along.
func Clean(s Source) (Kind, io.Reader, error) {
	if s.Size() == 0 {
		return Kind{}, nil, errEmpty
	}
	if s.Size() > MaxBytes {
		return Kind{}, nil, fault.New(fault.TooLarge, "视频或录音超过 %d MB，请剪短或降低清晰度后再传", MaxBytes>>20)
	}
	head := make([]byte, min(s.Size(), 16))
	if _, err := s.ReadAt(head, 0); err != nil && err != io.EOF { //nolint:errorlint // ReadAt gives it bare
		return Kind{}, nil, err
	}
	switch {
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return cleanBoxes(s)
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE":
		return cleanWave(s)
	case bytes.HasPrefix(head, []byte("#!AMR")):
		return cleanAMR(s, head)
	case bytes.HasPrefix(head, []byte("ID3")), len(head) >= 4 && mp3Frame(head):
		return cleanMP3(s)
	}
	return Kind{}, nil, errKind
}

// patch is bytes that stand in the place of others.
type patch struct {
	at   int64
	data []byte // nil = zeroes
	n    int64
}

// patched reads a part of a source with other bytes in some places; patches are
// in order and do not overlap.
type patched struct {
	src     io.ReaderAt
	at, end int64
	patches []patch
}

// Read reads on.
func (p *patched) Read(b []byte) (int, error) {
	if p.at >= p.end {
		return 0, io.EOF
	}
	if left := p.end - p.at; int64(len(b)) > left {
		b = b[:left]
	}
	n, err := p.src.ReadAt(b, p.at)
	if n == 0 && err != nil {
		if err == io.EOF { //nolint:errorlint // ReadAt gives it bare
			err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	b = b[:n]
	for len(p.patches) > 0 && p.patches[0].at+p.patches[0].n <= p.at {
		p.patches = p.patches[1:]
	}
	for _, x := range p.patches {
		if x.at >= p.at+int64(n) {
			break
		}
		for i := max(x.at, p.at); i < min(x.at+x.n, p.at+int64(n)); i++ {
			var v byte
			if x.data != nil {
				v = x.data[i-x.at]
			}
			b[i-p.at] = v
		}
	}
	p.at += int64(n)
	return n, nil
}

func part(s io.ReaderAt, from, to int64) io.Reader { return &patched{src: s, at: from, end: to} }

// cleanWave keeps the format and the samples of a WAV and no other chunk.
func cleanWave(s Source) (Kind, io.Reader, error) {
	var format []byte
	var head [8]byte
	for at := int64(12); at+8 <= s.Size(); {
		if _, err := s.ReadAt(head[:], at); err != nil {
			return Kind{}, nil, errDamaged
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch name := string(head[:4]); {
		case name == "fmt " && format == nil && size >= 16 && size <= 64 && at+8+size <= s.Size():
			format = make([]byte, size)
			if _, err := s.ReadAt(format, at+8); err != nil {
				return Kind{}, nil, errDamaged
			}
		case name == "data" && format != nil:
			size = min(size, s.Size()-at-8) // a recorder that was cut off did not write the length
			out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+8+len(format)+8+int(size)))
			out = append(out, "WAVEfmt "...)
			out = append(binary.LittleEndian.AppendUint32(out, uint32(len(format))), format...)
			out = binary.LittleEndian.AppendUint32(append(out, "data"...), uint32(size))
			return Kind{Ext: ".wav"}, io.MultiReader(bytes.NewReader(out), part(s, at+8, at+8+size)), nil
		}
		at += 8 + size + size&1
	}
	return Kind{}, nil, errDamaged
}

// cleanAMR passes AMR on: the format (RFC 4867) has no place for anything else.
func cleanAMR(s Source, head []byte) (Kind, io.Reader, error) {
	for _, magic := range []string{"#!AMR\n", "#!AMR-WB\n"} {
		if bytes.HasPrefix(head, []byte(magic)) && s.Size() > int64(len(magic)) {
			return Kind{Ext: ".amr"}, part(s, 0, s.Size()), nil
		}
	}
	return Kind{}, nil, errKind
}

// mp3Frame reports whether a frame of MPEG audio, layer III begins here.
func mp3Frame(b []byte) bool {
	return b[0] == 0xFF && b[1]&0xE6 == 0xE2 && b[2]>>4 != 15 && b[2]>>4 != 0 && b[2]>>2&3 != 3
}

// cleanMP3 keeps what lies between the tags: ID3v2 before, ID3v1 and APE behind.
func cleanMP3(s Source) (Kind, io.Reader, error) {
	var h [10]byte
	from, to := int64(0), s.Size()
	for range 4 { // some recorders write several
		if n, _ := s.ReadAt(h[:], from); n < 10 || string(h[:3]) != "ID3" {
			break
		}
		from += 10 + (int64(h[6]&0x7F)<<21 | int64(h[7]&0x7F)<<14 | int64(h[8]&0x7F)<<7 | int64(h[9]&0x7F))
		if h[5]&0x10 != 0 {
			from += 10
		}
	}
	var tail [128]byte
	if to-from > 128 {
		if _, err := s.ReadAt(tail[:], to-128); err == nil && string(tail[:3]) == "TAG" {
			to -= 128
		}
	}
	if to-from > 32 {
		if _, err := s.ReadAt(tail[:32], to-32); err == nil && string(tail[:8]) == "APETAGEX" {
			if n := int64(binary.LittleEndian.Uint32(tail[12:])); n >= 32 && n <= to-from {
				to -= n
				if to-from > 32 {
					if _, err := s.ReadAt(tail[:8], to-32); err == nil && string(tail[:8]) == "APETAGEX" {
						to -= 32
					}
				}
			}
		}
	}
	if n, _ := s.ReadAt(h[:4], from); to-from < 200 || n < 4 || !mp3Frame(h[:4]) {
		return Kind{}, nil, errDamaged
	}
	return Kind{Ext: ".mp3"}, part(s, from, to), nil
}
