package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Readings of meters (用电、工况监控) come as JSON that was mapped to codes before
// it got here. They take the same way as frames, into the same rows and batches,
// under system code MeterST. What is kept as their raw text is
//
//	1 byte version; MN and mapping: length, text; packed row: length, bytes; the payload as received
//
// so that reading them again needs no mapping, and a changed mapping does not
// change what was stored.
const sheetVersion = 1

// MeterST is the system code of meters' readings. HJ 212 has none like it.
const MeterST = "MT"

// CNUnmapped is the command of payloads that no mapping could read: they are
// durable, and nothing is computed from them.
const CNUnmapped hj212.Command = 0

// MeterReading is all that a meter says about one moment.
type MeterReading struct {
	MN       string
	Device   int64  // number of the meter, apart from those of devices
	Mapping  string // name and version of the mapping
	Received time.Time
	Address  string
	Time     time.Time
	Assumed  bool // the payload named no time
	Values   []MeterValue
	Payload  []byte // as received
}

// MeterValue is one number under its code, as text.
type MeterValue struct{ Code, Text string }

// MeterEntry makes the entry of a reading; without values it is kept as a payload
// that could not be read. Its sender has proved who it is: the registry is not
// asked again.
func MeterEntry(m MeterReading) Entry {
	packed := packMeter(m.Values)
	sheet := appendText([]byte{sheetVersion}, []byte(m.MN))
	sheet = appendText(sheet, []byte(m.Mapping))
	sheet = append(appendText(sheet, packed), m.Payload...)
	e := Entry{Received: m.Received.UnixMicro(), Address: m.Address, MN: []byte(m.MN), Raw: sheet, Packed: packed, Device: m.Device,
		Kind: KindOf(MeterST, CNRealtime), Time: m.Time.UnixMicro(), Assumed: m.Assumed, Hash: hashArea(packed)}
	if len(m.Values) == 0 {
		e.Kind, e.Hash = KindOf(MeterST, CNUnmapped), hashArea(m.Payload)
	}
	return e
}

func packMeter(values []MeterValue) []byte {
	items := make([]hj212.Item, len(values))
	for i, v := range values {
		items[i] = hj212.Item{Code: []byte(v.Code), Pairs: []hj212.Pair{{Name: []byte(Rtd.String()), Value: []byte(v.Text)}}}
	}
	return appendPacked(nil, items)
}

// sheet is a meter's raw text taken apart.
type sheet struct {
	mn, mapping string
	packed      []byte
	payload     []byte
}

func (f *storedFrame) sheet() (s sheet, err error) {
	r := packedReader{rest: f.raw}
	if r.byte() != sheetVersion {
		return s, errPayload
	}
	s.mn = string(r.bytes(r.uvarint()))
	s.mapping = string(r.bytes(r.uvarint()))
	s.packed = r.bytes(r.uvarint())
	s.payload = r.rest
	if r.bad {
		return s, errPayload
	}
	return s, nil
}

// meterRecord is record for a meter's reading. It names no outlet: what meters
// say is about units, and binds to them elsewhere.
func meterRecord(f *storedFrame, seq int64) (Record, error) {
	s, err := f.sheet()
	if err != nil {
		return Record{}, err
	}
	items, err := unpack(s.packed, MeterST)
	if err != nil {
		return Record{}, err
	}
	r := Record{Seq: seq, MN: s.mn, Device: f.device, ST: MeterST, CN: CNRealtime, Received: time.UnixMicro(f.received).UTC(),
		Time: time.UnixMicro(f.time).UTC(), Assumed: f.assumed, Version: f.version, Items: items}
	if len(items) == 0 {
		r.CN = CNUnmapped
	}
	return r, nil
}

// exportedMeter is exported for a meter's reading.
func exportedMeter(f *storedFrame) (Exported, error) {
	r, err := meterRecord(f, 0)
	if err != nil {
		return Exported{}, err
	}
	s, _ := f.sheet()
	return Exported{MN: r.MN, ST: MeterST, CN: r.CN.String(), DataTime: string(hj212.AppendTime(nil, r.Time)), Raw: append([]byte(nil), s.payload...)}, nil
}

// MeterRecord is one stored reading with the payload that it came from.
type MeterRecord struct {
	Record
	Mapping string
	Payload []byte
}

// MeterQuery asks for readings of one meter.
type MeterQuery struct {
	Device   int64
	From, To time.Time
	Cursor   string
	Limit    int
}

// MetersReadings reads the stored readings of a meter, newest first; next is the
// cursor of what follows, "" at the end.
func (s *Store) MetersReadings(ctx context.Context, q MeterQuery) (out []MeterRecord, next string, err error) {
	raws, next, err := s.FramesOf(ctx, FrameQuery{devices: []int64{q.Device}, From: q.From, To: q.To, Cursor: q.Cursor, Limit: q.Limit})
	for _, f := range raws {
		if f.meter != nil {
			out = append(out, *f.meter)
		}
	}
	return out, next, err
}

// MeterSeries reads the series of a meter's codes in from <= t < to; without
// codes all. Truncated says that the end is missing.
func (s *Store) MeterSeries(ctx context.Context, device int64, codes []string, from, to time.Time) (out []Series, truncated bool, err error) {
	return s.SeriesOf(ctx, SeriesQuery{devices: []int64{device}, Kind: SeriesRealtime, Factors: codes, From: from, To: to})
}

// metersOnly narrows the kinds that are walked to those of meters where meters
// are asked for: their moments are few, those of all devices are many.
func metersOnly(devices []int64, want func(Kind) bool) func(Kind) bool {
	if devices == nil {
		return want
	}
	return func(k Kind) bool { return k.ST() == MeterST && want(k) }
}
