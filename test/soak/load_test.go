//go:build soak

package soak

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/bench"
)

// settling is how long memory may still grow: buffers of the newest batches fill.
const settling = 3 * time.Minute

// Twenty thousand outlets on two thousand connections and ten thousand connections
// that rest; meanwhile stations come back that were cut off for a day, the program
// finds out and calls their data back: every frame is answered and stored once, what
// was missing is there, and memory stays flat.
func TestLoad(t *testing.T) {
	descriptors(t, *connections+*idlers+*recalled+100)
	s := crew(t, "", "", *outlets+*recalled)
	field := cutOff(t, s)
	s.more = []string{"--callback-after", min(*lasts/6, time.Minute).String()}
	s.start()
	before := s.rss()
	idle(t, s, *idlers)
	t.Logf("memory: %d kB at the start, %.1f kB for each of %d resting connections", before, float64(s.rss()-before)/float64(max(1, *idlers)), *idlers)
	stream := liveCrowd(t, s, *outlets, *connections, *live, *lasts)
	back := comeBack(t, s, field)
	var now bench.Tally
	var err error
	var wait sync.WaitGroup
	wait.Go(func() { now, err = stream.Run(t.Context()) })
	open := 0.0
	wait.Go(func() {
		<-time.After(min(*lasts, 10*time.Minute) * 8 / 10)
		open = s.metric("gateway_connections") // later the time-out of idle connections begins
	})
	samples := s.sample(&wait)
	if err != nil {
		t.Fatal(err)
	}
	told(t, "live", now)
	if *bound > 0 && now.P99 > *bound {
		t.Errorf("p99 of live data is %.1f ms", now.P99)
	}
	flat(t, samples)
	if int(open) < *idlers {
		t.Errorf("%.0f connections are open, %d rest", open, *idlers)
	}
	back.closed()
	until(t, time.Minute, "the rules have judged everything", func() bool { return s.metric("rules_behind_batches") == 0 })
	s.stop()
	s.compare(field, stream)
}

// sample reads the server's memory every second until the work is done.
func (s *site) sample(work *sync.WaitGroup) (kB []int) {
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return kB
		case <-tick.C:
			kB = append(kB, s.rss())
		}
	}
}

// flat fits a line through the samples behind the settling time: what it rises
// must be little.
func flat(t *testing.T, kB []int) {
	t.Helper()
	from := int(settling / time.Second)
	if from > len(kB)/2 {
		t.Logf("memory: %d kB after 10 s, %d kB at the end; %d s are too short to judge its slope", kB[min(10, len(kB)-1)], kB[len(kB)-1], len(kB))
		return
	}
	list := kB[from:]
	var sx, sy, sxx, sxy float64
	for i, v := range list {
		x, y := float64(i), float64(v)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	n := float64(len(list))
	rise := (n*sxy - sx*sy) / (n*sxx - sx*sx) * n
	mean := sy / n
	t.Logf("memory: mean %.0f kB, rise over %d s %.0f kB", mean, len(list), rise)
	if rise > max(20_000, mean/10) {
		t.Errorf("memory grows: %.0f kB in %d s", rise, len(list))
	}
}

// Killed again and again under the same load: what was answered is stored, once.
func TestLoad_Killed(t *testing.T) {
	descriptors(t, *connections+*idlers+100)
	s := crew(t, "", "", *outlets)
	s.start()
	idle(t, s, *idlers)
	d := time.Duration(*kills) * 4 * time.Second
	stream, history := liveCrowd(t, s, *outlets, *connections, *live, d), historyCrowd(t, s, *recalled, d)
	var now, past bench.Tally
	var errs [2]error
	var wait sync.WaitGroup
	wait.Go(func() { now, errs[0] = stream.Run(t.Context()) })
	wait.Go(func() { past, errs[1] = history.Run(t.Context()) })
	done := make(chan struct{})
	go func() { wait.Wait(); close(done) }()
	n, longest := 0, time.Duration(0)
	for over := false; n < *kills && !over; {
		select {
		case <-done:
			over = true
		case <-time.After(time.Duration(200+rand.IntN(2500)) * time.Millisecond):
			s.kill()
			n++
			began := time.Now()
			s.start()
			longest = max(longest, time.Since(began))
		}
	}
	<-done
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("killed %d times; at most %.1f s until it was ready again", n, longest.Seconds())
	told(t, "live", now)
	told(t, "history", past)
	if n < *kills {
		t.Errorf("the run was over after %d kills", n)
	}
	s.stop()
	s.compare(nil, stream, history)
	if out := s.command("verify"); len(out) == 0 {
		t.Error("verify prints no checkpoint")
	}
}
