package meter

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mapping"
)

// Receipt says what became of one payload.
type Receipt struct {
	Durable   bool // all of it is kept; only then may it be answered
	Stored    int  // readings that are new
	Duplicate int  // readings that were there
	Unmapped  int  // parts that could not be read, kept as received
	Reasons   []string
	Unknown   []string // paths that the mapping does not name
	Bad       []string // paths whose value is no number
}

// Take reads payloads by the meter's mapping and returns when they are durable,
// or have failed. Payloads that cannot be read are kept as received, and shown
// in the quarantine. The payloads must stay unchanged until it returns.
func (d *Door) Take(ctx context.Context, p *Pass, address string, payloads ...[]byte) ([]Receipt, error) {
	m, ok := d.current(p)
	if !ok {
		return nil, fault.New(fault.Unauthorized, "设备登记已停用或口令已更换，请重新接入")
	}
	now := d.db.Now()
	t := taker{d: d, m: m, address: address, now: now, receipts: make([]Receipt, len(payloads))}
	for i, payload := range payloads {
		t.payload(i, payload)
	}
	if err := d.sink.Submit(ctx, &t.group); err != nil {
		return nil, err
	}
	if again := t.settle(); len(again) > 0 {
		// Frames of HJ 212 that were refused: the meter is known, so they are kept.
		t.group.Entries, t.of = nil, nil
		for _, r := range again {
			t.keep(r.payload, r.raw, r.reason)
		}
		if err := d.sink.Submit(ctx, &t.group); err != nil {
			return nil, err
		}
		t.settle()
	}
	d.mu.Lock()
	d.heard[m.Num] = now
	d.mu.Unlock()
	return t.receipts, nil
}

// taker turns the payloads of one call into entries.
type taker struct {
	d        *Door
	m        *admitted
	address  string
	now      time.Time
	group    telemetry.Group
	of       []int // the payload of each entry
	receipts []Receipt
	reader   telemetry.Reader
}

type refused struct {
	payload int
	raw     []byte
	reason  string
}

func (t *taker) payload(i int, payload []byte) {
	t.receipts[i].Durable = true
	if bytes.HasPrefix(bytes.TrimLeft(payload, " \r\n"), []byte("##")) {
		t.hj212(i, payload)
		return
	}
	r := t.m.profile.Mapping.Apply(payload, t.now)
	t.receipts[i].Unknown, t.receipts[i].Bad = r.Unknown, r.Bad
	for _, x := range r.Readings {
		t.reading(i, x)
	}
	for _, x := range r.Rejected {
		t.keep(i, x.Raw, x.Reason)
	}
}

func (t *taker) reading(i int, x mapping.Reading) {
	values := make([]telemetry.MeterValue, len(x.Values))
	for k, v := range x.Values {
		values[k] = telemetry.MeterValue{Code: v.Code, Text: v.Number.String()}
	}
	t.add(i, telemetry.MeterEntry(telemetry.MeterReading{MN: t.m.MN, Device: t.m.Num, Mapping: t.mapping(), Received: t.now, Address: t.address,
		Time: x.Time, Assumed: x.Assumed, Values: values, Payload: x.Raw}))
}

// keep stores what could not be read and shows it in the quarantine.
func (t *taker) keep(i int, raw []byte, reason string) {
	t.receipts[i].Unmapped++
	t.receipts[i].Reasons = append(t.receipts[i].Reasons, reason)
	t.d.sink.Quarantine(telemetry.Quarantined{At: t.now, Address: t.address, Reason: telemetry.Unmapped, MN: t.m.MN, Area: t.m.Area, Raw: raw})
	t.add(i, telemetry.MeterEntry(telemetry.MeterReading{MN: t.m.MN, Device: t.m.Num, Mapping: t.mapping(), Received: t.now, Address: t.address,
		Time: t.now, Assumed: true, Payload: raw}))
}

// hj212 takes text of HJ 212 that a gateway passes on; each frame goes the way
// of frames, under its own MN and password.
func (t *taker) hj212(i int, payload []byte) {
	var s hj212.Scanner
	_, _ = s.Write(payload) // it copies and does not fail
	s.Close()
	var f hj212.Frame
	for s.Next(&f) {
		if !f.OK() {
			t.keep(i, bytes.Clone(f.Raw), f.Fault.Error())
			continue
		}
		e := t.reader.Entry(&f, t.now, t.address)
		e.MN, e.PW, e.Raw = bytes.Clone(e.MN), bytes.Clone(e.PW), bytes.Clone(e.Raw)
		e.Packed = bytes.Clone(e.Packed)
		t.add(i, e)
	}
}

func (t *taker) mapping() string { return fmt.Sprintf("%s@%d", t.m.ProfileID, t.m.profile.Version) }

func (t *taker) add(i int, e telemetry.Entry) {
	t.group.Entries = append(t.group.Entries, e)
	t.of = append(t.of, i)
}

// settle counts the outcomes; again are frames that were refused.
func (t *taker) settle() (again []refused) {
	for k := range t.group.Entries {
		e := &t.group.Entries[k]
		r := &t.receipts[t.of[k]]
		switch e.Outcome {
		case telemetry.Stored, telemetry.Parked:
			if e.Kind != telemetry.KindOf(telemetry.MeterST, telemetry.CNUnmapped) {
				r.Stored++
			}
		case telemetry.Duplicate:
			r.Duplicate++
		case telemetry.Refused:
			again = append(again, refused{t.of[k], e.Raw, telemetry.ReasonTitle(telemetry.WrongPassword)})
		default:
			r.Durable = false
		}
	}
	return again
}
