package world

import "time"

// source gives the packets of some monitors in the order in which they are
// sent: by simulated time, then by monitor. What it gives depends on the world,
// the monitors, the schedule and the start alone, never on the wall clock.
type source struct {
	world    *World
	devices  []*Outlet
	schedule Schedule
	at       time.Time // the moment under way
	device   int       // whose turn it is
	ready    []Packet
	left     int       // packets that may still be given; < 0 = any number
	end      time.Time // last moment; zero = none
}

func newSource(w *World, devices []*Outlet, s Schedule, start time.Time, limit int) *source {
	step := s.step()
	at := start.Truncate(step)
	if at.Before(start) {
		at = at.Add(step)
	}
	return &source{world: w, devices: devices, schedule: s, at: at, left: limit}
}

// next gives the next packet and the simulated moment at which it is sent; false
// when no more may be given, or none will ever come.
func (s *source) next() (Packet, time.Time, bool, error) {
	if s.left == 0 || len(s.devices) == 0 {
		return Packet{}, time.Time{}, false, nil
	}
	for len(s.ready) == 0 {
		if s.device == len(s.devices) {
			s.device, s.at = 0, s.at.Add(s.schedule.step())
		}
		if !s.end.IsZero() && s.at.After(s.end) {
			return Packet{}, time.Time{}, false, nil
		}
		o := s.devices[s.device]
		s.device++
		if !s.world.Online(o, s.at) {
			continue
		}
		for _, d := range s.schedule.Due(s.at) {
			ps, err := s.world.Packets(o, d.Report, d.At)
			if err != nil {
				return Packet{}, time.Time{}, false, err
			}
			s.ready = append(s.ready, ps...)
		}
	}
	p := s.ready[0]
	s.ready = s.ready[1:]
	s.left--
	return p, s.at, true, nil
}
