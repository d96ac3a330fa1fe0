package bench

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

func TestUploads_AreFramesOfTheReferencesSize(t *testing.T) {
	t.Parallel()
	stream, segments, err := uploads(50)
	if err != nil {
		t.Fatal(err)
	}
	if size := len(stream) / 50; size < 530 || size > 580 {
		t.Errorf("%d bytes a frame, want about 550", size)
	}
	seen := map[string]bool{}
	for _, s := range segments {
		if seen[string(s)] {
			t.Error("two frames are alike")
		}
		seen[string(s)] = true
		if got, want := byteTableCRC(s), hj212.CRC(s); got != want {
			t.Fatalf("CRC %04X, want %04X", got, want)
		}
	}
}

func TestDecode_ReadsEverythingWithoutAllocating(t *testing.T) {
	// Not parallel: it takes the processors away from the others and counts the
	// whole process's allocations.
	got, err := Decode(2 * time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if got.FramesPerSecond <= 0 || got.BytesPerSecond <= 500*got.FramesPerSecond || got.CRCOnlyPerSecond <= 0 {
		t.Errorf("%+v", got)
	}
	if got.AllocsPerFrame >= 0.01 {
		t.Errorf("%v allocations a frame", got.AllocsPerFrame)
	}
}

func TestLayouts_ReadEveryForm(t *testing.T) {
	// Not parallel, as above.
	list, err := Layouts(4 * time.Millisecond)
	if err != nil || len(list) != len(layouts) {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, l := range list {
		if l.FramesPerSecond <= 0 || l.Bytes < 150 || l.Bytes > 1100 {
			t.Errorf("%+v", l)
		}
	}
}

func TestDecoder_NoticesAFrameThatIsMissing(t *testing.T) {
	t.Parallel()
	stream, _, err := uploads(variants)
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{stream: stream[600:]}
	if d.pass() == nil {
		t.Error("a stream that lacks its beginning passed")
	}
}
