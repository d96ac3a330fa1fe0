package upload

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

func store(t *testing.T, l Limits) (*Store, *dbtest.Clock, string) {
	t.Helper()
	c, dir := dbtest.NewClock(), filepath.Join(t.TempDir(), "upload")
	s, err := Open(dir, l, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s, c, dir
}

func files(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestAppend_GoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	s, _, dir := store(t, DefaultLimits())
	want := bytes.Repeat([]byte("标记人在现场"), 20_000)
	id, err := s.Create("a", int64(len(want)))
	if err != nil {
		t.Fatal(err)
	}
	at, err := s.Append(id, 0, iotest.TimeoutReader(iotest.HalfReader(bytes.NewReader(want[:100_000]))))
	if at == 0 || at == 100_000 || !fault.Is(err, fault.Invalid) {
		t.Fatalf("a broken line: %d %v", at, err)
	}
	if _, err := s.Whole(id); !fault.Is(err, fault.Invalid) {
		t.Errorf("half a file: %v", err)
	}
	if got, err := s.Append(id, at+1, bytes.NewReader(want)); got != at || !fault.Is(err, fault.Conflict) {
		t.Errorf("a gap: %d %v", got, err)
	}
	for at < int64(len(want)) {
		if at, err = s.Append(id, at, bytes.NewReader(want[at:min(at+33_333, int64(len(want)))])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Append(id, at, bytes.NewReader([]byte("more"))); !fault.Is(err, fault.Invalid) {
		t.Errorf("more than promised: %v", err)
	}
	w, err := s.Whole(id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(w, 0, w.Size()))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for _, from := range []int64{1, 15, 16, 17, 65_537} {
		p := make([]byte, 40)
		if _, err := w.ReadAt(p, from); err != nil || !bytes.Equal(p, want[from:from+40]) {
			t.Errorf("at %d: %v", from, err)
		}
	}
	list, _ := os.ReadDir(dir)
	raw, err := os.ReadFile(filepath.Join(dir, list[0].Name()))
	if err != nil || len(raw) != headBytes+len(want) || bytes.Contains(raw, []byte("标记人")) {
		t.Error("what lies on the disk can be read")
	}
	if err := w.Close(); err != nil || files(t, dir) != 0 {
		t.Errorf("%v, %d files left", err, files(t, dir))
	}
	if _, err := s.Append(id, 0, bytes.NewReader(want)); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the end: %v", err)
	}
}

func TestOpen_GoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	s, c, dir := store(t, DefaultLimits())
	want := bytes.Repeat([]byte("标记人在现场"), 20_000)
	id, err := s.Create("a", int64(len(want)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(id, 0, bytes.NewReader(want[:77_777])); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{"short": []byte("x"), "grown": append(make([]byte, 7), 1, 2, 3)} { // what is no upload goes
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.Advance(time.Hour)
	again, err := Open(dir, DefaultLimits(), c.Now)
	if err != nil || files(t, dir) != 1 {
		t.Fatalf("%v, %d files", err, files(t, dir))
	}
	at, size, err := again.Offset(id)
	if at != 77_777 || size != int64(len(want)) || err != nil {
		t.Fatalf("it stands at %d of %d, %v", at, size, err)
	}
	if _, err := again.Append(id, at, bytes.NewReader(want[at:])); err != nil {
		t.Fatal(err)
	}
	w, err := again.Whole(id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(w, 0, w.Size()))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := w.Release(); err != nil || files(t, dir) != 1 {
		t.Errorf("%v", err)
	}
	c.Advance(3 * time.Hour)
	if _, err := Open(dir, DefaultLimits(), c.Now); err != nil || files(t, dir) != 0 {
		t.Errorf("what was abandoned before the restart stays: %v", err)
	}
}

// A line that hangs holds its upload only as long as its own deadline.
func TestAppend_OneAtATime(t *testing.T) {
	t.Parallel()
	s, _, _ := store(t, DefaultLimits())
	id, err := s.Create("a", 10)
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	done := make(chan error)
	go func() { _, err := s.Append(id, 0, r); done <- err }()
	if _, err := w.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Offset(id); !fault.Is(err, fault.Conflict) {
		t.Errorf("where it stands while it moves: %v", err)
	}
	if _, err := s.Append(id, 3, bytes.NewReader([]byte("x"))); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second line: %v", err)
	}
	_ = w.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-done; !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if at, _, err := s.Offset(id); at != 3 || err != nil {
		t.Errorf("it stands at %d, %v", at, err)
	}
}

// Who has the disk has neither the name nor the key.
func TestFile_TellsNothingOfItsName(t *testing.T) {
	t.Parallel()
	s, _, dir := store(t, DefaultLimits())
	id, err := s.Create("192.0.2.7", 30)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(id, 0, bytes.NewReader(make([]byte, 30))); err != nil {
		t.Fatal(err)
	}
	list, _ := os.ReadDir(dir)
	name := list[0].Name()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil || bytes.Contains(raw, []byte(id)) || bytes.Contains(raw, []byte("192.0.2.7")) {
		t.Errorf("%s %x %v", name, raw, err)
	}
	if bytes.Equal(raw[headBytes:], make([]byte, 30)) {
		t.Error("it lies there as it came")
	}
	if _, _, err := s.Offset(name); !fault.Is(err, fault.NotFound) {
		t.Errorf("the name of the file opens it: %v", err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	l := Limits{File: 100, All: 250, Open: 4, From: 2, Idle: time.Hour, Chunk: 10}
	s, c, dir := store(t, l)
	for size, kind := range map[int64]fault.Kind{0: fault.Invalid, -1: fault.Invalid, 101: fault.TooLarge} {
		if _, err := s.Create("a", size); !fault.Is(err, kind) {
			t.Errorf("%d: %v", size, err)
		}
	}
	first, err := s.Create("a", 100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("a", 10); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("a", 10); !fault.Is(err, fault.TooMany) {
		t.Errorf("a third of one sender: %v", err)
	}
	if _, err := s.Create("b", 100); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("c", 100); !fault.Is(err, fault.TooMany) {
		t.Errorf("over all bytes: %v", err)
	}
	if at, err := s.Append(first, 0, rand.Reader); at != 10 || err != nil {
		t.Errorf("a piece: %d %v", at, err)
	}
	c.Advance(59 * time.Minute)
	if _, err := s.Append(first, 10, bytes.NewReader([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	c.Advance(2 * time.Minute)
	if n, err := s.Sweep(); n != 2 || err != nil || files(t, dir) != 1 {
		t.Errorf("swept %d, %v, %d left", n, err, files(t, dir))
	}
	if _, err := s.Create("c", 100); err != nil {
		t.Errorf("after sweeping: %v", err)
	}
}
