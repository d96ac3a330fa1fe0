package db

import "sync"

// bells are the wake-ups inside this process. They are hints only: whoever
// listens must also look by himself now and then, because another process may
// have written.
type bells struct {
	mu   sync.Mutex
	ears map[string]map[chan struct{}]bool
}

// Signal wakes those who Listen to the name once this transaction is durable;
// after a rollback nobody is woken.
func (t *Tx) Signal(name string) { t.AfterCommit(func() { t.db.Wake(name) }) }

// Wake wakes those who Listen to the name in this process; it never blocks.
func (d *DB) Wake(name string) {
	d.bells.mu.Lock()
	defer d.bells.mu.Unlock()
	for ear := range d.bells.ears[name] {
		select {
		case ear <- struct{}{}:
		default: // already woken and not yet looked
		}
	}
}

// Listen gives a channel that receives after every Wake or committed Signal of
// the name; several that come close together arrive as one. Call stop when done.
func (d *DB) Listen(name string) (ear <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	d.bells.mu.Lock()
	defer d.bells.mu.Unlock()
	if d.bells.ears == nil {
		d.bells.ears = map[string]map[chan struct{}]bool{}
	}
	if d.bells.ears[name] == nil {
		d.bells.ears[name] = map[chan struct{}]bool{}
	}
	d.bells.ears[name][c] = true
	return c, func() {
		d.bells.mu.Lock()
		defer d.bells.mu.Unlock()
		delete(d.bells.ears[name], c)
	}
}
