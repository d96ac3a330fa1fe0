package blob

import (
	"bytes"
	"context"
	"io"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// Keep stores a file that the program itself has made, to be attached within a
// day. Its type is what the maker says: what the program writes need not be
// sniffed, and downloads are never run by a browser.
func (f *Files) Keep(ctx context.Context, part, area, name, kind string, content []byte) (File, error) {
	name, err := cleanName(name)
	if err != nil {
		return File{}, err
	}
	held := false
	defer func() {
		if held {
			f.sweeping.RUnlock()
		}
	}()
	ref, err := f.store.Put(ctx, bytes.NewReader(content), f.limits.FileBytes, func(io.ReaderAt, int64) error {
		f.sweeping.RLock()
		held = true
		return nil
	})
	if err != nil {
		return File{}, err
	}
	who := auth.System(part)
	file := File{ID: db.NewID(), SHA256: ref.SHA256, Name: name, Size: ref.Size, Type: kind, Area: area, CreatedBy: who.ID}
	err = f.db.Write(ctx, func(tx *db.Tx) error {
		file.CreatedAt = tx.Now
		if err := insertFile(ctx, tx, file); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: who.ID, Action: "file.keep", Kind: "file", Subject: file.ID, Area: area,
			Detail: map[string]any{"sha256": file.SHA256, "size": file.Size, "type": file.Type}})
	})
	return file, err
}
