package command

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// historyOf is the command that calls a kind of data back.
func historyOf(cn hj212.Command) *Spec {
	for i := range specs {
		if s := &specs[i]; s.CN == cn && s.Slice > 0 && len(s.Data) == 1 {
			return s
		}
	}
	return nil
}

// Online tells whether this process holds a connection of a device.
func (s *Service) Online(mn string) bool {
	_, ok := s.desk.peer(mn)
	return ok
}

// Longest is the longest stretch of one call-back of a kind of data.
func (s *Service) Longest(cn hj212.Command) time.Duration {
	if spec := historyOf(cn); spec != nil {
		return spec.Slice
	}
	return 0
}

// CallBack asks a device for data of a kind, both ends included. A device has one
// call-back under way at most, and none where it is switched off: then "".
func (s *Service) CallBack(ctx context.Context, tx *db.Tx, d telemetry.Device, cn hj212.Command, from, to time.Time) (string, error) {
	spec := historyOf(cn)
	if spec == nil {
		return "", nil
	}
	if v, known := s.edition(d); known && !spec.in(v) {
		return "", nil
	}
	l, err := linkOf(ctx, tx, d.ID)
	if err != nil || !l.Callback {
		return "", err
	}
	under, err := openCallbacks(ctx, tx, d.ID)
	if err != nil || under > 0 {
		return "", err
	}
	if open, err := countOpen(ctx, tx, d.ID); err != nil || open >= maxOpen {
		return "", err
	}
	list, err := s.enter(ctx, tx, system, ByCallback, d, spec, map[string]string{}, "", stretch{from, to})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

// CalledBack tells how a call-back ended: its ExeRtn, 0 for none.
func (s *Service) CalledBack(ctx context.Context, tx *db.Tx, id string) (ended bool, outcome int, note string, err error) {
	c, err := commandByID(ctx, tx, id)
	if db.IsMissing(err) {
		return true, 0, "补取指令已清理", nil
	}
	return err == nil && over(c.State), c.Outcome, firstOf(c.Note, Machine.StateTitle(c.State)), err
}
