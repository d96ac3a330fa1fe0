package world

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// host is a receiver made for tests: it takes frames from pipes and answers as
// it is told to.
type host struct {
	t      *testing.T
	mu     sync.Mutex
	conns  int
	frames []string                  // QN of every frame, in order of arrival
	count  map[string]int            // arrivals by raw frame
	answer func(nth, seen int) reply // nth frame over all; how often this one came
	refuse func(conn int) bool       // refuses the n-th dial
}

type reply int

const (
	yes    reply = iota
	silent       // take it, say nothing
	cut          // take it, drop the connection
	twice        // answer two times
	reject       // 9011, QnRtn=2
	noise        // send bytes that are no frame, then answer
)

func newHost(t *testing.T, answer func(nth, seen int) reply) *host {
	return &host{t: t, count: map[string]int{}, answer: answer}
}

func always(int, int) reply { return yes }

func (h *host) dial(context.Context) (net.Conn, error) {
	h.mu.Lock()
	h.conns++
	n := h.conns
	h.mu.Unlock()
	if h.refuse != nil && h.refuse(n) {
		return nil, errors.New("refused")
	}
	client, server := net.Pipe()
	go h.serve(server)
	return client, nil
}

func (h *host) serve(c net.Conn) {
	defer c.Close()
	var sc hj212.Scanner
	var f hj212.Frame
	out := make(chan []byte, 10000)
	defer close(out)
	go func() { // a pipe has no buffer: answers must not hold up reading
		for b := range out {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}()
	for {
		if _, err := sc.Fill(c); err != nil {
			return
		}
		for sc.Next(&f) {
			if !f.OK() {
				h.t.Errorf("bad frame: %s", f.Raw)
				continue
			}
			h.mu.Lock()
			h.frames = append(h.frames, string(f.QN))
			h.count[string(f.Raw)]++
			do := h.answer(len(h.frames), h.count[string(f.Raw)])
			h.mu.Unlock()
			switch do {
			case yes:
				out <- hj212.AppendAnswer(nil, &f, f.AnswerCommand(), 0)
			case twice:
				b := hj212.AppendAnswer(nil, &f, f.AnswerCommand(), 0)
				out <- append(b, b...)
			case noise:
				out <- hj212.AppendAnswer([]byte("##0012garbage!!"), &f, f.AnswerCommand(), 0)
			case reject:
				out <- hj212.AppendAnswer(nil, &f, hj212.RequestAnswer, hj212.QnRefused)
			case cut:
				return
			}
		}
	}
}

// recorder is a Record that checks that nothing is recorded twice.
type recorder struct {
	mu   sync.Mutex
	seen map[string]int
}

func (r *recorder) record(ps []Packet) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]int{}
	}
	for _, p := range ps {
		r.seen[string(p.Raw())]++
	}
	return nil
}

func simulator(h *host, rec *recorder) *Simulator {
	w := New(1)
	return &Simulator{World: w, Devices: w.Devices(12), Connections: 3, Start: noon, Frames: 400, Rate: 1000,
		Schedule: Schedule{Interval: 30 * time.Second, Minute: true, Hour: true}, Dial: h.dial, Record: rec.record}
}

func run(t *testing.T, s *Simulator) Summary {
	t.Helper()
	sum, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// complete checks that every packet was answered, recorded once, and reached the
// host unchanged at least once.
func complete(t *testing.T, h *host, rec *recorder, sum Summary, n int) {
	t.Helper()
	if sum.Sent != n || sum.Answered != n || len(rec.seen) != n || len(h.count) != n {
		t.Errorf("sent %d, answered %d, recorded %d, at the host %d, want %d", sum.Sent, sum.Answered, len(rec.seen), len(h.count), n)
	}
	for raw, times := range rec.seen {
		if times != 1 {
			t.Errorf("recorded %d times: %s", times, raw)
		}
		if h.count[raw] == 0 {
			t.Errorf("the host never saw %s", raw)
		}
	}
}

func TestRun_AnswersAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, always), &recorder{}
		sum := run(t, simulator(h, rec))
		complete(t, h, rec, sum, 400)
		if sum.Resent != 0 || sum.Reconnects != 0 || h.conns != 3 {
			t.Errorf("%+v, %d connections", sum, h.conns)
		}
		if sum.Seconds < 0.39 || sum.Seconds > 0.45 {
			t.Errorf("400 frames at 1000 a second took %v s", sum.Seconds)
		}
	})
}

func TestRun_TheSameSeedSendsTheSame(t *testing.T) {
	t.Parallel()
	var seen [2]map[string]int
	for i := range seen {
		synctest.Test(t, func(t *testing.T) {
			h, rec := newHost(t, func(nth, _ int) reply {
				if i == 1 && nth%7 == 0 {
					return cut
				}
				return yes
			}), &recorder{}
			s := simulator(h, rec)
			s.Rate *= float64(1 + i)
			run(t, s)
			seen[i] = rec.seen
		})
	}
	if d := cmp.Diff(seen[0], seen[1]); d != "" {
		t.Error(d)
	}
}

