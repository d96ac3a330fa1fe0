package bench

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingshao/qingshao/hj212"
)

// Field is stations that keep their minute data and obey a host, one connection
// each: what they did not send by themselves is there for whoever calls it back.
// They were cut off from Dark to Light.
type Field struct {
	First       int // number of the first station
	Stations    int
	From        time.Time // their first slot
	Dark, Light time.Time // slots in Dark <= t < Light were never sent
	Step        time.Duration
	Dial        func(context.Context) (net.Conn, error)

	list []*fieldStation
}

// FieldTally is what the stations of a field came to.
type FieldTally struct {
	Sent       int // frames by themselves
	Unanswered int // of them
	Commands   int // of the host
	Recalled   int // frames that answered them
	Reconnects int
}

// fieldStation is one of them. One goroutine serves it, so it needs no lock while
// it runs.
type fieldStation struct {
	field   *Field
	station hj212.Station
	frames  *frames
	number  int
	next    time.Time // slot that is sent next by itself
	pending map[string]bool
	sent    map[int64][]uint64 // sums of the frames of a slot
	tally   FieldTally
	buf     []byte
}

// stations makes them, once.
func (f *Field) stations() []*fieldStation {
	if f.list == nil {
		for n := f.First; n < f.First+f.Stations; n++ {
			s := &fieldStation{field: f, number: n, frames: newFrames(true, []int{n}), next: f.From, pending: map[string]bool{}, sent: map[int64][]uint64{}}
			s.station = hj212.Station{Version: hj212.V2017, ST: "31", PW: password, MN: MN(n), Source: s,
				Settings: hj212.StationSettings{MinInterval: int(f.Step / time.Minute)}}
			f.list = append(f.list, s)
		}
	}
	return f.list
}

// Before sends what the stations measured before they were cut off, and hangs up
// when it is answered.
func (f *Field) Before(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for _, s := range f.stations() {
		g.Go(func() error {
			return s.connect(ctx, func() bool { return s.next.Before(f.Dark) }, func() bool { return len(s.pending) == 0 })
		})
	}
	return g.Wait()
}

