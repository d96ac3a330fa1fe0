package gateway

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/forward"
	"github.com/qingshao/qingshao/internal/seal"
)

var chief = auth.Actor{ID: "u-admin", Name: "管理员", Roles: []auth.Role{auth.Admin}}

// upper is another platform: it takes frames over real connections and answers as
// it is told.
type upper struct {
	t testing.TB
	l net.Listener

	mu    sync.Mutex
	got   []string // "MN second" of every frame, repeats too
	reply func(key string, n int) action
	news  chan struct{}
	raw   []string
}

type action int

const (
	reply  action = iota
	silent        // takes it and says nothing
	hangUp        // breaks the line instead of answering
	late          // answers, and then breaks the line
)

func newUpper(t testing.TB) *upper {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &upper{t: t, l: l, news: make(chan struct{}, 1), reply: func(string, int) action { return reply }}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go u.serve(c)
		}
	}()
	return u
}

func (u *upper) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		var f hj212.Frame
		if err := hj212.ParseFrame([]byte(line), &f); err != nil {
			u.t.Errorf("%q: %v", line, err)
			return
		}
		var a hj212.Area
		f.ParseItems(&a)
		at, _ := a.Param("DataTime")
		key := fmt.Sprintf("%s %s", f.MN, at[12:])
		u.mu.Lock()
		u.got, u.raw = append(u.got, key), append(u.raw, line)
		n := 0
		for _, g := range u.got {
			if g == key {
				n++
			}
		}
		act := u.reply(key, n)
		u.mu.Unlock()
		select {
		case u.news <- struct{}{}:
		default:
		}
		if cn := f.AnswerCommand(); cn != 0 && (act == reply || act == late) {
			if _, err := c.Write(hj212.AppendAnswer(nil, &f, cn, 0)); err != nil {
				return
			}
		}
		if act == hangUp || act == late {
			return
		}
	}
}

// until waits for a state of the platform.
func (u *upper) until(what string, f func() bool) {
	u.t.Helper()
	end := time.After(30 * time.Second)
	for {
		u.mu.Lock()
		ok := f()
		u.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-u.news:
		case <-end:
			u.mu.Lock()
			defer u.mu.Unlock()
			u.t.Fatalf("%s: got %v", what, u.got)
		}
	}
}

func (u *upper) has(keys ...string) func() bool {
	return func() bool {
		for _, k := range keys {
			if !slices.Contains(u.got, k) {
				return false
			}
		}
		return true
	}
}

// county is a site that passes frames on.
type county struct {
	*site
	fwd *forward.Service
}

func newCounty(t *testing.T, d *db.DB) *county {
	return &county{site: newSite(t, d, Config{})}
}

func (c *county) start() {
	c.t.Helper()
	c.fwd = forward.New(forward.Parts{DB: c.d, Policy: auth.DefaultPolicy(), Store: c.store, Box: seal.New(c.d.Dir()), Root: "330300",
		Timing: forward.Timing{OverTime: 200 * time.Millisecond, ReCount: 1, Quiet: 100 * time.Millisecond, FirstWait: 5 * time.Millisecond, LastWait: 50 * time.Millisecond}})
	if err := c.fwd.Start(context.Background()); err != nil {
		c.t.Fatal(err)
	}
	fwd := c.fwd
	c.t.Cleanup(func() { _ = fwd.Stop(context.Background()) })
}

// restart stops the sending and starts it anew, as a new process would.
func (c *county) restart() {
	c.t.Helper()
	if err := c.fwd.Stop(context.Background()); err != nil {
		c.t.Fatal(err)
	}
	c.start()
}

func (c *county) target(ch forward.Change) forward.Target {
	c.t.Helper()
	t, err := c.fwd.Create(context.Background(), chief, ch)
	if err != nil {
		c.t.Fatal(err)
	}
	return t
}

// take receives frames of seconds from a device.
func (c *county) take(p *peer, mn string, seconds ...int) {
	c.t.Helper()
	for _, s := range seconds {
		p.send(upload(mn, s))
		p.answer()
	}
}

func keys(mn string, seconds ...int) (out []string) {
	for _, s := range seconds {
		out = append(out, fmt.Sprintf("%s %02d", mn, s))
	}
	return out
}

