package telemetry

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/world"
)

// jittered gives the frame a QN of its own milliseconds, as real senders do.
func jittered(t testing.TB, raw []byte, rng *rand.Rand) []byte {
	t.Helper()
	segment := bytes.Clone(raw[6 : len(raw)-4])
	if i := bytes.Index(segment, []byte("QN=")); i >= 0 && len(segment) > i+20 {
		copy(segment[i+17:i+20], fmt.Sprintf("%03d", rng.IntN(1000)))
	}
	out, err := hj212.AppendSegment(nil, segment)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(out, []byte("\r\n"))
}

// worldBatches is what a store would write of n stations that report the same
// minutes, about frames in all; values counts the factors in them.
func worldBatches(t testing.TB, n, frames int) (batches []payloadBatch, values int) {
	t.Helper()
	w, rng := world.New(1), rand.New(rand.NewPCG(11, 12))
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, hj212.Beijing)
	devices := w.Devices(n)
	var r Reader
	for minute := 0; frames > 0; minute++ {
		at := start.Add(time.Duration(minute) * time.Minute)
		var entries []Entry
		var owner []int64
		for i, o := range devices {
			list, err := w.Packets(o, world.Realtime, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				raw := jittered(t, p.Raw(), rng)
				var f hj212.Frame
				if err := hj212.ParseFrame(raw, &f); err != nil {
					t.Fatal(err)
				}
				e := r.Entry(&f, at.Add(time.Duration(rng.IntN(1_500_000))*time.Microsecond), "")
				e.Version = 1
				e.Packed = bytes.Clone(e.Packed)
				items, err := unpack(e.Packed, e.Kind.ST())
				if err != nil {
					t.Fatal(err)
				}
				values += len(items)
				entries, owner = append(entries, e), append(owner, int64(1e9)+int64(i)*7919)
				frames--
			}
			if len(entries) >= 20+rng.IntN(30) || i == len(devices)-1 {
				b := payloadBatch{seq: int64(len(batches)*3 + 7), at: at.Add(1500*time.Millisecond + time.Duration(rng.IntN(20000))*time.Microsecond).UnixMicro(), payload: []byte{payloadVersion}}
				for j := range entries {
					b.payload = appendFrame(b.payload, b.at, &entries[j], owner[j])
				}
				batches, entries, owner = append(batches, b), nil, nil
			}
		}
	}
	return batches, values
}

// The bar of raw frames is 8 bytes a value, beside the value itself.
func TestBlock_BytesPerValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ devices, frames int }{{5, 2000}, {50, 2000}, {500, 2000}, {2000, 2000}} {
		batches, values := worldBatches(t, c.devices, c.frames)
		b, err := newBlock(batches)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := unsqueeze(b.data)
		if err != nil || plain[0] != blockVersion {
			t.Fatalf("version %d, %v", plain[0], err)
		}
		raw := 0
		for _, x := range batches {
			raw += len(x.payload)
		}
		each := float64(len(b.data)) / float64(values)
		t.Logf("%d devices: %d frames, %d bytes raw, %d in the block: %.1f a frame, %.2f a value (%.1f raw)", c.devices, b.frames, raw, len(b.data),
			float64(len(b.data))/float64(b.frames), each, float64(raw)/float64(values))
		if each > 8 {
			t.Errorf("%.2f bytes a value", each)
		}
	}
}

// odd frames: lengths and CRCs of their own, encrypted ones, meters' sheets, bytes
// that look like templates.
func oddBatches(rng *rand.Rand, n int) (batches []payloadBatch) {
	texts := []string{"ST=31;CN=2011;PW=1;MN=A;Flag=5;CP=&&DataTime=20261121093000;a21026-Rtd=%d.%d0,a21026-Flag=N&&", "ST=31;CN=2011;MN=B;CP=&&a==%d;b=%d&&",
		"no value %d %d", "x=007%d;y=1e%d", "=%d=%d=", "QN=2026112109300%04d3;ST=32;CN=2051;MN=C%d;CP=&&w01018-Avg=-0,w01018-Flag=\xd6\xd0&&", "%d%d"}
	at := int64(1.79e15)
	for i := range n {
		at += rng.Int64N(1e9)
		b := payloadBatch{seq: int64(i*2 + 1), at: at, payload: []byte{payloadVersion}}
		for range 1 + rng.IntN(30) {
			f := storedFrame{device: rng.Int64N(5), version: 1 + rng.Int64N(3), received: at - rng.Int64N(20000), time: at - rng.Int64N(1e12), assumed: rng.IntN(9) == 0}
			f.raw, _ = hj212.AppendSegment(nil, fmt.Appendf(nil, texts[rng.IntN(len(texts))], rng.IntN(100), rng.IntN(10)))
			f.raw = bytes.TrimSuffix(f.raw, []byte("\r\n"))
			switch rng.IntN(12) {
			case 0:
				f.raw[3]++ // length
			case 1:
				f.raw[len(f.raw)-1] ^= 0x20 // CRC in lower case, or wrong
			case 2:
				f.plain = []byte("ST=31;CN=2011;MN=A;CP=&&&&")
			case 3:
				f.meter, f.raw = true, []byte{sheetVersion, 0, 0, 0, 'x'}
			case 4:
				f.raw = f.raw[:rng.IntN(len(f.raw))]
			}
			b.payload = f.append(b.payload, b.at)
		}
		batches = append(batches, b)
	}
	return batches
}

func TestBlock_GivesEveryFrameBack(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(13, 14))
	for round := range 150 {
		batches := oddBatches(rng, 1+rng.IntN(20))
		b, err := newBlock(batches)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if plain, _ := unsqueeze(b.data); plain[0] != blockVersion {
			t.Fatalf("round %d: the frames did not come back and stand as they are", round)
		}
		got, err := b.unpack()
		if err != nil {
			t.Fatal(err)
		}
		for i := range batches {
			if got[i].seq != batches[i].seq || got[i].at != batches[i].at || !bytes.Equal(got[i].payload, batches[i].payload) {
				t.Fatalf("round %d, batch %d: %q, want %q", round, i, got[i].payload, batches[i].payload)
			}
		}
		kept := block{data: squeeze(appendPlain(nil, batches))}
		if got, err = kept.unpack(); err != nil || len(got) != len(batches) || !bytes.Equal(got[0].payload, batches[0].payload) {
			t.Fatalf("as they are: %v", err)
		}
	}
}

// FuzzBlock reads damaged blocks: an error, never a panic or endless memory.
func FuzzBlock(f *testing.F) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 6 {
		b, err := newBlock(oddBatches(rng, 1+rng.IntN(6)))
		if err != nil {
			f.Fatal(err)
		}
		plain, err := unsqueeze(b.data)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		b := block{data: append([]byte{0}, plain...)}
		_, _ = b.unpack()
	})
}