// Return connects the stations again and keeps them until ctx ends: they send what
// they measure now, and obey.
func (f *Field) Return(ctx context.Context) error {
	var wait sync.WaitGroup
	errs := make([]error, f.Stations)
	for i, s := range f.stations() {
		s.next = f.Light
		wait.Go(func() {
			for ctx.Err() == nil {
				err := s.connect(ctx, func() bool { return !s.next.After(time.Now()) }, func() bool { return false })
				if ctx.Err() != nil {
					return
				}
				if err == nil {
					err = errors.New("the host hung up")
				}
				errs[i] = err
				s.tally.Reconnects++
				pause(ctx, time.Second)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

func pause(ctx context.Context, d time.Duration) { wait(ctx, d, nil, nil) }

// Tally adds up what the stations did; none may run.
func (f *Field) Tally() (t FieldTally) {
	for _, s := range f.list {
		t.Sent += s.tally.Sent
		t.Unanswered += len(s.pending)
		t.Commands += s.tally.Commands
		t.Recalled += s.tally.Recalled
		t.Reconnects += s.tally.Reconnects
	}
	return t
}

// connect serves one connection until over, or the end of the connection or ctx.
func (s *fieldStation) connect(ctx context.Context, due, over func() bool) error {
	conn, err := s.field.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing is left to be done with it
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	var sc hj212.Scanner
	var fr hj212.Frame
	var area hj212.Area
	for ctx.Err() == nil {
		out := s.buf[:0]
		for len(out) < batch && due() {
			if out, err = s.upload(out); err != nil {
				return err
			}
		}
		if err := s.put(conn, out); err != nil {
			return err
		}
		if !due() && over() {
			return nil
		}
		if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return err
		}
		if _, err := sc.Fill(conn); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		out = s.buf[:0]
		for sc.Next(&fr) {
			if fr.Command == hj212.DataAnswer {
				delete(s.pending, string(fr.QN))
				continue
			}
			fr.ParseItems(&area)
			before := len(out)
			if out = s.station.Hear(out, &fr, &area, time.Now()); len(out) > before {
				s.tally.Commands++
				s.tally.Recalled += s.note(out[before:])
			}
		}
		if err := s.put(conn, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *fieldStation) put(conn net.Conn, out []byte) error {
	s.buf = out
	if len(out) == 0 {
		return nil
	}
	if err := conn.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	_, err := conn.Write(out)
	return err
}

// upload writes the next slot, which wants an answer.
func (s *fieldStation) upload(dst []byte) ([]byte, error) {
	for _, m := range s.station.Messages(hj212.UploadMinute, s.area(s.next), true, time.Now()) {
		from := len(dst)
		var err error
		if dst, err = s.station.Write(dst, &m); err != nil {
			return dst, err
		}
		s.pending[m.QN] = true
		s.tally.Sent += s.note(dst[from:])
	}
	s.next = s.next.Add(s.field.Step)
	return dst, nil
}

// area is what the station measured in a slot.
func (s *fieldStation) area(at time.Time) []byte {
	var f hj212.Frame
	if err := hj212.ParseFrame(s.frames.append(nil, 0, s.number, at), &f); err != nil {
		panic(err) // we wrote it
	}
	return f.Area
}

// note remembers the frames of data among those that are sent, and counts them.
func (s *fieldStation) note(out []byte) (n int) {
	var sc hj212.Scanner
	var f hj212.Frame
	if _, err := sc.Write(out); err != nil {
		panic(err) // it takes what fits into a frame
	}
	for sc.Next(&f) {
		if at, ok := momentOf(&f); ok && f.Command == hj212.UploadMinute {
			s.sent[at] = append(s.sent[at], sum(f.Raw))
			n++
		}
	}
	return n
}

// Records is the station's memory.
func (s *fieldStation) Records(q hj212.StationQuery) (all [][]byte) {
	if q.Command != hj212.UploadMinute {
		return nil
	}
	at := s.field.From
	if q.Begin.After(at) {
		at = at.Add((q.Begin.Sub(at) + s.field.Step - 1).Truncate(s.field.Step))
	}
	for now := time.Now(); !at.After(q.End) && !at.After(now); at = at.Add(s.field.Step) {
		all = append(all, s.area(at))
	}
	return all
}

// Info knows nothing.
func (s *fieldStation) Info(string, string) (string, bool) { return "", false }

// Act does what it is told.
func (s *fieldStation) Act(hj212.Command, string, *hj212.Area) int { return hj212.ExeDone }

// momentOf is the slot of a frame of ours, and of no other.
func momentOf(f *hj212.Frame) (unix int64, ok bool) {
	const stamp = len("20060102150405")
	rest, ok := bytes.CutPrefix(f.Area, []byte("DataTime="))
	if !ok || len(rest) < stamp {
		return 0, false
	}
	at, ok := hj212.ParseTime(rest[:stamp])
	return at.Unix(), ok
}

// sum tells frames apart.
func sum(frame []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(raw(frame)) // it never fails
	return h.Sum64()
}

// FieldCheck holds stored frames against those that a field has sent.
type FieldCheck struct {
	field *Field
	once  map[uint64]bool
	slots map[int]map[int64]bool

	Stored     int // different frames of the field, as they were sent
	Duplicated int // frames stored more than once
	Strange    int // under the name of a station of the field, but not sent
}

// Check begins a comparison; the field must have run.
func (f *Field) Check() *FieldCheck {
	return &FieldCheck{field: f, once: map[uint64]bool{}, slots: map[int]map[int64]bool{}}
}

// See takes one stored frame; those of others are passed over.
func (k *FieldCheck) See(mn, cn, dataTime string, stored []byte) {
	n, ok := stationOf(mn)
	at, ok2 := hj212.ParseTime([]byte(dataTime))
	if !ok || !ok2 || n < k.field.First || n >= k.field.First+k.field.Stations || cn != hj212.UploadMinute.String() {
		return
	}
	x := sum(bytes.TrimRight(stored, "\r\n"))
	switch {
	case !slices.Contains(k.field.list[n-k.field.First].sent[at.Unix()], x):
		k.Strange++
		return
	case k.once[x]:
		k.Duplicated++
		return
	}
	k.once[x] = true
	k.Stored++
	if k.slots[n] == nil {
		k.slots[n] = map[int64]bool{}
	}
	k.slots[n][at.Unix()] = true
}

// Lost counts the frames that were sent and not seen since.
func (k *FieldCheck) Lost() (n int) {
	for _, s := range k.field.list {
		for _, sums := range s.sent {
			for _, x := range sums {
				if !k.once[x] {
					n++
				}
			}
		}
	}
	return n
}

// Missing counts the slots, from each station's first to its newest, of which
// nothing was seen.
func (k *FieldCheck) Missing() (n int) {
	for _, s := range k.field.list {
		for at := k.field.From; at.Before(s.next); at = at.Add(k.field.Step) {
			if !k.slots[s.number][at.Unix()] {
				n++
			}
		}
	}
	return n
}
