package bench

import (
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

const (
	completes = 3 // frames in a row beyond the limit that the early rule waits for
	lasts     = 6 // frames of an episode
	between   = lasts + 10
)

// begun names the beginning of an episode: the station and the moment of its
// first frame beyond the limit.
type begun struct {
	station int
	at      int64 // seconds since 1970
}

// episodes are the planned times at which stations exceed their limits.
type episodes struct {
	stations int
	starts   map[int][]int // by station, ascending: the turn of the first frame beyond the limit
}

// planEpisodes spreads n episodes evenly over the frames, the same for the same
// numbers. Every episode is long over before its station's next one, so that each
// raises an alarm of its own.
func planEpisodes(frames, stations, n int) (*episodes, error) {
	p := &episodes{stations: stations, starts: map[int][]int{}}
	first, last := completes*stations, frames-(lasts-completes+2)*stations // an episode may be put off by two turns
	span := last - first
	if span < n {
		return nil, fault.Invalidf("%d 帧里放不下 %d 次超限，请延长时间、加快速率或减少次数", frames, n)
	}
	seed := uint64(n)
	for j := range n {
		seed = seed*6364136223846793005 + 1442695040888963407
		target := first + j*span/n + int(seed>>33)%stations
		if !p.place(target) {
			return nil, fault.Invalidf("%d 台设备、%d 帧里放不下 %d 次超限，请增加设备或减少次数", stations, frames, n)
		}
	}
	return p, nil
}

// place lets the frame complete an episode, or the nearest later one whose
// station is free.
func (p *episodes) place(frame int) bool {
	for f := frame; f < frame+p.stations; f++ {
		station, start := f%p.stations, f/p.stations-(completes-1)
		had := p.starts[station]
		if always(station) || len(had) > 0 && start-had[len(had)-1] < between {
			continue
		}
		p.starts[station] = append(had, start)
		return true
	}
	return false
}

// breaks says whether a station exceeds its limit at a turn.
func (p *episodes) breaks(station, turn int) bool {
	for _, start := range p.starts[station] {
		if turn >= start && turn < start+lasts {
			return true
		}
	}
	return false
}

// due is when the frame that completes an episode is to be sent; false for what
// is none of the plan.
func (p *episodes) due(c *Crowd, b begun) (time.Time, bool) {
	for _, start := range p.starts[b.station] {
		if c.at(start).Unix() == b.at {
			return c.due((start+completes-1)*p.stations + b.station), true
		}
	}
	return time.Time{}, false
}

// early counts alarms of stations in the plan that begin elsewhere.
func (p *episodes) early(c *Crowd, raised map[begun]string) int {
	n := 0
	for b := range raised {
		if _, ok := p.due(c, b); !ok && len(p.starts[b.station]) > 0 {
			n++
		}
	}
	return n
}

// outletName is how Register names a station's outlet.
func outletName(station int) string { return outletPrefix + strconv.Itoa(station) }

const outletPrefix = "测速排放口 "
