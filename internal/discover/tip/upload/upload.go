// Package upload takes large files of reporters piece by piece, so that a weak
// line, and a server that starts anew, may break off and go on (断点续传). What has
// arrived lies in a file that is readable only with the name that its sender
// holds: neither the name nor a key is kept here. What is abandoned is removed.
//
// It judges size and order, not content: who takes a finished upload looks inside.
package upload

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Limits bound what all senders together may leave here.
type Limits struct {
	File  int64         // bytes of one
	All   int64         // bytes of all that are open
	Open  int           // uploads that are open
	From  int           // of them, from one address since the start
	Idle  time.Duration // without a piece
	Chunk int64         // bytes of a piece
}

// DefaultLimits is what one machine bears.
func DefaultLimits() Limits {
	return Limits{File: 200 << 20, All: 4 << 30, Open: 400, From: 12, Idle: 2 * time.Hour, Chunk: 4 << 20}
}

// headBytes of a file say how much was promised; the rest is what has arrived.
const headBytes = 8

// Store holds the uploads that are under way.
type Store struct {
	dir    string
	limits Limits
	now    func() time.Time

	mu   sync.Mutex
	open map[string]*item // by the name of the file
	held int64            // bytes promised
}

type item struct {
	mu   sync.Mutex
	path string
	from string // in memory alone
	size int64
	at   int64
	last time.Time
}

// Open finds what an earlier process left, and goes on with it.
func Open(dir string, l Limits, now func() time.Time) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Store{dir: dir, limits: l, now: now, open: map[string]*item{}}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		x, err := found(filepath.Join(dir, e.Name()))
		if err != nil || x.size <= 0 || x.size > l.File || x.at < 0 || x.at > x.size {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
			continue
		}
		s.open[e.Name()] = x
		s.held += x.size
	}
	_, err = s.Sweep()
	return s, err
}

// found reads how an upload stands from its file.
func found(path string) (*item, error) {
	b := make([]byte, headBytes)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	_, err = io.ReadFull(f, b)
	info, err2 := f.Stat()
	if err := errors.Join(err, err2, f.Close()); err != nil {
		return nil, err
	}
	return &item{path: path, size: int64(binary.BigEndian.Uint64(b)), at: info.Size() - headBytes, last: info.ModTime()}, nil
}

// errBusy is the answer while an earlier line still holds an upload: it may be dead
// without anybody knowing yet.
var errBusy = fault.Conflictf("上一段还在接收，请稍候再接着传")

var errNone = fault.NotFoundf("这个文件的上传已经过期，请重新选择文件")

// derived is what follows from an upload's name: the name of its file, and the key
// of what is in it. Each key serves one file, so the stream may begin at zero.
func derived(use, id string) [32]byte {
	return sha256.Sum256([]byte("qingshao upload " + use + "\n" + id))
}

func fileOf(id string) string { h := derived("file", id); return hex.EncodeToString(h[:]) }

