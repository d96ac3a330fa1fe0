package telemetry

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/world"
)

func TestInts_GiveBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	columns := [][]int64{nil, {0}, {-7}, {math.MinInt64, math.MaxInt64, 0, -1}, {5, 5, 5, 5, 5}, {1, 2}, {3, 1, 2}}
	for range 400 {
		n, spread := 1+rng.IntN(600), uint(rng.IntN(64))
		c := make([]int64, n)
		for i := range c {
			c[i] = int64(rng.Uint64() >> spread)
			switch rng.IntN(4) {
			case 0:
				c[i] = -c[i]
			case 1:
				c[i] = c[max(0, i-1)]
			case 2:
				c[i] = int64(i) * 60_000_000
			}
		}
		columns = append(columns, c)
	}
	for _, c := range columns {
		want := append([]int64(nil), c...)
		packed := appendInts(nil, append([]int64(nil), c...))
		r := packedReader{rest: packed}
		got := r.ints(len(want))
		if r.bad || len(r.rest) > 0 || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v became %v (bad %v, %d left)", want, got, r.bad, len(r.rest))
		}
	}
}

func TestInts_RegularColumnsAreShort(t *testing.T) {
	t.Parallel()
	times, noise := make([]int64, 1440), make([]int64, 1440)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range times {
		times[i] = 1.79e15 + int64(i)*60_000_000
		noise[i] = 3500 + rng.Int64N(256)
	}
	if n := len(appendInts(nil, times)); n > 20 {
		t.Errorf("a day of minutes takes %d bytes", n)
	}
	if n := len(appendInts(nil, noise)); n > 1500 {
		t.Errorf("1,440 numbers of 8 bits take %d bytes", n)
	}
}

// rowsOf reads frames as the store would keep them, in the order of their keys.
func rowsOf(t testing.TB, frames [][]byte) []packedRow {
	t.Helper()
	var r Reader
	var out []packedRow
	for i, raw := range frames {
		var f hj212.Frame
		if err := hj212.ParseFrame(raw, &f); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		e := r.Entry(&f, time.Unix(1.79e9, 0), "")
		out = append(out, packedRow{kind: e.Kind, device: 4711, time: e.Time, part: e.Part, version: 1, seq: int64(100 + 3*i + i%2), hash: e.Hash, data: bytes.Clone(e.Packed)})
	}
	return out
}

// worldDay is what one synthetic station reports in a day.
func worldDay(t testing.TB, o *world.Outlet, r world.Report, step time.Duration) [][]byte {
	t.Helper()
	w := world.New(1)
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, hj212.Beijing)
	var out [][]byte
	for at := start; at.Before(start.Add(24 * time.Hour)); at = at.Add(step) {
		list, err := w.Packets(o, r, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			out = append(out, bytes.Clone(p.Raw()))
		}
	}
	return out
}

// TestChunk_BytesPerValue holds the bar of a closed day: 10 bytes a value of a
// factor with its converted value, smallest, largest and flag. Keys, batch
// numbers and hashes are counted.
func TestChunk_BytesPerValue(t *testing.T) {
	t.Parallel()
	for _, o := range world.New(1).Outlets()[:6] {
		for _, c := range []struct {
			report world.Report
			step   time.Duration
			bar    float64
		}{{world.Realtime, time.Minute, 6}, {world.Minute, 10 * time.Minute, 10}, {world.Hour, time.Hour, 16}} {
			rows := rowsOf(t, worldDay(t, o, c.report, c.step))
			values := 0
			for _, r := range rows {
				items, err := unpack(r.data, r.kind.ST())
				if err != nil {
					t.Fatal(err)
				}
				values += len(items)
			}
			k, err := newChunk(rows)
			if err != nil {
				t.Fatal(err)
			}
			each := float64(len(k.keys)+len(k.data)) / float64(values)
			t.Logf("%s %v: %d rows, %d values, %d + %d bytes, %.2f a value", o.MN, hj212.Command(c.report), len(rows), values, len(k.keys), len(k.data), each)
			if each > c.bar {
				t.Errorf("%s %v: %.2f bytes a value, at most %v", o.MN, hj212.Command(c.report), each, c.bar)
			}
		}
	}
}