// status waits until the target's row says so.
func (c *county) status(id string, what string, f func(forward.Target) bool) forward.Target {
	c.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; <-time.After(5 * time.Millisecond) {
		list, err := c.fwd.List(context.Background(), chief)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, t := range list {
			if t.ID == id && f(t) {
				return t
			}
		}
		if time.Now().After(end) {
			c.t.Fatalf("%s: %+v", what, list)
		}
	}
}

// TestForward_NothingLostOverBrokenLines breaks the line at every third frame, in
// every way, and stops the sending in the middle: each frame arrives.
func TestForward_NothingLostOverBrokenLines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		u := newUpper(t)
		u.reply = func(key string, n int) action {
			if n > 1 {
				return reply
			}
			switch key[len(key)-1] {
			case '3':
				return hangUp
			case '6':
				return silent
			case '9':
				return late
			}
			return reply
		}
		c.device(telemetry.Device{MN: "MN1"})
		p := c.dial()
		c.take(p, "MN1", 1) // before there was a target: not its business
		c.start()
		target := c.target(forward.Change{Name: "市平台", Address: u.l.Addr().String()})
		var want []int
		for s := 2; s < 32; s++ {
			want = append(want, s)
		}
		c.take(p, "MN1", want[:15]...)
		u.until("the first half", u.has(keys("MN1", 2, 5, 9)...))
		c.restart()
		c.take(p, "MN1", want[15:]...)
		u.until("all frames", u.has(keys("MN1", want...)...))
		got := c.status(target.ID, "30 frames done", func(t forward.Target) bool { return t.Sent == 30 })
		if got.Skipped != 0 || got.Error != "" && !got.Connected {
			t.Errorf("%+v", got)
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		if slices.Contains(u.got, "MN1 01") {
			t.Error("a frame from before the target was sent")
		}
	})
}

func TestForward_FiltersAndRewrites(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		all, some := newUpper(t), newUpper(t)
		c.device(telemetry.Device{MN: "MN1"})
		c.device(telemetry.Device{MN: "MN2"})
		c.start()
		pw := "998877"
		c.target(forward.Change{Name: "全部", Address: all.l.Addr().String()})
		part := c.target(forward.Change{Name: "部分", Address: some.l.Addr().String(), Devices: []forward.Device{{MN: "MN2", As: "UPPER2"}}, Kinds: []int{2011}, Password: &pw})
		p := c.dial()
		c.take(p, "MN1", 1)
		c.take(p, "MN2", 2)
		p.send(framed("QN=20261121093000700;ST=31;CN=2061;PW=123456;MN=MN2;Flag=5;CP=&&DataTime=20261121080007;a21026-Avg=7,a21026-Flag=N&&"))
		p.answer()
		c.take(p, "MN2", 3)
		all.until("everything", all.has("MN1 01", "MN2 02", "MN2 07", "MN2 03"))
		some.until("what is wanted", some.has("UPPER2 02", "UPPER2 03"))
		c.status(part.ID, "two frames", func(t forward.Target) bool { return t.Sent == 2 })
		some.mu.Lock()
		defer some.mu.Unlock()
		if len(some.got) != 2 || !strings.Contains(some.raw[0], "PW=998877;MN=UPPER2;") || strings.Contains(some.raw[0], "123456") {
			t.Errorf("%q", some.raw)
		}
		all.mu.Lock()
		defer all.mu.Unlock()
		if all.raw[0] != upload("MN1", 1) {
			t.Errorf("%q is not what was received", all.raw[0])
		}
	})
}

// TestForward_OneBadFrameDoesNotHoldUpTheRest has a frame that is never answered.
func TestForward_OneBadFrameDoesNotHoldUpTheRest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		u := newUpper(t)
		u.reply = func(key string, _ int) action {
			if key == "MN1 02" {
				return silent
			}
			return reply
		}
		c.device(telemetry.Device{MN: "MN1"})
		c.start()
		target := c.target(forward.Change{Name: "省平台", Address: u.l.Addr().String()})
		p := c.dial()
		c.take(p, "MN1", 1, 2, 3)
		// It is passed over once others were answered beside it often enough; alone it
		// is tried for ever, because then the platform may be at fault.
		next, tries := 4, 0
		c.status(target.ID, "the frame is passed over", func(t forward.Target) bool {
			u.mu.Lock()
			n := 0
			for _, g := range u.got {
				if g == "MN1 02" {
					n++
				}
			}
			u.mu.Unlock()
			if n > tries && next < 60 && t.Skipped == 0 {
				tries = n
				c.take(p, "MN1", next)
				next++
			}
			return t.Skipped == 1
		})
		c.status(target.ID, "the rest", func(t forward.Target) bool { return t.Skipped == 1 && t.Sent == int64(next-2) })
	})
}