// Create promises room for a file of a size; from is whoever sends, for limits
// in memory alone.
func (s *Store) Create(from string, size int64) (id string, err error) {
	switch {
	case size <= 0:
		return "", fault.Invalidf("文件是空的，请检查后重新选择")
	case size > s.limits.File:
		return "", fault.New(fault.TooLarge, "文件超过 %d MB，请剪短或降低清晰度后再传", s.limits.File>>20)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := 0
	for _, x := range s.open {
		if x.from == from {
			mine++
		}
	}
	if mine >= s.limits.From || len(s.open) >= s.limits.Open || s.held+size > s.limits.All {
		return "", fault.New(fault.TooMany, "同时上传的文件过多，请稍后再试")
	}
	var b [24]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	id = base64.RawURLEncoding.EncodeToString(b[:])
	x := &item{path: filepath.Join(s.dir, fileOf(id)), from: from, size: size, last: s.now()}
	if err := os.WriteFile(x.path, binary.BigEndian.AppendUint64(nil, uint64(size)), 0o600); err != nil {
		return "", fault.New(fault.Unavailable, "服务器存储空间不足，请稍后再试").Because(err)
	}
	s.open[fileOf(id)] = x
	s.held += size
	return id, os.Chtimes(x.path, x.last, x.last)
}

func (s *Store) find(id string) (*item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.open[fileOf(id)]
	if x == nil {
		return nil, errNone
	}
	return x, nil
}

// Offset tells how much of an upload has arrived, and how much is expected.
func (s *Store) Offset(id string) (at, size int64, err error) {
	x, err := s.find(id)
	if err != nil {
		return 0, 0, err
	}
	if !x.mu.TryLock() {
		return 0, 0, errBusy
	}
	defer x.mu.Unlock()
	return x.at, x.size, nil
}

// Append adds a piece at an offset, which must be where the upload stands; what
// arrives before the line breaks counts, and is on the disk when this returns.
func (s *Store) Append(id string, at int64, r io.Reader) (now int64, err error) {
	x, err := s.find(id)
	if err != nil {
		return 0, err
	}
	if !x.mu.TryLock() {
		return at, errBusy
	}
	defer x.mu.Unlock()
	if at != x.at {
		return x.at, fault.Conflictf("文件已经传到第 %d 字节，请从那里接着传", x.at)
	}
	f, err := os.OpenFile(x.path, os.O_WRONLY, 0)
	if err != nil {
		return x.at, errNone // removed meanwhile
	}
	x.last = s.now()
	err = s.write(f, id, x, r)
	if e := errors.Join(f.Sync(), f.Close(), os.Chtimes(x.path, x.last, x.last)); e != nil && err == nil {
		err = fault.New(fault.Unavailable, "服务器存储空间不足，文件没有保存").Because(e)
	}
	return x.at, err
}

func (s *Store) write(f *os.File, id string, x *item, r io.Reader) error {
	room := min(x.size-x.at, s.limits.Chunk)
	buf := make([]byte, 64<<10)
	for room > 0 {
		n, err := r.Read(buf[:min(int64(len(buf)), room)])
		if n > 0 {
			stream(id, x.at).XORKeyStream(buf[:n], buf[:n])
			if _, werr := f.WriteAt(buf[:n], headBytes+x.at); werr != nil {
				return fault.New(fault.Unavailable, "服务器存储空间不足，文件没有保存").Because(werr)
			}
			x.at += int64(n)
			room -= int64(n)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Invalidf("没有传完，请检查网络后继续").Because(err)
		}
	}
	if n, _ := io.CopyN(io.Discard, r, 1); n > 0 && x.at == x.size {
		return fault.Invalidf("收到的内容比说好的多，请重新选择文件")
	}
	return nil
}

// stream is the key stream from a place on; counting by blocks gives any place.
func stream(id string, at int64) cipher.Stream {
	key := derived("key", id)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has the right length
	}
	var iv, skip [aes.BlockSize]byte
	binary.BigEndian.PutUint64(iv[8:], uint64(at/aes.BlockSize))
	c := cipher.NewCTR(block, iv[:])
	c.XORKeyStream(skip[:at%aes.BlockSize], skip[:at%aes.BlockSize])
	return c
}

// Whole is a finished upload, readable anywhere until it is closed, which removes it.
type Whole struct {
	s    *Store
	id   string
	size int64
	file *os.File
}

var errUnfinished = fault.Invalidf("还有文件没有传完，请等它传完再提交")

// Whole gives an upload that is complete.
func (s *Store) Whole(id string) (*Whole, error) {
	x, err := s.find(id)
	if err != nil {
		return nil, err
	}
	if !x.mu.TryLock() {
		return nil, errUnfinished
	}
	defer x.mu.Unlock()
	if x.at != x.size {
		return nil, errUnfinished
	}
	f, err := os.Open(x.path)
	if err != nil {
		return nil, errNone // removed meanwhile
	}
	x.last = s.now()
	return &Whole{s, id, x.size, f}, nil
}

// Size is its length in bytes.
func (w *Whole) Size() int64 { return w.size }

// ReadAt reads at a place.
func (w *Whole) ReadAt(p []byte, at int64) (int, error) {
	n, err := w.file.ReadAt(p, headBytes+at)
	stream(w.id, at).XORKeyStream(p[:n], p[:n])
	return n, err
}

// Release lets it lie where it is, for another try.
func (w *Whole) Release() error { return w.file.Close() }

// Close removes it.
func (w *Whole) Close() error { return errors.Join(w.file.Close(), w.s.Drop(w.id)) }

// Drop removes an upload, finished or not.
func (s *Store) Drop(id string) error { return s.drop(fileOf(id)) }

func (s *Store) drop(name string) error {
	s.mu.Lock()
	x := s.open[name]
	if x != nil {
		delete(s.open, name)
		s.held -= x.size
	}
	s.mu.Unlock()
	if x == nil {
		return nil
	}
	return os.Remove(x.path)
}

// Sweep removes what nobody has gone on with, and reports how many that were.
func (s *Store) Sweep() (n int, err error) {
	s.mu.Lock()
	var old []string
	for name, x := range s.open {
		if x.mu.TryLock() {
			if s.now().Sub(x.last) > s.limits.Idle {
				old = append(old, name)
			}
			x.mu.Unlock()
		}
	}
	s.mu.Unlock()
	for _, name := range old {
		err = errors.Join(err, s.drop(name))
	}
	return len(old), err
}

// Dir is where the pieces lie.
func Dir(data string) string { return filepath.Join(data, "upload") }
