package world

import (
	"math/bits"
	"sync"
	"time"
)

// Latencies counts durations in buckets that widen by a sixteenth of a power of
// two, so that a quantile is right to about 4 %.
type Latencies struct {
	mu     sync.Mutex
	counts [64 * 16]uint32
	n      int
}

// Count adds one.
func (h *Latencies) Count(d time.Duration) {
	v := max(1, uint64(d/time.Microsecond))
	h.mu.Lock()
	h.counts[bucket(v)]++
	h.n++
	h.mu.Unlock()
}

// Add adds those of another.
func (h *Latencies) Add(o *Latencies) {
	for i, c := range o.counts {
		h.counts[i] += c
	}
	h.n += o.n
}

// Quantile is the upper edge of the bucket that holds the quantile, in ms.
func (h *Latencies) Quantile(q float64) float64 {
	if h.n == 0 {
		return 0
	}
	rank, seen := max(1, int(q*float64(h.n)+0.5)), 0
	for i, c := range h.counts {
		if seen += int(c); seen >= rank {
			return float64(edge(i)) / 1000
		}
	}
	return 0
}

func bucket(v uint64) int {
	e := bits.Len64(v) - 1
	if e < 4 {
		return int(v)
	}
	return (e-3)*16 + int(v>>(e-4)&15)
}

// edge is the greatest value of a bucket.
func edge(i int) uint64 {
	if i < 16 {
		return uint64(i)
	}
	e := i/16 + 3
	return (16+uint64(i%16)+1)<<(e-4) - 1
}
