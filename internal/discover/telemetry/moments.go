package telemetry

import (
	"context"
	"database/sql"

	"github.com/qingshao/qingshao/hj212"
)

// EachMoment walks the moments of the stored data of a command in from <= t < to,
// all devices: month by month and system by system, each in the order of time.
// One pass over the keys, however many devices there are. A moment comes once for
// each of its packets and versions.
func (s *Store) EachMoment(ctx context.Context, cn hj212.Command, from, to int64, f func(device, at int64)) error {
	for _, sh := range s.shards.list(from, to) {
		err := s.eachKind(ctx, sh, cn, func(h *sql.DB, k Kind) error {
			return rowsOfAll(ctx, h, k, from, to, func(r *packedRow) error {
				f(r.device, r.time)
				return nil
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MomentsOf is EachMoment for one device.
func (s *Store) MomentsOf(ctx context.Context, device int64, cn hj212.Command, from, to int64) (out []int64, err error) {
	for _, sh := range s.shards.list(from, to) {
		err := s.eachKind(ctx, sh, cn, func(h *sql.DB, k Kind) error {
			return sh.rowsOf(ctx, h, k, device, from, to, func(r *packedRow) error {
				out = append(out, r.time)
				return nil
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) eachKind(ctx context.Context, sh *shard, cn hj212.Command, f func(*sql.DB, Kind) error) error {
	return s.shards.reader(sh, func(h *sql.DB) error {
		kinds, err := kindsIn(ctx, h)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			if k.CN() != cn {
				continue
			}
			if err := f(h, k); err != nil {
				return err
			}
		}
		return nil
	})
}
