package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Names with a meaning inside a backup.
const (
	headerName   = "header.json"
	manifestName = "manifest.json"
	tablesFolder = "tables"
)

func splitPath(name string) []string { return strings.Split(name, "/") }

// archive is a tar stream under Zstandard that hashes what enters it.
type archive struct {
	file  *os.File
	zip   *zstd.Encoder
	tar   *tar.Writer
	parts []Part
	done  bool
}

func create(file string) (*archive, error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewWriter(f, zstd.WithEncoderConcurrency(2))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &archive{file: f, zip: z, tar: tar.NewWriter(z)}, nil
}

// add appends a part of known size.
func (a *archive) add(name string, size int64, at time.Time, r io.Reader) error {
	h := &tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at, Format: tar.FormatPAX}
	if err := a.tar.WriteHeader(h); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(a.tar, sum), r, size); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	a.parts = append(a.parts, Part{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (a *archive) addJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return a.add(name, int64(len(text)), time.Time{}, bytes.NewReader(text))
}

// finish writes the manifest and makes the file durable.
func (a *archive) finish(m Manifest) error {
	if err := a.addJSON(manifestName, m); err != nil {
		return err
	}
	a.done = true
	return errors.Join(a.tar.Close(), a.zip.Close(), a.file.Sync())
}

// close releases the file; what was not finished is worthless.
func (a *archive) close() error {
	if !a.done {
		_ = a.zip.Close() // ends its goroutines; the file is thrown away
	}
	return a.file.Close()
}

// sink takes the parts of a backup one by one; the header comes first.
type sink interface {
	begin(h Header) error
	part(name string, size int64, r io.Reader) error
}

// read streams a backup into a sink and checks every part against the manifest.
// The sink must not count as restored before read has succeeded.
func read(file string, into sink) (Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return Manifest{}, damaged("无法打开 %s", file).Because(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(2))
	if err != nil {
		return Manifest{}, damaged("不是备份文件").Because(err)
	}
	defer z.Close()
	r := &reader{tar: tar.NewReader(z), sink: into}
	for {
		more, err := r.next()
		if err != nil {
			return Manifest{}, err
		}
		if !more {
			return r.finish()
		}
	}
}

type reader struct {
	tar      *tar.Reader
	sink     sink
	header   *Header
	parts    []Part
	manifest *Manifest
}

// next takes one entry of the stream.
func (r *reader) next() (more bool, err error) {
	h, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, damaged("读到一半中断").Because(err)
	}
	if h.Typeflag != tar.TypeReg || r.manifest != nil {
		return false, damaged("有多余的内容 %q", h.Name)
	}
	sum := sha256.New()
	body := io.TeeReader(r.tar, sum)
	switch {
	case h.Name == manifestName:
		r.manifest = &Manifest{}
		return true, decode(body, r.manifest)
	case r.header == nil:
		err = r.begin(h.Name, body)
	default:
		if err = allowed(r.header.Engine, h.Name); err == nil {
			err = r.sink.part(h.Name, h.Size, body)
		}
	}
	if err != nil {
		return false, err
	}
	r.parts = append(r.parts, part(h, sum))
	return true, nil
}

func part(h *tar.Header, sum hash.Hash) Part {
	return Part{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}
}

// decode reads a whole JSON entry; a damaged one is a damaged backup.
func decode(r io.Reader, v any) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return damaged("读到一半中断").Because(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return damaged("清单无法识别").Because(err)
	}
	return nil
}

func (r *reader) begin(name string, body io.Reader) error {
	if name != headerName {
		return damaged("开头不是备份的说明")
	}
	r.header = &Header{}
	if err := decode(body, r.header); err != nil {
		return err
	}
	if r.header.Format != format {
		return damaged("格式版本 %d 不受支持，请用制作它的程序版本恢复", r.header.Format)
	}
	return r.sink.begin(*r.header)
}

// finish compares what was read with the manifest.
func (r *reader) finish() (Manifest, error) {
	if r.manifest == nil {
		return Manifest{}, damaged("缺少清单，可能没有写完")
	}
	want := r.manifest.Parts
	for i, p := range r.parts {
		if i >= len(want) || want[i] != p {
			return Manifest{}, damaged("%s 与清单中的大小或 SHA-256 不符", p.Name)
		}
	}
	if len(r.parts) != len(want) {
		return Manifest{}, damaged("清单有 %d 项，只读到 %d 项", len(want), len(r.parts))
	}
	return *r.manifest, nil
}
