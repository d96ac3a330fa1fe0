package bench

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// A station that was cut off gives what it kept when it is asked, and the check
// tells what is stored, lost, doubled, changed or missing.
func TestField_HoldsWhatIsCalledBack(t *testing.T) {
	t.Parallel()
	const step = 10 * time.Minute
	light := time.Now().Truncate(step)
	from := light.Add(-10 * step)
	dark := from.Add(3 * step)
	type kept struct{ mn, at, raw string }
	var mu sync.Mutex
	var stored []kept
	back := make(chan struct{}, 1)
	addr := host(t, func(conn net.Conn, _ int) {
		eachFrame(conn, func(f *hj212.Frame) (bool, bool) {
			var a hj212.Area
			f.ParseItems(&a)
			at, _ := a.Param("DataTime")
			switch f.Command {
			case hj212.UploadMinute:
				mu.Lock()
				stored = append(stored, kept{string(f.MN), string(at), string(f.Raw)})
				mu.Unlock()
				if string(f.MN) == MN(7) && string(at) == string(hj212.AppendTime(nil, light)) {
					order := hj212.NewOrder(hj212.V2017, hj212.UploadMinute, "20261121100000000", "31", password, MN(7),
						[]byte("BeginTime="+string(hj212.AppendTime(nil, dark))+";EndTime="+string(hj212.AppendTime(nil, light.Add(-time.Second)))))
					text, err := hj212.AppendFrame(nil, &order)
					if err == nil {
						_, err = conn.Write(text)
					}
					if err != nil {
						t.Error(err)
					}
				}
			case hj212.ExecuteResult:
				back <- struct{}{}
			}
			return f.AnswerCommand() != 0, false
		})
	})
	dial, err := Loopback(addr)
	if err != nil {
		t.Fatal(err)
	}
	field := &Field{First: 7, Stations: 2, From: from, Dark: dark, Light: light, Step: step, Dial: dial}
	if err := field.Before(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- field.Return(ctx) }()
	<-back
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	got := field.Tally()
	if got.Commands != 1 || got.Recalled != 7 || got.Sent < 7 {
		t.Errorf("%+v", got)
	}
	k := field.Check()
	for _, x := range stored {
		k.See(x.mn, "2051", x.at, []byte(x.raw))
	}
	// The seven slots of the outage are missing of the station that nobody asked.
	if k.Stored != len(stored) || k.Lost() > 1 || k.Duplicated != 0 || k.Strange != 0 || k.Missing() < 7 || k.Missing() > 8 {
		t.Errorf("%d of %d, %d lost, %d missing, %+v", k.Stored, len(stored), k.Lost(), k.Missing(), *k)
	}
	lost := k.Lost()
	k = field.Check()
	for i, x := range stored {
		switch i {
		case 0:
			continue
		case 1:
			k.See(x.mn, "2051", x.at, []byte(x.raw))
		case 2:
			k.See(x.mn, "2051", x.at, []byte(strings.Replace(x.raw, "Avg=", "Avg=9", 1)))
			continue
		}
		k.See(x.mn, "2051", x.at, []byte(x.raw))
		k.See(x.mn, "2011", x.at, []byte(x.raw))
		k.See(MN(6), "2051", x.at, []byte(x.raw))
		k.See(MN(9), "2051", x.at, []byte(x.raw))
	}
	if k.Lost() != lost+2 || k.Duplicated != 1 || k.Strange != 1 {
		t.Errorf("%d lost, %+v", k.Lost(), *k)
	}
}
