package command

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
)

// Desk carries commands out: it sends what is due over the connections of this
// process and listens to what comes back. The rows are the truth; what it holds
// in memory only spares looking.
type Desk struct {
	s     *Service
	lines atomic.Pointer[Lines]

	live atomic.Int64 // commands under way in this process, 0 lets frames pass unlooked

	mu    sync.Mutex
	under map[string][]underway // by MN
	came  map[string]bool       // MNs that connected since the last look

	stop context.CancelFunc
	wait sync.WaitGroup
}

// underway is what is needed to see that an upload answers a command.
type underway struct {
	id       string
	data     *Spec
	from, to time.Time
}

func newDesk(s *Service) *Desk {
	return &Desk{s: s, under: map[string][]underway{}, came: map[string]bool{}}
}

// Connect gives the desk the connections; before that, and without, nothing is
// sent.
func (d *Desk) Connect(l Lines) { d.lines.Store(&l) }

func (d *Desk) peer(route string) (Peer, bool) {
	if l := d.lines.Load(); l != nil {
		return (*l).Peer(route)
	}
	return Peer{}, false
}

// dialect is the protocol that a device speaks: answers carry ST=91 in all of them.
func (d *Desk) dialect(c *Command) hj212.Dialect {
	p, _ := d.peer(c.Route)
	return (&hj212.Frame{HasFlag: true, Version: p.Version, ST: []byte(p.ST)}).Dialect()
}

// Came notes that a device has spoken on a new connection: what waited for it is
// sent.
func (d *Desk) Came(mn string) {
	d.mu.Lock()
	if len(d.came) < 10_000 {
		d.came[mn] = true
	}
	d.mu.Unlock()
	d.s.DB.Wake(bell)
}

// pollEach is how late a wish of another process, or a time-out, is seen at most.
const pollEach = time.Second

// Start carries commands out in the background, until Stop.
func (d *Desk) Start(ctx context.Context) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	d.wait.Go(func() { d.loop(run) })
	return nil
}

// Stop ends the background work. What is under way goes on after the next start.
func (d *Desk) Stop(context.Context) error {
	if d.stop != nil {
		d.stop()
		d.wait.Wait()
	}
	return nil
}

func (d *Desk) loop(ctx context.Context) {
	ear, deaf := d.s.DB.Listen(bell)
	defer deaf()
	tick := time.NewTicker(pollEach)
	defer tick.Stop()
	for ctx.Err() == nil {
		if _, err := d.RunDue(ctx); err != nil && ctx.Err() == nil {
			d.s.Log.Error("command: commands could not be carried out", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ear:
			pause(ctx, gather)
		case <-tick.C:
		}
	}
}

// gather is how long the loop waits after being woken: while many devices answer at
// once, one look serves all of them.
const gather = 20 * time.Millisecond

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// RunDue does what is due now: greets, gives up, repeats, sends. It says how many
// commands moved.
func (d *Desk) RunDue(ctx context.Context) (int, error) {
	if err := d.s.keys.refresh(ctx); err != nil {
		return 0, err
	}
	moved, err := d.greet(ctx)
	if err != nil {
		return moved, err
	}
	var under, heads, old []Command
	err = d.s.DB.Read(ctx, func(tx *db.Tx) error {
		if under, heads, err = openNow(ctx, tx); err != nil {
			return err
		}
		old, err = outlived(ctx, tx)
		return err
	})
	if err != nil {
		return moved, err
	}
	d.remember(under)
	now := d.s.DB.Now()
	busy := map[string]bool{}
	var errs []error
	try := func(c *Command, f func(context.Context, *Command) (bool, error)) {
		did, err := f(ctx, c)
		if did {
			moved++
		}
		errs = append(errs, err)
	}
	for i := range old {
		try(&old[i], d.giveUp)
		busy[old[i].Route] = true
	}
	for i := range under {
		c := &under[i]
		busy[c.Route] = true
		if !now.Before(c.DueAt) {
			try(c, d.overdue)
		}
	}
	for i := range heads {
		c := &heads[i]
		if busy[c.Route] {
			continue
		}
		if _, online := d.peer(c.Route); online {
			try(c, d.send)
		}
	}
	return moved, errors.Join(errs...)
}

// remember keeps which MNs have something under way.
func (d *Desk) remember(under []Command) {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.under)
	for i := range under {
		d.note(&under[i])
	}
	d.live.Store(int64(len(d.under)))
}

// note needs mu.
func (d *Desk) note(c *Command) {
	list := d.under[c.MN]
	for i := range list {
		if list[i].id == c.ID {
			list = append(list[:i], list[i+1:]...)
			break
		}
	}
	if c.State == Sent || c.State == Accepted {
		list = append(list, underway{id: c.ID, data: c.spec(), from: c.From, to: c.To})
	}
	if len(list) == 0 {
		delete(d.under, c.MN)
	} else {
		d.under[c.MN] = list
	}
	d.live.Store(int64(len(d.under)))
}

func (d *Desk) saw(c *Command) {
	d.mu.Lock()
	d.note(c)
	d.mu.Unlock()
	d.s.DB.Wake(bell)
}

// answers finds the command that an upload of the MN belongs to.
func (d *Desk) answers(mn string, m *Message) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, u := range d.under[mn] {
		for _, cn := range u.data.Data {
			if cn == m.Frame.Command && !m.DataAt.Before(u.from) && !m.DataAt.After(u.to) {
				return u.id
			}
		}
	}
	return ""
}
