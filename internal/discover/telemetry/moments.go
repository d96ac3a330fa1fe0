package telemetry

import (
	"context"

	"github.com/qingshao/qingshao/hj212"
)

// EachMoment walks the moments of the stored data of a command in from <= t < to,
// all devices but meters: one pass over the keys, however many devices there are. A
// device's moments may come out of order, and once for each of their packets and
// versions.
func (s *Store) EachMoment(ctx context.Context, cn hj212.Command, from, to int64, f func(device, at int64)) error {
	g := s.registry.Load()
	devices := make([]int64, 0, len(g.byNum))
	for num := range g.byNum {
		devices = append(devices, num)
	}
	for _, sh := range s.shards.list(from, to) {
		err := s.shards.reader(sh, func(h querier) error {
			in := stretch{from: from, to: to, keysOnly: true}
			if err := in.look(ctx, h); err != nil {
				return err
			}
			kinds, err := kindsIn(ctx, h)
			if err != nil {
				return err
			}
			for _, k := range kinds {
				if k.CN() != cn || k.ST() == MeterST {
					continue
				}
				err := sh.rowsOfAll(ctx, h, k, devices, in, func(r *packedRow) error {
					f(r.device, r.time)
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MomentsOf is EachMoment for one device.
func (s *Store) MomentsOf(ctx context.Context, device int64, cn hj212.Command, from, to int64) (out []int64, err error) {
	err = s.rowsOfDevices(ctx, []int64{device}, from, to, func(k Kind) bool { return k.CN() == cn }, true, func(r *packedRow) error {
		out = append(out, r.time)
		return nil
	})
	return out, err
}
