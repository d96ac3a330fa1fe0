package hj212

import (
	"bytes"
	"time"
)

// Assembler collects the frames of split messages (拆分包): those of one MN, ST, CN,
// DataTime and PNUM belong together, whether each has its own QN or all share one.
// It has no clock and copies what it keeps. The zero value is ready; it serves one
// stream and one goroutine.
type Assembler struct {
	// Limit bounds the groups that wait, 64 when 0; the oldest gives way and comes
	// out of Expire as overdue.
	Limit  int
	groups []*Group
}

// Group is a split message, whole or in part. No frame cuts a factor, so that
// every part is readable alone.
type Group struct {
	MN, ST, DataTime string
	Command          Command
	// Parts holds the raw bytes of each packet, by PNO from 1; nil where none came.
	// An encrypted packet is held as its plain segment, framed.
	Parts   [][]byte
	Started time.Time // when the first packet came
	missing int
	evicted bool
}

// Whole reports that no packet is missing.
func (g *Group) Whole() bool { return g.missing == 0 }

// Add takes the packet f, whose data area a holds, received at now. It returns the
// group when f completes it. A frame that is not split or not usable is not taken
// and a packet that came before is ignored: the first one stays.
func (s *Assembler) Add(f *Frame, a *Area, now time.Time) (g *Group, done bool) {
	if !f.OK() || !f.Split() || f.PNO > f.PNUM {
		return nil, false
	}
	when, _ := a.Param("DataTime")
	at := s.find(f, when)
	if at < 0 {
		g = &Group{
			MN: string(f.MN), ST: string(f.ST), DataTime: string(when), Command: f.Command,
			Parts: make([][]byte, f.PNUM), Started: now, missing: f.PNUM,
		}
		s.groups = append(s.groups, g)
		at = len(s.groups) - 1
		s.bound()
	}
	g = s.groups[at]
	if g.Parts[f.PNO-1] != nil {
		return nil, false
	}
	g.Parts[f.PNO-1] = bytes.Clone(f.Raw)
	if f.Decrypted {
		g.Parts[f.PNO-1], _ = AppendSegment(nil, f.Segment)
	}
	if g.missing--; g.missing > 0 {
		return nil, false
	}
	s.groups = append(s.groups[:at], s.groups[at+1:]...)
	return g, true
}

// find returns the place of the group of f, or -1.
func (s *Assembler) find(f *Frame, when []byte) int {
	for i, g := range s.groups {
		if !g.evicted && len(g.Parts) == f.PNUM && g.Command == f.Command && g.MN == string(f.MN) &&
			g.ST == string(f.ST) && g.DataTime == string(when) {
			return i
		}
	}
	return -1
}

// bound marks the oldest groups above the limit as overdue.
func (s *Assembler) bound() {
	limit := s.Limit
	if limit <= 0 {
		limit = 64
	}
	waiting := 0
	for i := len(s.groups) - 1; i >= 0; i-- {
		if waiting++; waiting > limit {
			s.groups[i].evicted = true
		}
	}
}

// Expire removes and returns the groups that began before the given time and those
// that gave way, oldest first. What came of them is still data.
func (s *Assembler) Expire(before time.Time) (overdue []*Group) {
	kept := s.groups[:0]
	for _, g := range s.groups {
		if g.evicted || g.Started.Before(before) {
			overdue = append(overdue, g)
		} else {
			kept = append(kept, g)
		}
	}
	clear(s.groups[len(kept):])
	s.groups = kept
	return overdue
}
