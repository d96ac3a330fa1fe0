package blob

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// File is one uploaded file.
type File struct {
	ID        string
	SHA256    string // hex
	Name      string
	Size      int64
	Type      string // media type
	Area      string // of the person who uploaded it
	CreatedBy string
	CreatedAt time.Time
}

// Store keeps contents by their hash.
type Store interface {
	Put(ctx context.Context, r io.Reader, limit int64, inspect func(c io.ReaderAt, size int64) error) (Ref, error)
	Open(ctx context.Context, sha string) (io.ReadSeekCloser, error)
	Each(ctx context.Context, before time.Time, visit func(sha string) error) error
	Remove(ctx context.Context, sha string, before time.Time) error
}

// Limits bound what one person may upload; each zero value means the default.
type Limits struct {
	FileBytes    int64 // of one file; 100 MiB
	PendingFiles int   // uploaded and not yet attached to anything; 100
	PendingBytes int64 // of those together; 2 GiB
}

func (l Limits) filled() Limits {
	if l.FileBytes == 0 {
		l.FileBytes = 100 << 20
	}
	if l.PendingFiles == 0 {
		l.PendingFiles = 100
	}
	if l.PendingBytes == 0 {
		l.PendingBytes = 2 << 30
	}
	return l
}

// pendingAge is how long an uploaded file may wait to be attached.
const pendingAge = 24 * time.Hour

// Guard says why a person may not see a thing, or nothing.
type Guard func(ctx context.Context, a auth.Actor, subject string) error

// Files keeps uploaded files and what they belong to.
type Files struct {
	db     *db.DB
	store  Store
	policy auth.Policy
	limits Limits
	guards map[string]Guard
	// sweeping keeps a content from being removed between its arrival and the
	// commit of its row: uploads hold it for reading, a removal for writing.
	sweeping sync.RWMutex
}

// New makes the service.
func New(d *db.DB, s Store, p auth.Policy, l Limits) *Files {
	return &Files{db: d, store: s, policy: p, limits: l.filled(), guards: map[string]Guard{}}
}

// Limit is the largest file that is taken, in bytes.
func (f *Files) Limit() int64 { return f.limits.FileBytes }

// Guard registers who may see the files of one kind of thing; only while the
// program is being built. Without a guard nobody sees them.
func (f *Files) Guard(kind string, g Guard) { f.guards[kind] = g }

// Upload keeps a file that its sender means to attach to something. Until then
// only the sender sees it, and after a day it is deleted.
func (f *Files) Upload(ctx context.Context, a auth.Actor, name string, r io.Reader) (File, error) {
	if !f.policy.Anywhere(a, auth.FileUpload) {
		return File{}, fault.Forbiddenf("您没有“%s”的权限；如需办理请联系安全管理员", auth.FileUpload.Title())
	}
	name, err := cleanName(name)
	if err != nil {
		return File{}, err
	}
	want, err := expected(name)
	if err != nil {
		return File{}, err
	}
	if err := f.room(ctx, a); err != nil {
		return File{}, err
	}
	look, held := inspect(name, want), false
	defer func() {
		if held {
			f.sweeping.RUnlock()
		}
	}()
	// The lock is taken once the bytes are here, so that a slow sender holds
	// nobody up.
	ref, err := f.store.Put(ctx, r, f.limits.FileBytes, func(c io.ReaderAt, size int64) error {
		if err := look(c, size); err != nil {
			return err
		}
		f.sweeping.RLock()
		held = true
		return nil
	})
	if err != nil {
		return File{}, err
	}
	file := File{ID: db.NewID(), SHA256: ref.SHA256, Name: name, Size: ref.Size, Type: want, Area: a.Area, CreatedBy: a.ID}
	err = f.db.Write(ctx, func(tx *db.Tx) error {
		file.CreatedAt = tx.Now
		if err := insertFile(ctx, tx, file); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: a.ID, Action: "file.upload", Kind: "file", Subject: file.ID, Area: a.Area,
			Detail: map[string]any{"sha256": file.SHA256, "size": file.Size, "type": file.Type}})
	})
	return file, err
}

// room refuses a person who keeps uploading without attaching.
func (f *Files) room(ctx context.Context, a auth.Actor) error {
	return f.db.Read(ctx, func(tx *db.Tx) error {
		count, size, err := pending(ctx, tx, a.ID)
		if err == nil && (count >= int64(f.limits.PendingFiles) || size >= f.limits.PendingBytes) {
			return fault.New(fault.TooMany, "您已上传 %d 个尚未提交的文件，请先提交，或明天再传", count)
		}
		return err
	})
}

