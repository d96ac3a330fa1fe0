package db

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/qingshao/qingshao/internal/fault"
)

// guardFile marks the data folder of a running server.
const guardFile = "serve.lock"

// Guard keeps a second server out of the data folder: month files of readings
// have one writer, and it lives in the server. Commands need no guard; they go
// through the database alone. The kernel lifts it when the process is gone,
// however it went. Free gives the folder back.
func (d *DB) Guard() (free func() error, err error) {
	f, err := os.OpenFile(filepath.Join(d.dir, guardFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fault.Conflictf("数据目录 %s 正被另一个清哨服务使用；请先停止它，或用 --data 指定另一个目录", d.dir)
		}
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
