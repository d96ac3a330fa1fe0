package world

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// commander is a bare receiver: it answers uploads and sends commands.
type commander struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	o    *Outlet
}

// hosted starts a simulator of one monitor against a bare receiver.
func hosted(t *testing.T, protocol string) *commander {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := New(1)
	h := &commander{t: t}
	for _, o := range w.Outlets() {
		if o.Protocol == protocol {
			h.o = o
			break
		}
	}
	dial, err := Loopback(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	sim := Simulator{World: w, Devices: []*Outlet{h.o}, Schedule: Schedule{Interval: 30 * time.Second}, Start: time.Now(), Speed: 300, Dial: dial}
	done := make(chan error, 1)
	go func() {
		_, err := sim.Run(ctx)
		done <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = l.Close()
	})
	if h.conn, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.conn.Close() })
	h.in = bufio.NewReader(h.conn)
	return h
}

// next reads frames until one is not a realtime upload, answering those.
func (h *commander) next() string {
	h.t.Helper()
	for {
		f := h.frame()
		if f.Command != hj212.UploadRealtime {
			return fmt.Sprintf("%v %s", f.Command, f.Area)
		}
	}
}

func (h *commander) frame() hj212.Frame {
	h.t.Helper()
	if err := h.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	text, err := h.in.ReadString('\n')
	if err != nil {
		h.t.Fatal(err)
	}
	var f hj212.Frame
	if err := hj212.ParseFrame([]byte(text), &f); err != nil {
		h.t.Fatal(err)
	}
	if cn := f.AnswerCommand(); cn != 0 {
		if _, err := h.conn.Write(hj212.AppendAnswer(nil, &f, cn, 0)); err != nil {
			h.t.Fatal(err)
		}
	}
	return f
}

func (h *commander) order(cn hj212.Command, area string) {
	h.t.Helper()
	v := hj212.V2017
	if h.o.Protocol == "2005" {
		v = hj212.V2005
	}
	m := hj212.NewOrder(v, cn, "20261121093000001", h.o.ST, h.o.Password, h.o.MN, []byte(area))
	raw, err := hj212.AppendFrame(nil, &m)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.conn.Write(raw); err != nil {
		h.t.Fatal(err)
	}
}

func TestSimulator_Obeys(t *testing.T) {
	t.Parallel()
	h := hosted(t, "2017")
	for _, x := range []struct {
		cn   hj212.Command
		area string
		want []string
	}{
		{1061, "", []string{"9011 QnRtn=1", "1061 RtdInterval=30", "9012 ExeRtn=1"}},
		{1064, "MinInterval=5", []string{"9011 QnRtn=1", "9012 ExeRtn=1"}},
		{1063, "", []string{"9011 QnRtn=1", "1063 MinInterval=5", "9012 ExeRtn=1"}},
		{1072, "NewPW=654321", []string{"9011 QnRtn=1", "9012 ExeRtn=2"}},
		{2061, "BeginTime=20261101080000;EndTime=20261101095959", []string{"9011 QnRtn=1", "2061 DataTime=20261101080000;", "2061 DataTime=20261101090000;", "9012 ExeRtn=1"}},
		{2061, "BeginTime=20261101080100;EndTime=20261101085959", []string{"9011 QnRtn=1", "9012 ExeRtn=100"}},
		{2061, "BeginTime=20261101090000;EndTime=20261101080000", []string{"9011 QnRtn=1", "9012 ExeRtn=3"}},
	} {
		h.order(x.cn, x.area)
		for _, want := range x.want {
			if got := h.next(); !strings.HasPrefix(got, want) {
				t.Errorf("%v %s: %q, want %q", x.cn, x.area, got, want)
			}
		}
	}
}

// TestSimulator_HistoryIsWhatWasSent compares what a monitor brings on request
// with what it sends by itself: a receiver must know it for the same.
func TestSimulator_HistoryIsWhatWasSent(t *testing.T) {
	t.Parallel()
	h := hosted(t, "2017")
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, hj212.Beijing)
	want, err := New(1).Packets(h.o, Hour, at)
	if err != nil {
		t.Fatal(err)
	}
	h.order(2061, "BeginTime=20261101080000;EndTime=20261101085959")
	h.next()
	for _, p := range want {
		var f hj212.Frame
		if err := hj212.ParseFrame(p.Bytes, &f); err != nil {
			t.Fatal(err)
		}
		if got := h.next(); got != fmt.Sprintf("%v %s", f.Command, f.Area) {
			t.Errorf("%q", got)
		}
	}
}

func TestSimulator_StopsRealtimeDataWhenTold(t *testing.T) {
	t.Parallel()
	h := hosted(t, "2017")
	h.frame()
	h.order(2012, "")
	if got := h.next(); !strings.HasPrefix(got, "9013") {
		t.Fatal(got)
	}
	// What was ready before it was told may still come; after that there is silence.
	h.order(1061, "")
	live := 0
	for f := h.frame(); f.Command != hj212.ExecuteResult; f = h.frame() {
		if f.Command == hj212.UploadRealtime {
			live++
		}
	}
	if live > 1 {
		t.Errorf("%d realtime uploads although it was told to send none", live)
	}
	h.order(2011, "")
	for f := h.frame(); f.Command != hj212.UploadRealtime; f = h.frame() {
		if f.Command == 0 {
			t.Fatal("no realtime data again")
		}
	}
}
