// Package blob keeps uploaded files: evidence, notices, photographs (附件). The
// content lies once by its SHA-256 on disk; a row says who uploaded it, under
// what name, and to which thing it belongs.
//
// blob looks inside a file to learn its type and refuses what does not match its
// name or is not on the list. It does not change a file: metadata of photographs
// is evidence and stays; a later copy for the public is re-encoded without it.
// It does not scan for malware and decides no permission beyond asking the
// feature that owns the thing.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// DirName is the store's folder inside the data folder; a backup copies it.
const DirName = "blob"

// Ref names a content and says how long it is.
type Ref struct {
	SHA256 string // hex
	Size   int64
}

// Disk is the store on a file system: ab/cd/abcd… by the hash. What Put has
// returned survives a power cut: the file is synced before it gets its name,
// and its folder afterwards.
type Disk struct {
	dir string
	now func() time.Time
}

// OpenDisk makes the folder when absent. now stamps the files.
func OpenDisk(dir string, now func() time.Time) (*Disk, error) {
	d := &Disk{dir: dir, now: now}
	if err := os.MkdirAll(d.temp(), 0o700); err != nil {
		return nil, err
	}
	return d, syncDir(dir)
}

func (d *Disk) temp() string { return filepath.Join(d.dir, "tmp") }

// path refuses anything that is no hash, so that a forged row cannot name
// another file of the machine.
func (d *Disk) path(sha string) (string, error) {
	if b, err := hex.DecodeString(sha); err != nil || len(b) != sha256.Size || strings.ToLower(sha) != sha {
		return "", fmt.Errorf("blob: %q is no SHA-256", sha)
	}
	return filepath.Join(d.dir, sha[:2], sha[2:4], sha), nil
}

// Put reads r to its end and keeps the content once inspect, which may look
// anywhere in it, has agreed. More than limit bytes are refused.
func (d *Disk) Put(ctx context.Context, r io.Reader, limit int64, inspect func(c io.ReaderAt, size int64) error) (ref Ref, err error) {
	f, err := os.CreateTemp(d.temp(), "put-")
	if err != nil {
		return ref, full(err)
	}
	defer func() {
		if f != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	h := sha256.New()
	if ref.Size, err = fill(ctx, f, h, r, limit); err != nil {
		return Ref{}, err
	}
	if err := inspect(f, ref.Size); err != nil {
		return Ref{}, err
	}
	ref.SHA256 = hex.EncodeToString(h.Sum(nil))
	to, err := d.path(ref.SHA256)
	if err != nil {
		return Ref{}, err
	}
	if err := f.Sync(); err != nil {
		return Ref{}, full(err)
	}
	if err := f.Close(); err != nil {
		return Ref{}, full(err)
	}
	name := f.Name()
	f = nil
	if err := d.name(name, to); err != nil {
		return Ref{}, errors.Join(full(err), os.Remove(name))
	}
	return ref, nil
}

// fill copies r into the file and the hash.
func fill(ctx context.Context, f *os.File, h hash.Hash, r io.Reader, limit int64) (int64, error) {
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(&interruptible{ctx, r}, limit+1))
	if err != nil {
		return n, full(err)
	}
	if n > limit {
		return n, fault.New(fault.TooLarge, "文件超过 %d MB，请压缩或分开后再上传", limit>>20)
	}
	if n == 0 {
		return n, fault.Invalidf("文件是空的，请检查后重新选择")
	}
	return n, nil
}

// name gives a synced file its final name. A content that is there already is
// replaced by the same bytes, which makes it young again for Each.
func (d *Disk) name(from, to string) error {
	now := d.now()
	if err := os.Chtimes(from, now, now); err != nil {
		return err
	}
	shard := filepath.Dir(to)
	if err := os.MkdirAll(shard, 0o700); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(syncDir(shard), syncDir(filepath.Dir(shard)), syncDir(d.dir))
}

// full tells people of a full disk; other errors pass.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New(fault.Unavailable, "服务器存储空间不足，文件没有保存，请联系系统管理员").Because(err)
	}
	return err
}

// interruptible ends a copy when its request ends.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open reads a content; the caller closes it.
func (d *Disk) Open(_ context.Context, sha string) (io.ReadSeekCloser, error) {
	p, err := d.path(sha)
	if err != nil {
		return nil, err
	}
	return os.Open(p)
}

// Each visits every content last put before a moment, and removes abandoned
// halves of uploads that old.
func (d *Disk) Each(ctx context.Context, before time.Time, visit func(sha string) error) error {
	return filepath.WalkDir(d.dir, func(p string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone meanwhile
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case e.IsDir():
			return nil
		}
		young, err := d.youngerThan(p, before)
		if err != nil || young {
			return err
		}
		if filepath.Dir(p) == d.temp() {
			return remove(p)
		}
		if _, err := d.path(e.Name()); err != nil {
			return nil // not ours
		}
		return visit(e.Name())
	})
}

func (d *Disk) youngerThan(p string, t time.Time) (bool, error) {
	st, err := os.Stat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return err == nil && !st.ModTime().Before(t), err
}

// Remove deletes a content if it was last put before a moment.
func (d *Disk) Remove(_ context.Context, sha string, before time.Time) error {
	p, err := d.path(sha)
	if err != nil {
		return err
	}
	young, err := d.youngerThan(p, before)
	if err != nil || young {
		return err
	}
	return remove(p)
}

func remove(p string) error {
	if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
