package gap

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
)

// look is one look at a gap: what is still missing takes the verb ("" stays as it
// is) and is looked at again after the wait.
type look struct {
	g      *Gap
	verb   flow.Verb
	wait   time.Duration
	reason string

	left []run
	late map[int64]int64 // slots that came, by day
}

// same reports that nothing came.
func (x *look) same() bool { return len(x.left) == 1 && x.left[0] == x.g.run }

// looksAtOnce is how many looks one transaction notes.
const looksAtOnce = 100

// recheckAll looks whether slots of gaps have come since.
func (s *Service) recheckAll(ctx context.Context, list []look) error {
	for part := range slices.Chunk(list, looksAtOnce) {
		write := false
		for i := range part {
			x := &part[i]
			d, _ := s.device(x.g.DeviceID)
			moments, err := s.Store.MomentsOf(ctx, d.Num, x.g.CN, x.g.First-x.g.Step/2, x.g.Last+x.g.Step/2)
			if err != nil {
				return err
			}
			x.left, x.late = x.g.fill(moments)
			write = write || x.moves()
		}
		if !write {
			continue
		}
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			n := news{}
			for i := range part {
				if err := part[i].save(ctx, tx, n); err != nil {
					return err
				}
			}
			return n.publish(ctx, tx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moves reports whether the look has anything to write.
func (x *look) moves() bool { return x.late != nil || x.verb != "" || x.wait != 0 }

// save writes down what the look has found, unless another was faster.
func (x *look) save(ctx context.Context, tx *db.Tx, n news) error {
	if !x.moves() {
		return nil
	}
	now := *x.g
	if len(x.left) == 0 {
		if err := now.take(Fill, tx.Now); err != nil {
			return err
		}
		now.Reason = ""
	} else {
		now.run, now.NextAt, now.Reason = x.left[0], tx.Now.Add(x.wait), x.reason
		if x.verb != "" {
			if err := now.take(x.verb, tx.Now); err != nil {
				return err
			}
		}
	}
	if ok, err := saveGap(ctx, tx, &now); err != nil || !ok {
		return err
	}
	if x.late != nil || now.State != x.g.State {
		n.of(x.g)
	}
	for i, r := range x.left {
		if i == 0 {
			continue
		}
		part := now
		part.ID, part.run, part.Version = db.NewID(), r, 1
		if err := insertGap(ctx, tx, &part); err != nil {
			return err
		}
	}
	days := map[int64]dayCount{}
	for day, n := range x.late {
		days[day] = dayCount{late: n, missing: -n}
	}
	return addDays(ctx, tx, x.g.DeviceID, x.g.CN, days)
}
