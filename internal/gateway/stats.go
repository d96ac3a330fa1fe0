package gateway

import "sync/atomic"

// counters are what Stats reads.
type counters struct {
	accepted, turnedAway                                      atomic.Int64
	frames, bytes, stored, duplicate, parked, refused, failed atomic.Int64
	answered, bad, repaired, decrypted, sent                  atomic.Int64
}

// Stats counts since the start, for /metrics and the system page.
type Stats struct {
	Connections int64 // open now
	Accepted    int64 // connections taken
	TurnedAway  int64 // connections over the bounds
	Frames      int64 // good frames
	Bytes       int64 // received
	Stored      int64
	Duplicate   int64
	Parked      int64
	Refused     int64 // wrong password
	Failed      int64 // could not be written, not answered
	Answered    int64 // answers handed to their connections
	Bad         int64 // bad frames and noise
	Repaired    int64 // good frames with a wrong length field
	Decrypted   int64 // frames opened with a key
	Sent        int64 // commands written to connections
}

// Stats reads the counters.
func (g *Gateway) Stats() Stats {
	g.mu.Lock()
	open := int64(len(g.conns))
	g.mu.Unlock()
	s := &g.stats
	return Stats{Connections: open, Accepted: s.accepted.Load(), TurnedAway: s.turnedAway.Load(),
		Frames: s.frames.Load(), Bytes: s.bytes.Load(), Stored: s.stored.Load(), Duplicate: s.duplicate.Load(),
		Parked: s.parked.Load(), Refused: s.refused.Load(), Failed: s.failed.Load(),
		Answered: s.answered.Load(), Bad: s.bad.Load(), Repaired: s.repaired.Load(),
		Decrypted: s.decrypted.Load(), Sent: s.sent.Load()}
}