// strange makes rows as no station should send them.
func strange(rng *rand.Rand, n int) []packedRow {
	codes := []string{"a21026", "w01018", "LA", "011", "x", "a2102", "zzzzzzz", "", "a99999"}
	texts := []string{"35.0", "35.47", "-0.5", "007", "1e3", "-", "", "9999.99", "0", "123456789012345678", "0.00000000000001", "12"}
	flags := []string{"N", "", "F", "NN", "\xff", "D", "标"}
	names := []string{"Rtd", "Avg", "Min", "Max", "Cou", "ZsRtd", "RS", "NightData"}
	pick := func(list []string) []byte { return []byte(list[rng.IntN(len(list))]) }
	var rows []packedRow
	at, seq := int64(1.79e15), int64(1)
	for i := range n {
		var items []hj212.Item
		for range rng.IntN(4) {
			it := hj212.Item{Code: pick(codes)}
			for range rng.IntN(4) {
				it.Pairs = append(it.Pairs, hj212.Pair{Name: pick(names), Value: pick(texts)})
			}
			it.Pairs = append(it.Pairs, hj212.Pair{Name: []byte("Flag"), Value: pick(flags)})
			items = append(items, it)
		}
		data := appendPacked(nil, items)
		switch rng.IntN(20) {
		case 0:
			data = []byte{packedVersion, 0xff} // damaged
		case 1:
			data = nil
		case 2:
			data = append(data, 0x80, 0x00) // not the shortest form
		}
		at += int64(rng.IntN(3)) * 1_000_000
		seq += int64(rng.IntN(5)) - 1
		rows = append(rows, packedRow{kind: 310002011, device: 7, time: at, part: i % 3, version: int64(1 + i), seq: seq, hash: rng.Int64(), data: data})
	}
	return rows
}

func TestChunk_GivesBackEveryRow(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 200 {
		rows := strange(rng, 1+rng.IntN(200))
		c, err := newChunk(rows) // compares what it gives back
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		from, to := rows[len(rows)/3].time, rows[2*len(rows)/3].time
		part, err := c.unpackRows(from, to)
		if err != nil {
			t.Fatal(err)
		}
		var want []packedRow
		for _, r := range rows {
			if r.time >= from && r.time < to {
				want = append(want, r)
			}
		}
		if fmt.Sprint(part) != fmt.Sprint(want) {
			t.Fatalf("round %d: part of a chunk\n%v\nwant\n%v", round, part, want)
		}
	}
}

func TestChunk_SumCoversEverything(t *testing.T) {
	t.Parallel()
	rows := strange(rand.New(rand.NewPCG(7, 8)), 30)
	c, err := newChunk(rows)
	if err != nil {
		t.Fatal(err)
	}
	sum := c.sum()
	for name, change := range map[string]func(*chunk){
		"kind": func(c *chunk) { c.kind++ }, "device": func(c *chunk) { c.device++ }, "day": func(c *chunk) { c.day++ }, "version": func(c *chunk) { c.version++ },
		"closing": func(c *chunk) { c.closing++ }, "rows": func(c *chunk) { c.rows-- }, "first": func(c *chunk) { c.first-- }, "last": func(c *chunk) { c.last++ },
		"keys": func(c *chunk) { c.keys = append(bytes.Clone(c.keys[:9]), c.keys[10:]...) }, "data": func(c *chunk) { c.data = c.data[1:] },
		"the border": func(c *chunk) {
			c.keys, c.data = append(bytes.Clone(c.keys), c.data[0]), c.data[1:]
		},
	} {
		x := c
		if change(&x); bytes.Equal(x.sum(), sum) {
			t.Errorf("the sum does not cover the %s", name)
		}
	}
}

// FuzzChunk reads damaged chunks: an error, never a panic or endless memory.
func FuzzChunk(f *testing.F) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 8 {
		rows := strange(rng, 1+rng.IntN(60))
		c, err := newChunk(rows)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(c.rows, c.keys, c.data)
		plain, err := unsqueeze(c.data)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(c.rows, c.keys, append([]byte{0}, plain...))
	}
	f.Fuzz(func(t *testing.T, n int, keys, data []byte) {
		c := chunk{kind: 310002011, device: 7, rows: n, keys: keys, data: data}
		rows, err := c.unpackRows(math.MinInt64, math.MaxInt64)
		if err == nil && len(rows) > n {
			t.Errorf("%d rows of %d", len(rows), n)
		}
	})
}
