package telemetry

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
)

// CloseDays moves the rows of finished days into columns (日封存) and returns how
// many days it closed. A day is closed Options.CloseAfter after its end; rows that
// come later wait in their old place until the next run, which closes the day once
// more.
//
// What it does can stop anywhere and goes on in the next run:
//
//  1. the day is marked, so that the writer looks for late rows in chunks too
//  2. chunks are written beside the rows, which still stand
//  3. one transaction of the main database writes the entry in the audit log, with
//     the root over the day's chunks, and that the day is closed
//  4. the rows that stand in chunks are removed, in slices
//
// Chunks are never removed or changed: what an unfinished run has written the next
// one takes over.
func (s *Store) CloseDays(ctx context.Context) (closed int, err error) {
	s.closing.Lock()
	defer s.closing.Unlock()
	s.keepPartitions(ctx)
	if err := s.clearRest(ctx); err != nil {
		return 0, err
	}
	var sealed map[int64]int64
	err = s.d.Read(ctx, func(tx *db.Tx) (err error) {
		sealed, err = sealedDays(ctx, tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	until := midnight(s.d.Now().Add(-s.o.CloseAfter).UnixMicro())
	var errs []error // a day that cannot be closed keeps no other open
	for _, sh := range s.shards.list(anyTime, everTime) {
		n, err := s.closeShard(ctx, sh, sealed, until)
		closed += n
		errs = append(errs, err)
		if ctx.Err() != nil || errors.Is(err, ErrStopped) {
			break
		}
	}
	return closed, errors.Join(errs...)
}

// closeShard closes the days of a shard, packs its frames, and gives its room back
// when its month is over.
func (s *Store) closeShard(ctx context.Context, sh *shard, sealed map[int64]int64, until int64) (closed int, err error) {
	days := map[int64]bool{}
	made := true
	err = s.shards.reader(sh, func(h querier) error {
		if !sh.postgres {
			if _, made, err = hasTables(ctx, h); err != nil || !made {
				return err
			}
		}
		marked, err := markedDays(ctx, h)
		for day, closing := range marked {
			if closing > sealed[day] {
				days[day] = true
			}
		}
		return errors.Join(err, openDays(ctx, h, until, days))
	})
	if err != nil || !made {
		return 0, err
	}
	var errs []error
	for _, day := range slices.Sorted(maps.Keys(days)) {
		began := time.Now()
		d, err := s.closeDay(ctx, sh, day)
		if errors.Is(err, ErrStopped) || ctx.Err() != nil {
			return closed, err
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", dayText(day), err))
			continue
		}
		closed++
		s.log.Info("telemetry: a day is closed", "day", dayText(day), "closing", d.closing, "chunks", d.chunks, "rows", d.rows, "took", time.Since(began).Round(time.Millisecond))
	}
	if err := s.sealFrames(ctx, sh, until); err != nil {
		errs = append(errs, fmt.Errorf("pack frames of %s: %w", shardText(sh.name), err))
	} else if !sh.postgres && sh.name < monthOf(until) { // the room is not needed for days to come
		if err := s.shrink(ctx, sh); err != nil {
			errs = append(errs, fmt.Errorf("shrink %s: %w", fileOf(sh.name), err))
		}
	}
	return closed, errors.Join(errs...)
}

// dayText is a day as people write it.
func dayText(day int64) string { return time.UnixMicro(day).In(hj212.Beijing).Format("2006-01-02") }

// step lets tests stop a closing.
func (s *Store) step(name string) error {
	if s.between == nil {
		return nil
	}
	return s.between(name)
}

// closeDay closes one day of a shard.
func (s *Store) closeDay(ctx context.Context, sh *shard, day int64) (closedDay, error) {
	var done closedDay
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		done, err = newestClosing(ctx, tx, day)
		return err
	})
	if err != nil {
		return done, err
	}
	c := dayCloser{Store: s, sh: sh, day: day}
	err = s.shards.reader(sh, func(h querier) (err error) {
		if c.before, err = lastClosing(ctx, h, day); err != nil {
			return err
		}
		c.through, err = s.settled(ctx, sh, h)
		return err
	})
	if err != nil {
		return done, err
	}
	c.closing = max(done.closing+1, c.before)
	if err := c.write(ctx); err != nil {
		return done, err
	}
	if c.written > 0 || c.before > done.closing {
		if done, err = c.seal(ctx); err != nil {
			return done, err
		}
	}
	if done.closing == 0 { // what the day has came after the snapshot
		return done, nil
	}
	done.through = c.through
	return done, s.clearDay(ctx, sh, done)
}

// settled is the number of a batch up to which all are visible.
func (s *Store) settled(ctx context.Context, sh *shard, h querier) (int64, error) {
	if !sh.postgres {
		return s.Head(), nil
	}
	_, last, err := sh.highest(ctx, h)
	return last, err
}

// dayCloser is one closing under way.
type dayCloser struct {
	*Store
	sh           *shard
	day          int64
	before       int64 // highest closing that wrote a chunk
	closing      int64
	through      int64
	written      int
	pending      []chunk
	pendingBytes int
}

// groupRows is about how many rows are held in memory at a time.
const groupRows = 200_000

// write makes the chunks of all rows that stand in none.
func (c *dayCloser) write(ctx context.Context) error {
	err := c.inWriter(ctx, c.sh, func(ctx context.Context, tx *sql.Tx, sh *shard) error {
		return markClosed(ctx, tx, sh, c.day, c.closing)
	})
	if err == nil {
		err = c.step("marked")
	}
	if err != nil {
		return err
	}
	var kinds []Kind
	err = c.shards.reader(c.sh, func(h querier) (err error) {
		kinds, err = kindsIn(ctx, h)
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if err := c.writeKind(ctx, k); err != nil {
			return err
		}
	}
	return c.flush(ctx)
}

func (c *dayCloser) writeKind(ctx context.Context, k Kind) error {
	var devices []deviceRows
	err := c.shards.reader(c.sh, func(h querier) (err error) {
		devices, err = devicesIn(ctx, h, k, c.day, c.through)
		return err
	})
	for err == nil && len(devices) > 0 {
		n, rows := 1, devices[0].rows
		for n < len(devices) && rows+devices[n].rows <= groupRows {
			rows += devices[n].rows
			n++
		}
		err = c.writeGroup(ctx, k, devices[:n])
		devices = devices[n:]
	}
	return err
}

// writeGroup makes the chunks of some devices.
func (c *dayCloser) writeGroup(ctx context.Context, k Kind, devices []deviceRows) error {
	of := map[int64][]packedRow{}
	var old map[int64][]chunk
	err := c.shards.reader(c.sh, func(h querier) (err error) {
		if c.before > 0 {
			if old, err = c.chunksOf(ctx, h, k, devices); err != nil {
				return err
			}
		}
		return openBetween(ctx, h, k, c.day, c.through, devices[0].device, devices[len(devices)-1].device, func(r *packedRow) error {
			row := *r
			row.data = bytes.Clone(r.data)
			of[r.device] = append(of[r.device], row)
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, d := range devices {
		rows, version, err := without(of[d.device], old[d.device])
		if err != nil {
			return err
		}
		delete(of, d.device)
		for len(rows) > 0 {
			n := min(len(rows), maxChunkRows)
			version++
			if err := c.add(ctx, rows[:n], version); err != nil {
				return err
			}
			rows = rows[n:]
		}
	}
	return nil
}

func (c *dayCloser) chunksOf(ctx context.Context, h querier, k Kind, devices []deviceRows) (map[int64][]chunk, error) {
	out := map[int64][]chunk{}
	for _, d := range devices {
		list, err := chunksOf(ctx, h, k, d.device, c.day, c.day+dayLength, true)
		if err != nil {
			return nil, err
		}
		out[d.device] = list
	}
	return out, nil
}

// without leaves out the rows that stand in chunks; version is the highest of the
// chunks.
func without(rows []packedRow, chunks []chunk) (left []packedRow, version int64, err error) {
	if len(chunks) == 0 {
		return rows, 0, nil
	}
	type key struct{ time, part, version int64 }
	there := map[key]bool{}
	for i := range chunks {
		list, err := chunks[i].unpackKeys()
		if err != nil {
			return nil, 0, err
		}
		version = max(version, chunks[i].version)
		for _, r := range list {
			there[key{r.time, int64(r.part), r.version}] = true
		}
	}
	for _, r := range rows {
		if !there[key{r.time, int64(r.part), r.version}] {
			left = append(left, r)
		}
	}
	return left, version, nil
}

// flushBytes is how much is written in one transaction: some milliseconds.
const flushBytes = 128 << 10

func (c *dayCloser) add(ctx context.Context, rows []packedRow, version int64) error {
	k, err := newChunk(rows)
	if err != nil {
		return err
	}
	k.day, k.version, k.closing = c.day, version, c.closing
	k.hash = k.sum()
	c.pending = append(c.pending, k)
	c.written++
	if c.pendingBytes += len(k.keys) + len(k.data); c.pendingBytes < flushBytes && len(c.pending) < c.o.flushChunks {
		return nil
	}
	return c.flush(ctx)
}

func (c *dayCloser) flush(ctx context.Context) error {
	if len(c.pending) == 0 {
		return nil
	}
	err := c.paced(ctx, c.sh, func(ctx context.Context, tx *sql.Tx, _ *shard) error {
		for i := range c.pending {
			if err := addChunk(ctx, tx, &c.pending[i]); err != nil {
				return err
			}
		}
		return nil
	})
	c.pending, c.pendingBytes = c.pending[:0], 0
	if err == nil {
		err = c.step("chunks")
	}
	return err
}

// paced runs a task and then leaves the writer to others for as long as it took.
func (s *Store) paced(ctx context.Context, sh *shard, do func(context.Context, *sql.Tx, *shard) error) error {
	began := time.Now()
	if err := s.inWriter(ctx, sh, do); err != nil {
		return err
	}
	rest := time.NewTimer(min(time.Since(began), 50*time.Millisecond))
	defer rest.Stop()
	select {
	case <-rest.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// seal writes what makes the day closed: the entry in the audit log and the row
// of the closing, in one transaction.
func (c *dayCloser) seal(ctx context.Context) (closedDay, error) {
	d := closedDay{day: c.day, closing: c.closing, through: c.through}
	if err := c.step("written"); err != nil {
		return d, err
	}
	err := c.shards.reader(c.sh, func(h querier) (err error) {
		d.dayRoot, err = rootOf(ctx, h, c.day, c.closing)
		return err
	})
	if err != nil {
		return d, err
	}
	err = c.d.Write(ctx, func(tx *db.Tx) error {
		if err := insertClosedDay(ctx, tx, d); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: "system:telemetry", Action: dayAction, Kind: dayKind, Subject: dayText(d.day), Area: c.o.Area,
			Detail: dayDetail{Closing: d.closing, Chunks: d.chunks, Rows: d.rows, Root: hex.EncodeToString(d.hash)}})
	})
	if err == nil {
		err = c.step("sealed")
	}
	return d, err
}

// The audit log's words for a closing.
const (
	dayAction = "reading_day.close"
	dayKind   = "reading_day"
)

type dayDetail struct {
	Closing int64  `json:"closing"`
	Chunks  int64  `json:"chunks"`
	Rows    int64  `json:"rows"`
	Root    string `json:"root"`
}

// clearRest goes on with what a stop has left: rows of closed days.
func (s *Store) clearRest(ctx context.Context) error {
	var left []closedDay
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		left, err = unclearedDays(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range left {
		for _, sh := range s.shards.list(d.day, d.day+1) {
			if err := s.clearDay(ctx, sh, d); err != nil {
				return fmt.Errorf("close %s: %w", dayText(d.day), err)
			}
		}
	}
	return nil
}

// clearDay removes the rows of a closed day that stand in chunks. It looks first
// whether the chunks are those that were sealed: another month file may have been
// put in this one's place.
func (s *Store) clearDay(ctx context.Context, sh *shard, d closedDay) error {
	var kinds []Kind
	err := s.shards.reader(sh, func(h querier) error {
		root, err := rootOf(ctx, h, d.day, d.closing)
		if err != nil {
			return err
		}
		if !bytes.Equal(root.hash, d.hash) {
			return fmt.Errorf("the chunks are not those of closing %d: its rows are kept", d.closing)
		}
		kinds, err = kindsIn(ctx, h)
		return err
	})
	if err != nil {
		return err
	}
	// The writers of other nodes must forget which keys they knew.
	err = s.inWriter(ctx, sh, func(ctx context.Context, tx *sql.Tx, sh *shard) error {
		return markClosed(ctx, tx, sh, d.day, d.closing)
	})
	if err == nil {
		err = s.step("forgotten")
	}
	for _, k := range kinds {
		if err == nil {
			err = s.clearKind(ctx, sh, d, k)
		}
	}
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error { return setCleared(ctx, tx, d.day) })
}

// clearKind removes the rows of one kind, slice by slice.
func (s *Store) clearKind(ctx context.Context, sh *shard, d closedDay, k Kind) error {
	for at, done := (rowPlace{time: d.day}), false; !done; {
		var next rowPlace
		err := s.shards.reader(sh, func(h querier) (err error) {
			next, done, err = sh.placeBehind(ctx, h, k, d.day, at, s.o.sliceRows)
			return err
		})
		if err == nil {
			err = s.paced(ctx, sh, func(ctx context.Context, tx *sql.Tx, _ *shard) error {
				return removeRows(ctx, tx, k, d.through, at, next)
			})
		}
		if err == nil {
			err = s.step("removed")
		}
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}
