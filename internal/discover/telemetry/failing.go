package telemetry

import (
	"errors"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// failing is why the last commit failed.
type failing struct {
	since time.Time
	err   error
}

// note remembers how a commit ended.
func (w *writer) note(err error) {
	before := w.failing.Load()
	switch {
	case err == nil && before != nil:
		w.failing.Store(nil)
		w.log.Info("telemetry: frames are written again", "since", before.since)
	case err != nil && before == nil:
		w.failing.Store(&failing{w.d.Now(), err})
	case err != nil:
		w.failing.Store(&failing{before.since, err})
	}
}

// Failing says why frames are not written and not answered now, in a sentence for
// people; nil when the last commit succeeded.
func (s *Store) Failing() error {
	f := s.failing.Load()
	if f == nil {
		return nil
	}
	since := f.since.In(hj212.Beijing).Format("15:04:05")
	switch {
	case diskFull(f.err):
		return fault.New(fault.Unavailable, "自 %s 起监测数据写不进磁盘：空间已满。来报暂不应答，设备会重发；请清理或扩充数据目录所在的磁盘，腾出空间后自动恢复", since).Because(f.err)
	case s.d.Engine() == db.Postgres:
		return fault.New(fault.Unavailable, "自 %s 起监测数据写不进数据库。来报暂不应答，设备会重发；请检查 PostgreSQL 是否在运行、能否连接，恢复后自动继续", since).Because(f.err)
	}
	return fault.New(fault.Unavailable, "自 %s 起监测数据写不进磁盘。来报暂不应答，设备会重发；请检查数据目录所在的磁盘与权限，原因见运行日志", since).Because(f.err)
}

// diskFull recognises it on either engine.
func diskFull(err error) bool {
	const sqliteFull, postgresFull = 13, "53100"
	var lite interface{ Code() int }
	var pg *pgconn.PgError
	return errors.Is(err, syscall.ENOSPC) || errors.As(err, &lite) && lite.Code()&0xFF == sqliteFull || errors.As(err, &pg) && pg.Code == postgresFull
}