// Attach gives uploaded files to a thing, in the verb's own transaction. A file
// belongs to the first thing that it is attached to; attaching it there again
// changes nothing, attaching it elsewhere is refused, so that knowing a file's
// id gives nobody a way to see it.
func (f *Files) Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error {
	for _, id := range fileIDs {
		fresh, err := claim(ctx, tx, id)
		if err != nil {
			return err
		}
		if !fresh {
			there, err := linked(ctx, tx, id, kind, subject)
			if err != nil {
				return err
			}
			if !there {
				return fault.Invalidf("附件不存在、已过期或已用于其他事项，请重新上传").With("files", "请重新上传")
			}
			continue
		}
		if err := insertLink(ctx, tx, id, kind, subject); err != nil {
			return err
		}
		file, err := fileByID(ctx, tx, id)
		if err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{Actor: file.CreatedBy, Action: "file.attach", Kind: kind, Subject: subject, Area: file.Area,
			Detail: map[string]any{"file": id, "sha256": file.SHA256}})
		if err != nil {
			return err
		}
	}
	return nil
}

// Of lists the files of a thing in the order of their upload.
func (f *Files) Of(ctx context.Context, tx *db.Tx, kind, subject string) ([]File, error) {
	return filesOf(ctx, tx, kind, subject)
}

// Named gives files by id, for timelines that keep ids; ids it does not know
// are left out.
func (f *Files) Named(ctx context.Context, tx *db.Tx, ids []string) (map[string]File, error) {
	return filesByID(ctx, tx, ids)
}

// Describe is Named on its own: names, sizes and hashes of files for someone who
// has been shown the timeline that holds the ids. Contents need Open.
func (f *Files) Describe(ctx context.Context, ids []string) (out map[string]File, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = f.db.Read(ctx, func(tx *db.Tx) error {
		out, err = f.Named(ctx, tx, ids)
		return err
	})
	return out, err
}

// Open gives a file and its content to someone who may see the thing that it
// belongs to, and records that. The caller closes the content.
func (f *Files) Open(ctx context.Context, a auth.Actor, id string) (File, io.ReadSeekCloser, error) {
	gone := fault.NotFoundf("没有这个附件，或者您无权查看")
	var file File
	var links []link
	err := f.db.Read(ctx, func(tx *db.Tx) (err error) {
		if file, err = fileByID(ctx, tx, id); err != nil {
			return err
		}
		links, err = linksOf(ctx, tx, id)
		return err
	})
	if db.IsMissing(err) {
		return file, nil, gone
	}
	if err != nil {
		return file, nil, err
	}
	on, err := f.visible(ctx, a, file, links)
	if err != nil {
		return file, nil, err
	}
	if on == (link{}) {
		return file, nil, gone
	}
	err = f.db.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Actor: a.ID, Action: "file.open", Kind: on.kind, Subject: on.subject, Area: file.Area, Detail: map[string]any{"file": id}})
	})
	if err != nil {
		return file, nil, err
	}
	content, err := f.store.Open(ctx, file.SHA256)
	return file, content, err
}

// visible finds a thing through which the person may see the file: one that
// its guard shows, or the file itself for its sender while it waits. It is
// empty when there is none.
func (f *Files) visible(ctx context.Context, a auth.Actor, file File, links []link) (link, error) {
	if len(links) == 0 && file.CreatedBy == a.ID {
		return link{"file", file.ID}, nil
	}
	for _, l := range links {
		guard, ok := f.guards[l.kind]
		if !ok {
			continue
		}
		switch err := guard(ctx, a, l.subject); {
		case err == nil:
			return l, nil
		case fault.Is(err, fault.Internal):
			return link{}, err
		}
	}
	return link{}, nil
}

// Sweep deletes files that nobody attached within a day, then contents that no
// file names. It returns how many of each.
func (f *Files) Sweep(ctx context.Context) (files, contents int, err error) {
	before := f.db.Now().Add(-pendingAge)
	err = f.db.Write(ctx, func(tx *db.Tx) error {
		n, err := deletePending(ctx, tx, before.UnixMicro())
		files = int(n)
		return err
	})
	if err != nil {
		return files, 0, err
	}
	err = f.store.Each(ctx, before, func(sha string) error {
		gone, err := f.sweep(ctx, sha, before)
		if gone {
			contents++
		}
		return err
	})
	return files, contents, err
}

// sweep removes one content unless a file names it.
func (f *Files) sweep(ctx context.Context, sha string, before time.Time) (bool, error) {
	f.sweeping.Lock()
	defer f.sweeping.Unlock()
	var named bool
	err := f.db.Read(ctx, func(tx *db.Tx) (err error) {
		named, err = anyFile(ctx, tx, sha)
		return err
	})
	if err != nil || named {
		return false, err
	}
	return true, f.store.Remove(ctx, sha, before)
}