func TestRun_SendsAgainAfterACutConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, func(nth, _ int) reply {
			if nth%50 == 0 {
				return cut
			}
			return yes
		}), &recorder{}
		sum := run(t, simulator(h, rec))
		complete(t, h, rec, sum, 400)
		if sum.Resent == 0 || sum.Reconnects == 0 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestRun_SendsAgainWhenAnswersAreLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, func(nth, seen int) reply {
			if nth%10 == 0 && seen < 3 {
				return silent
			}
			return yes
		}), &recorder{}
		sum := run(t, simulator(h, rec))
		complete(t, h, rec, sum, 400)
		if sum.Resent < 40 || sum.Reconnects != 0 {
			t.Errorf("%+v", sum)
		}
		if sum.Seconds < 10 || sum.Max < 10_000 {
			t.Errorf("the time-out is 10 s: %+v", sum)
		}
	})
}

func TestRun_GivesTheLinkUpAfterItsRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, nil), &recorder{}
		deaf := map[int]bool{}
		h.answer = func(nth, seen int) reply {
			if nth == 5 {
				deaf[h.conns] = true // this line hears nothing until it calls anew
			}
			if len(deaf) > 0 && h.conns == 1 {
				return silent
			}
			return yes
		}
		s := simulator(h, rec)
		s.Connections, s.Devices, s.Frames = 1, s.Devices[:1], 20
		sum := run(t, s)
		complete(t, h, rec, sum, 20)
		if sum.Reconnects != 1 || sum.Seconds < 40 {
			t.Errorf("first sending and three repeats take 40 s: %+v", sum)
		}
	})
}

func TestRun_WaitsForAHostThatIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, always), &recorder{}
		up := time.Now().Add(30 * time.Second)
		h.refuse = func(int) bool { return time.Now().Before(up) }
		sum := run(t, simulator(h, rec))
		complete(t, h, rec, sum, 400)
		if sum.P50 < 29_000 {
			t.Errorf("waiting must count: %+v", sum)
		}
	})
}

func TestRun_GivesUpOnADeadHost(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*host{
		"nobody listens":         {t: t, count: map[string]int{}, answer: always, refuse: func(int) bool { return true }},
		"takes all, says none":   newHost(t, func(int, int) reply { return silent }),
		"drops every connection": newHost(t, func(int, int) reply { return cut }),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := simulator(h, &recorder{})
				s.Patience = time.Minute
				sum, err := s.Run(t.Context())
				if !fault.Is(err, fault.Unavailable) || sum.Answered != 0 {
					t.Errorf("%v %+v", err, sum)
				}
				if sum.Seconds < 60 || sum.Seconds > 75 {
					t.Errorf("%v s", sum.Seconds)
				}
				if h.conns > 1000 {
					t.Errorf("%d connections are a storm", h.conns)
				}
			})
		})
	}
}

func TestRun_CountsOddAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, func(nth, _ int) reply {
			switch nth % 20 {
			case 3:
				return twice
			case 7:
				return noise
			}
			return yes
		}), &recorder{}
		sum := run(t, simulator(h, rec))
		complete(t, h, rec, sum, 400)
	})
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, func(int, int) reply { return reject }), &recorder{}
		sum := run(t, simulator(h, rec))
		if sum.Refused != 400 || sum.Answered != 0 || len(rec.seen) != 0 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestRun_KeepsToItsWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, nil), &recorder{}
		open := time.Now().Add(5 * time.Second)
		most := 0
		h.answer = func(nth, seen int) reply {
			if time.Now().Before(open) {
				most = nth
				return silent
			}
			return yes
		}
		s := simulator(h, rec)
		s.Connections, s.Window = 1, 25
		sum := run(t, s)
		complete(t, h, rec, sum, 400)
		if most != 25 {
			t.Errorf("%d packets were out at once", most)
		}
	})
}

func TestRun_SpeaksEachEdition(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{"2005", "2017", "2025"} {
		synctest.Test(t, func(t *testing.T) {
			h, rec := newHost(t, always), &recorder{}
			s := simulator(h, rec)
			for i, o := range s.Devices {
				s.Devices[i] = o.As(edition)
			}
			complete(t, h, rec, run(t, s), 400)
		})
	}
}

