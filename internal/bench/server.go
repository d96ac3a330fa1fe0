package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/world"
)

// server is a program of our own on a data folder that goes when it stops.
type server struct {
	conf app.Config
	app  *app.App
	live bool
}

// serve registers the stations in a fresh folder, starts the program there, and
// hands it to f. What the registration left to do in the background is done
// before.
func (c Ingest) serve(ctx context.Context, devices int, f func(*server) error) (err error) {
	dir, err := os.MkdirTemp(c.Dir, "qingshao-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if inMemory(dir) {
		c.Note("注意：数据目录在内存文件系统上，落盘不是真的，数字不作数；请用 --dir 指定磁盘上的目录")
	}
	conf, err := c.Serve(dir)
	if err != nil {
		return err
	}
	if conf.Database != "" {
		if err := mustBeEmpty(ctx, conf); err != nil {
			return err
		}
	}
	c.Note(fmt.Sprintf("登记 %d 台设备", devices))
	if err := Prepare(ctx, conf, devices); err != nil {
		return err
	}
	if c.ready != nil {
		if err := c.ready(ctx, conf); err != nil {
			return err
		}
	}
	a, err := app.New(ctx, conf)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	s := &server{conf: conf, app: a, live: true}
	err = f(s)
	return errors.Join(err, s.stop(context.WithoutCancel(ctx)))
}

// Prepare registers stations in an empty data folder and lets what that leaves to
// do in the background be done.
func Prepare(ctx context.Context, conf app.Config, devices int) error {
	d, err := db.Open(ctx, db.Config{Dir: conf.Dir, URL: conf.Database})
	if err != nil {
		return err
	}
	if err := errors.Join(Register(ctx, d, devices), d.Close()); err != nil {
		return err
	}
	conf.Manual, conf.HJ212 = true, ""
	a, err := app.New(ctx, conf)
	if err != nil {
		return err
	}
	return errors.Join(a.Settle(ctx), a.Close())
}

// stuck is how long the rules may come no further before a measurement is given up.
const stuck = 30 * time.Second

// judged waits until the rules have caught up.
func (s *server) judged(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	left, since := s.app.Unjudged(), began
	for left > 0 && ctx.Err() == nil {
		wait(ctx, 5*time.Millisecond, nil, nil)
		switch now := s.app.Unjudged(); {
		case now < left:
			left, since = now, time.Now()
		case time.Since(since) > stuck:
			return 0, fault.Conflictf("规则停在原处，还有 %d 批数据没有判断；原因见上面的日志", left)
		}
	}
	return time.Since(began), ctx.Err()
}

// stop ends the program; the folder stays until serve ends.
func (s *server) stop(ctx context.Context) error {
	if !s.live {
		return nil
	}
	s.live = false
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return s.app.Stop(ctx)
}

// cpuTime gives the processor time of this process since the call.
func cpuTime() func() time.Duration {
	used := func() time.Duration {
		var r syscall.Rusage
		if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
			return 0
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	began := used()
	return func() time.Duration { return used() - began }
}

// inMemory reports whether a folder lies on a file system that forgets.
func inMemory(dir string) bool {
	const tmpfs, ramfs = 0x01021994, 0x858458f6
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && (uint64(s.Type) == tmpfs || uint64(s.Type) == ramfs)
}

// perSource is how many connections come from one address: the gateway bounds
// those of one.
const perSource = 1000

var dialled atomic.Int64

// Loopback dials a program on this machine and refuses all others. Where the
// address is of IPv4 it dials from as many local addresses as are needed.
func Loopback(addr string) (func(context.Context) (net.Conn, error), error) {
	dial, err := world.Loopback(addr)
	if err != nil || !strings.HasPrefix(addr, "127.") {
		return dial, err
	}
	return func(ctx context.Context) (net.Conn, error) {
		host := dialled.Add(1) / perSource % 200
		from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+host))}
		return (&net.Dialer{LocalAddr: from}).DialContext(ctx, "tcp", addr)
	}, nil
}
