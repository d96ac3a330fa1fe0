package telemetry

import (
	"context"
	"sort"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
)

// Exported is one stored frame as it was received.
type Exported struct {
	MN       string
	ST       string
	CN       string
	DataTime string // as sent, "" when the frame names none
	PNO      int    // 0 when not split
	Version  int64  // of the reading under its key, from 1
	Raw      []byte // from ## to the CRC
}

// ExportQuery narrows an export: the frames of devices that are not registered
// (Parked) instead of the readings, and data of From <= t < To; zero times do not
// narrow.
type ExportQuery struct {
	Parked   bool
	From, To time.Time
}

func (q ExportQuery) bounds() (from, to int64) {
	from, to = anyTime, everTime
	if !q.From.IsZero() {
		from = q.From.UnixMicro()
	}
	if !q.To.IsZero() {
		to = q.To.UnixMicro()
	}
	return from, to
}

// Export calls f for every stored frame in the order of commit. It only reads,
// and may run beside a server on the same data.
func Export(ctx context.Context, d *db.DB, q ExportQuery, f func(Exported) error) error {
	s, err := openShards(d)
	if err != nil {
		return err
	}
	defer s.close() // only readers were opened
	from, to := q.bounds()
	var made []*shard
	for _, sh := range s.list(from, to) {
		err := s.reader(sh, func(h querier) error {
			ok, err := true, error(nil)
			if !sh.postgres {
				ok, _, err = hasTables(ctx, h)
			}
			if ok {
				made = append(made, sh)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if q.Parked {
		return exportParked(ctx, s, made, from, to, f)
	}
	return exportBatches(ctx, s, made, from, to, f)
}

// exportBatches merges the shards' batches by number.
func exportBatches(ctx context.Context, s *shards, list []*shard, from, to int64, f func(Exported) error) error {
	type part struct {
		batch
		shard int
	}
	for after := int64(0); ; {
		var found []part
		upTo := everTime
		for i, sh := range list {
			err := s.reader(sh, func(h querier) error {
				page, more, err := s.batchesAfter(ctx, sh, h, after, everTime, batchPage)
				if more {
					upTo = min(upTo, page[len(page)-1].seq)
				}
				for _, b := range page {
					found = append(found, part{b, i})
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		sort.SliceStable(found, func(i, j int) bool {
			return found[i].seq < found[j].seq || found[i].seq == found[j].seq && found[i].shard < found[j].shard
		})
		for _, b := range found {
			if b.seq > upTo {
				break
			}
			if err := exportBatch(b.batch, from, to, f); err != nil {
				return err
			}
		}
		if upTo == everTime {
			return nil
		}
		after = upTo
	}
}

func exportBatch(b batch, from, to int64, f func(Exported) error) error {
	payload, err := b.open()
	if err != nil {
		return err
	}
	return eachFrame(payload, b.at, func(s *storedFrame) error {
		if s.time < from || s.time >= to {
			return nil
		}
		x, err := exported(s)
		if err != nil {
			return err
		}
		x.Version = s.version
		return f(x)
	})
}

func exportParked(ctx context.Context, s *shards, list []*shard, from, to int64, f func(Exported) error) error {
	for _, sh := range list {
		err := s.reader(sh, func(h querier) error {
			return eachParked(ctx, h, func(p *parkedFrame) error {
				if p.time < from || p.time >= to {
					return nil
				}
				x, err := exported(&storedFrame{raw: p.raw})
				if err != nil {
					return err
				}
				x.Version = p.version
				return f(x)
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// exported reads the header of a stored frame again.
func exported(s *storedFrame) (Exported, error) {
	if s.meter {
		return exportedMeter(s)
	}
	var fr hj212.Frame
	if err := hj212.ParseSegment(s.segment(), &fr); err != nil {
		return Exported{}, err
	}
	var a hj212.Area
	fr.ParseItems(&a)
	at, _ := a.Param("DataTime")
	return Exported{MN: string(fr.MN), ST: string(fr.ST), CN: string(fr.CN), DataTime: string(at), PNO: fr.PNO, Raw: append([]byte(nil), s.raw...)}, nil
}