func TestRun_Paced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, always), &recorder{}
		s := simulator(h, rec)
		s.Devices, s.Connections, s.Rate, s.Frames = s.World.Devices(2), 2, 0, 0
		s.Schedule = Schedule{Interval: 30 * time.Second}
		s.Speed, s.Duration = 60, 10*time.Second
		sum := run(t, s)
		// 600 simulated seconds hold 20 readings of each; the later line's delay
		// of 50 ms moves none beyond the end.
		complete(t, h, rec, sum, 40)
	})
}

func TestRun_EndsAtTheLastMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, always), &recorder{}
		s := simulator(h, rec)
		s.Devices, s.Connections, s.Frames = s.World.Devices(2), 1, 0
		s.Schedule = Schedule{Interval: 30 * time.Second}
		s.End = noon.Add(10 * time.Minute)
		complete(t, h, rec, run(t, s), 2*21)
	})
}

func TestRun_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, always), &recorder{}
		s := simulator(h, rec)
		s.Rate, s.Frames, s.Speed = 0, 0, 1
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		sum, err := s.Run(ctx)
		if err != nil || sum.Answered == 0 || sum.Seconds < 299 || sum.Seconds > 301 {
			t.Errorf("%v %+v", err, sum)
		}
	})
}

func TestRun_StopsWhenItCannotRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, always)
		s := simulator(h, &recorder{})
		full := errors.New("disk full")
		s.Record = func([]Packet) error { return full }
		if sum, err := s.Run(t.Context()); !errors.Is(err, full) || sum.Answered != 0 {
			t.Errorf("%v %+v", err, sum)
		}
	})
}

func TestRun_OfflineStationsSendNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, rec := newHost(t, always), &recorder{}
		s := simulator(h, rec)
		o := s.Devices[0]
		s.World.Add(o, Incident{Kind: Offline, From: noon, To: noon.Add(24 * time.Hour)})
		run(t, s)
		for raw := range h.count {
			if bytes.Contains([]byte(raw), []byte(o.MN)) {
				t.Fatalf("offline, and yet: %s", raw)
			}
		}
	})
}

func TestRun_RefusesNonsense(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Simulator){
		"no devices":       func(s *Simulator) { s.Devices = nil },
		"more connections": func(s *Simulator) { s.Connections = 13 },
		"negative":         func(s *Simulator) { s.Connections = -1 },
		"negative rate":    func(s *Simulator) { s.Rate = -1 },
		"nothing to send":  func(s *Simulator) { s.Schedule = Schedule{} },
	} {
		s := simulator(newHost(t, always), &recorder{})
		spoil(s)
		if _, err := s.Run(t.Context()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoopback_RefusesOtherHosts(t *testing.T) {
	t.Parallel()
	for target, ok := range map[string]bool{
		"127.0.0.1:8212": true, "localhost:8212": true, "[::1]:8212": true, "127.9.9.9:1": true,
		"8.8.8.8:8212": false, "192.168.1.2:8212": false, "example.com:8212": false, "0.0.0.0:8212": false, ":8212": false, "127.0.0.1": false, "": false,
	} {
		if _, err := Loopback(target); (err == nil) != ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", target, err)
		}
	}
}

// The same over a real socket, where bytes come in pieces of the kernel's choice.
func TestRun_OverTCP(t *testing.T) {
	t.Parallel()
	h, rec := newHost(t, func(nth, _ int) reply {
		if nth%97 == 0 {
			return cut
		}
		return yes
	}), &recorder{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { h.serve(c) })
		}
	})
	s := simulator(h, rec)
	if s.Dial, err = Loopback(l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	m := NewManifest(&file)
	s.Record = func(ps []Packet) error { return errors.Join(rec.record(ps), m.Record(ps)) }
	s.Rate = 5000
	complete(t, h, rec, run(t, s), 400)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	entries, err := ReadManifest(&file)
	if err != nil || len(entries) != 400 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if rec.seen[e.Raw] != 1 || e.MN == "" || e.CN == "" || len(e.DataTime) != 14 || len(e.SHA256) != 64 {
			t.Errorf("%+v", e)
		}
	}
}

func TestHistogram_Quantiles(t *testing.T) {
	t.Parallel()
	var h Latencies
	if h.Quantile(0.5) != 0 {
		t.Error("nothing counted")
	}
	for i := 1; i <= 1000; i++ {
		h.Count(time.Duration(i) * time.Millisecond)
	}
	for q, want := range map[float64]float64{0.5: 500, 0.99: 990, 1: 1000} {
		if got := h.Quantile(q); got < want*0.97 || got > want*1.07 {
			t.Errorf("%v: %v ms, want about %v", q, got, want)
		}
	}
	for v := uint64(1); v < 1<<40; v = v*9/8 + 1 {
		if b := bucket(v); edge(b) < v || b > 0 && edge(b-1) >= v {
			t.Fatalf("%d is in bucket %d up to %d", v, b, edge(b))
		}
	}
}