func TestForward_PauseResumeAndRights(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		c := newCounty(t, d)
		u := newUpper(t)
		c.device(telemetry.Device{MN: "MN1"})
		c.start()
		if _, err := c.fwd.Create(ctx, duty, forward.Change{Name: "x", Address: "127.0.0.1:1"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the capability: %v", err)
		}
		for name, ch := range map[string]forward.Change{
			"no name":      {Address: "127.0.0.1:1"},
			"no port":      {Name: "x", Address: "127.0.0.1"},
			"a bad MN":     {Name: "x", Address: "127.0.0.1:1", Devices: []forward.Device{{MN: "a;b"}}},
			"twice":        {Name: "x", Address: "127.0.0.1:1", Devices: []forward.Device{{MN: "A"}, {MN: "A"}}},
			"unknown kind": {Name: "x", Address: "127.0.0.1:1", Kinds: []int{1012}},
		} {
			if _, err := c.fwd.Create(ctx, chief, ch); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		target := c.target(forward.Change{Name: "市平台", Address: u.l.Addr().String()})
		p := c.dial()
		c.take(p, "MN1", 1)
		u.until("the first", u.has("MN1 01"))
		c.status(target.ID, "one done", func(t forward.Target) bool { return t.Sent == 1 && t.Connected })
		target, err := c.fwd.Do(ctx, chief, target.ID, target.Version, forward.Pause)
		if err != nil {
			t.Fatal(err)
		}
		c.status(target.ID, "the line is closed", func(t forward.Target) bool { return !t.Connected })
		c.take(p, "MN1", 2, 3)
		if _, err := c.fwd.Do(ctx, chief, target.ID, target.Version-1, forward.Resume); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		if target, err = c.fwd.Do(ctx, chief, target.ID, target.Version, forward.Resume); err != nil {
			t.Fatal(err)
		}
		u.until("what came meanwhile", u.has("MN1 02", "MN1 03"))
		c.status(target.ID, "three done", func(t forward.Target) bool { return t.Sent == 3 })
		c.restart()
		c.take(p, "MN1", 4)
		u.until("what came after the restart", u.has("MN1 04"))
		u.mu.Lock()
		if got := fmt.Sprint(u.got); got != "[MN1 01 MN1 02 MN1 03 MN1 04]" {
			t.Errorf("%s: what was answered was sent again", got)
		}
		u.mu.Unlock()
		if _, err = c.fwd.Do(ctx, chief, target.ID, target.Version, forward.End); err != nil {
			t.Fatal(err)
		}
		if list, err := c.fwd.List(ctx, chief); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// TestForward_PlatformAway has nobody listen for a while: receiving goes on, the
// trouble is told, and everything is sent later.
func TestForward_PlatformAway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		_ = l.Close()
		c.device(telemetry.Device{MN: "MN1"})
		c.start()
		target := c.target(forward.Change{Name: "市平台", Address: address})
		p := c.dial()
		c.take(p, "MN1", 1, 2, 3) // answered although nobody is there
		got := c.status(target.ID, "the trouble", func(t forward.Target) bool { return t.Error != "" })
		if got.Error != "对方没有开放这个端口" || got.Connected || got.Behind(c.fwd.Head()) == 0 {
			t.Errorf("%+v", got)
		}
		u := newUpper(t)
		ch := forward.Change{Name: "市平台", Address: u.l.Addr().String()}
		if _, err := c.fwd.Update(context.Background(), chief, target.ID, got.Version, ch); err != nil {
			t.Fatal(err)
		}
		u.until("all", u.has(keys("MN1", 1, 2, 3)...))
		got = c.status(target.ID, "all is well", func(t forward.Target) bool { return t.Sent == 3 })
		if got.Error != "" || !got.Connected {
			t.Errorf("%+v", got)
		}
	})
}
