package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// chunkBytes is about how much of a table stands in one part.
const chunkBytes = 4 << 20

// postgres adds every table as COPY text, in one snapshot.
func (w *writer) postgres(ctx context.Context) (err error) {
	conn, err := w.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() {
		if rerr := tx.Rollback(context.WithoutCancel(ctx)); !errors.Is(rerr, pgx.ErrTxClosed) {
			err = errors.Join(err, rerr)
		}
	}()
	if w.manifest.Tables, err = readTables(ctx, tx); err != nil {
		return err
	}
	if err := w.header(ctx); err != nil {
		return err
	}
	for _, t := range w.manifest.Tables {
		c := &chunker{w: w, table: t.Name}
		if _, err := tx.Conn().PgConn().CopyTo(ctx, c, copyOut(t)); err != nil {
			return fmt.Errorf("copy table %s: %w", t.Name, err)
		}
		if err := c.flush(c.buf.Len()); err != nil {
			return err
		}
	}
	return nil
}

// chunker cuts the stream of a table into parts at the ends of rows, so that
// each part can be copied in by itself: COPY text writes line breaks within
// values as \n.
type chunker struct {
	w     *writer
	table string
	buf   bytes.Buffer
	n     int
}

// Write gathers rows and passes full parts on.
func (c *chunker) Write(p []byte) (int, error) {
	c.buf.Write(p)
	if c.buf.Len() >= chunkBytes {
		if cut := bytes.LastIndexByte(c.buf.Bytes(), '\n') + 1; cut > 0 {
			return len(p), c.flush(cut)
		}
	}
	return len(p), nil
}

func (c *chunker) flush(n int) error {
	if n == 0 {
		return nil
	}
	name := fmt.Sprintf("%s/%s/%06d", tablesFolder, c.table, c.n)
	c.n++
	return c.w.archive.add(name, int64(n), c.w.manifest.MadeAt, bytes.NewReader(c.buf.Next(n)))
}

// tableSink restores into an empty PostgreSQL database, in one transaction after
// the schema has been made.
type tableSink struct {
	ctx     context.Context
	url     string
	db      *db.DB
	tx      pgx.Tx
	release func()
	known   map[string]Table
	folder  *folderSink
}

func (s *tableSink) begin(h Header) (err error) {
	if h.Engine != db.Postgres {
		return fault.Invalidf("这份备份来自内置数据库，不能恢复到 PostgreSQL：请去掉 --database")
	}
	if newest, err := db.Newest(); err != nil || h.Schema > newest {
		return errors.Join(err, tooNew(h))
	}
	if s.db, err = db.Open(s.ctx, db.Config{URL: s.url, Schema: h.Schema}); err != nil {
		return err
	}
	if err := sameSchema(s.ctx, s.db, h); err != nil {
		return err
	}
	conn, err := s.db.Pool().Acquire(s.ctx)
	if err != nil {
		return err
	}
	s.release = conn.Release
	if s.tx, err = conn.Begin(s.ctx); err != nil {
		return err
	}
	present, err := readTables(s.ctx, s.tx)
	if err != nil {
		return err
	}
	s.known = map[string]Table{}
	for _, t := range present {
		s.known[t.Name] = t
	}
	for _, t := range h.Tables {
		here, ok := s.known[t.Name]
		for _, c := range t.Columns {
			if !ok || !slices.Contains(here.Columns, c) {
				return damaged("表 %s 与结构版本 %d 不符", t.Name, h.Schema)
			}
		}
		s.known[t.Name] = t
	}
	return emptyTables(s.ctx, s.tx, present)
}

func (s *tableSink) part(name string, size int64, r io.Reader) error {
	p := splitPath(name)
	if p[0] != tablesFolder {
		return s.folder.part(name, size, r)
	}
	t, ok := s.known[p[1]]
	if !ok {
		return damaged("没有表 %s 的说明", p[1])
	}
	if _, err := s.tx.Conn().PgConn().CopyFrom(s.ctx, r, copyIn(t)); err != nil {
		return damaged("表 %s 无法写入", t.Name).Because(err)
	}
	return nil
}

// close commits when keep is set; otherwise it removes what begin made, so that
// the database is as empty as it was.
func (s *tableSink) close(keep bool) error {
	if s.db == nil {
		return nil
	}
	ctx := context.WithoutCancel(s.ctx)
	var errs []error
	if s.tx != nil {
		if keep {
			errs = append(errs, s.tx.Commit(ctx))
		} else {
			errs = append(errs, s.tx.Rollback(ctx))
		}
	}
	if s.release != nil {
		s.release()
	}
	if !keep || errors.Join(errs...) != nil {
		errs = append(errs, s.db.Write(ctx, func(tx *db.Tx) error { return dropTables(ctx, tx) }))
	}
	return errors.Join(append(errs, s.db.Close())...)
}
