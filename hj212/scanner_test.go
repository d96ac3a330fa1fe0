package hj212

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	segmentA = "QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N;w01018-Rtd=40.1,w01018-Flag=N&&"
	segmentB = "QN=20230601120000123;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&"
	segmentC = "ST=32;CN=2011;PW=123456;MN=12091200160055;CP=&&DataTime=20150430135830;B01-Rtd=880.17,B01-Flag=N&&"
)

// frameOf frames a segment.
func frameOf(segment string) []byte {
	b, err := AppendSegment(nil, []byte(segment))
	if err != nil {
		panic(err)
	}
	return b
}

// withLength frames a segment under a length field that may be wrong.
func withLength(segment string, length int) []byte {
	return fmt.Appendf(nil, "##%04d%s%04X\r\n", length, segment, CRC([]byte(segment)))
}

// told writes down what came out of a stream, one line a run.
func told(frames []Frame) string {
	var b strings.Builder
	for i := range frames {
		f := &frames[i]
		switch {
		case f.OK():
			fmt.Fprintf(&b, "frame at %d (%d)", f.Offset, len(f.Raw))
		default:
			fmt.Fprintf(&b, "%s at %d (%d)", f.Fault.Code(), f.Offset, len(f.Raw))
		}
		if f.Repair == RepairShort {
			b.WriteString(" repaired short")
		}
		if f.Repair == RepairLong {
			b.WriteString(" repaired long")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestScanner_Scenes(t *testing.T) {
	t.Parallel()
	a, b := frameOf(segmentA), frameOf(segmentB) // 181 and 99 bytes with tail
	bare := a[:len(a)-2]
	log := "QN=20230601120000123;ST=32;CN=3020;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20230601120000;PolId=w01018;i11001-Info=//%s//&&"
	for _, c := range []struct {
		name   string
		stream string
		want   string
	}{
		{"nothing", "", ""},
		{"one frame", string(a), "frame at 0 (179)\n"},
		{"two frames in one packet", string(a) + string(b), "frame at 0 (179)\nframe at 181 (97)\n"},
		{"no tail", string(bare) + string(b), "frame at 0 (179)\nframe at 179 (97)\n"},
		{"LF only", string(bare) + "\n" + string(b), "frame at 0 (179)\nframe at 180 (97)\n"},
		{"CR only", string(bare) + "\r" + string(b), "frame at 0 (179)\nframe at 180 (97)\n"},
		{"blank lines are no finding", "\r\n" + string(a) + "\r\n\n" + string(b) + "\r\n\r\n", "frame at 2 (179)\nframe at 186 (97)\n"},
		{"noise before, between and behind", "x" + string(a) + "yz" + string(b) + "#", "noise at 0 (1)\nframe at 1 (179)\nnoise at 182 (2)\nframe at 184 (97)\nnoise at 283 (1)\n"},
		{"three #", "#" + string(a), "noise at 0 (1)\nframe at 1 (179)\n"},
		{"four #", "##" + string(a), "noise at 0 (2)\nframe at 2 (179)\n"},
		{"three digits of length", "##169" + segmentA + "1400\r\n" + string(b), "noise at 0 (180)\nframe at 180 (97)\n"},
		{"header and nothing else", "##0169", "truncated at 0 (6)\n"},
		{"truncated, then good", string(a[:80]) + string(b), "truncated at 0 (80)\nframe at 80 (97)\n"},
		{"truncated to its header, then good", "##0169" + string(b), "truncated at 0 (6)\nframe at 6 (97)\n"},
		{"truncated in its header, then good", "##016" + string(b), "noise at 0 (5)\nframe at 5 (97)\n"},
		{"truncated at a #, then good", string(a[:80]) + "#" + string(b), "truncated at 0 (81)\nframe at 81 (97)\n"},
		{"length 1169 over three frames", string(withLength(segmentA, 1169)) + string(a) + string(b), "frame at 0 (179) repaired long\nframe at 181 (179)\nframe at 362 (97)\n"},
		{"length too long, alone", string(withLength(segmentA, 9999)), "frame at 0 (179) repaired long\n"},
		{"length too short", string(withLength(segmentA, 100)) + string(b), "frame at 0 (179) repaired short\nframe at 181 (97)\n"},
		{"length 0", string(withLength(segmentA, 0)) + string(b), "frame at 0 (179) repaired short\nframe at 181 (97)\n"},
		{"CRC wrong, then good", strings.Replace(string(a), "7.1", "7.9", 1) + string(b), "crc at 0 (181)\nframe at 181 (97)\n"},
		{"CRC bytes swapped", "##0169" + segmentA + "0014\r\n" + string(b), "crc-swapped at 0 (181)\nframe at 181 (97)\n"},
		{"Modbus CRC", "##0169" + segmentA + "5916\r\n" + string(b), "crc-modbus at 0 (181)\nframe at 181 (97)\n"},
		{"CRC right, length wrong, nothing to end at", string(withLength("hello", 7)), "length at 0 (17)\n"},
		{"grammar is the parser's to report", string(frameOf("hello")) + string(b), "no-cp at 0 (15)\nframe at 17 (97)\n"},
		{"empty segment", "##0000FFFF\r\n" + string(b), "no-cp at 0 (10)\nframe at 12 (97)\n"},
		{"log with && and ##", string(frameOf(fmt.Sprintf(log, "a&&b##c"))) + string(b), "frame at 0 (157)\nframe at 159 (97)\n"},
		{"log with a header inside", string(frameOf(fmt.Sprintf(log, "see ##0169 above"))) + string(b), "frame at 0 (166)\nframe at 168 (97)\n"},
		{"log with a CRC inside and a wrong length", string(withLength(fmt.Sprintf(log, "a&&0000b"), 120)) + string(b), "frame at 0 (158) repaired short\nframe at 160 (97)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := told(run([]byte(c.stream))); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// A length field may lead into another frame where the four bytes are by chance
// the CRC of all before: 0000 stands in most dates and is a legal CRC.
func TestScanner_ChanceCRCDoesNotSwallowAFrame(t *testing.T) {
	t.Parallel()
	good := string(frameOf("ST=32;CN=2031;PW=123456;MN=12091200160055;CP=&&DataTime=20150430000000;B01-Cou=1&&"))
	at := strings.Index(good, "000000")
	for fill := range 100000 {
		// A cut-off frame whose bytes are chosen so that the CRC up to the zeros is 0000.
		cut := fmt.Sprintf("QN=2016;ST=32;CN=2011;X=%05d", fill)
		swallowed := cut + good[:at]
		if CRC([]byte(swallowed)) != 0 {
			continue
		}
		stream := fmt.Sprintf("##%04d", len(swallowed)) + cut + good
		got := run([]byte(stream))
		if len(got) != 2 || got[0].OK() || !got[1].OK() || string(got[1].Raw) != good[:len(good)-2] {
			t.Fatalf("%s", told(got))
		}
		return
	}
	t.Fatal("no filling gives the CRC 0000")
}

// The same when the length field leads exactly to the end of the next frame.
func TestScanner_ChanceCRCAtTheEndOfTheNextFrame(t *testing.T) {
	t.Parallel()
	good := frameOf(segmentB)
	want, _ := parseCRC(good[len(good)-6:])
	for fill := range 100000 {
		cut := fmt.Sprintf("QN=2016;ST=32;CN=2011;X=%05d", fill)
		swallowed := cut + string(good[:len(good)-6])
		if CRC([]byte(swallowed)) != want {
			continue
		}
		got := run([]byte(fmt.Sprintf("##%04d", len(swallowed)) + cut + string(good)))
		if len(got) != 2 || got[0].OK() || !got[1].OK() || string(got[1].QN) != "20230601120000123" {
			t.Fatalf("%s", told(got))
		}
		return
	}
	t.Fatal("no filling gives the CRC of the next frame")
}

func TestScanner_WaitsForTheRest(t *testing.T) {
	t.Parallel()
	a := frameOf(segmentA)
	var s Scanner
	var f Frame
	for i, c := range a[:178] {
		s.Write([]byte{c})
		if s.Next(&f) {
			t.Fatalf("%v after %d bytes", f.Fault, i+1)
		}
	}
	if offset, n := s.Pending(); offset != 0 || n != 178 {
		t.Fatalf("pending %d at %d", n, offset)
	}
	s.Write(a[178:179])
	if !s.Next(&f) || !f.OK() {
		t.Fatal("not delivered with the last digit of the CRC")
	}
	s.Write(a[179:])
	if s.Next(&f) {
		t.Fatal("the tail is not a frame")
	}
	if _, n := s.Pending(); n != 0 {
		t.Fatalf("%d bytes pending after the tail", n)
	}
}

func TestScanner_KeepTail(t *testing.T) {
	t.Parallel()
	bare := string(frameOf(segmentA)[:179])
	for _, c := range []struct{ behind, want string }{
		{"", ""}, {"\r\n", "\r\n"}, {"\n", "\n"}, {"\r", "\r"}, {"\r\r\n", "\r"}, {"\n\r", "\n"}, {"x", ""},
	} {
		s := Scanner{KeepTail: true}
		var f Frame
		for _, b := range []byte(bare) {
			s.Write([]byte{b})
			if s.Next(&f) {
				t.Fatal("delivered before its tail was known")
			}
		}
		s.Write([]byte(c.behind))
		s.Close()
		if !s.Next(&f) || string(f.Tail) != c.want || string(f.Raw) != bare {
			t.Errorf("behind %q: tail %q", c.behind, f.Tail)
		}
	}
}

func TestScanner_Expire(t *testing.T) {
	t.Parallel()
	a, b := frameOf(segmentA), frameOf(segmentB)
	var s Scanner
	step := func(name, bytes string, expire bool, want string) {
		t.Helper()
		s.Write([]byte(bytes))
		if expire {
			if got := told(drain(&s)); got != "" {
				t.Errorf("%s: before the time is over\n%s", name, got)
			}
			s.Expire()
		}
		if got := told(drain(&s)); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
	step("half a frame", string(a[:80]), true, "truncated at 0 (80)\n")
	step("a frame after it", string(b), false, "frame at 80 (97)\n")
	step("length 1169 swallows what follows", string(withLength(segmentA, 1169))+string(b), false, "")
	if offset, _ := s.Pending(); offset != 179 {
		t.Errorf("pending at %d", offset)
	}
	step("until its time is over", "", true, "frame at 179 (179) repaired long\nframe at 360 (97)\n")
	step("a half frame keeps the header behind it", string(a[:50])+"##01", true, "truncated at 459 (50)\n")
	step("whose frame may go on", string(a[4:]), false, "frame at 509 (179)\n")
	step("noise", "abc", true, "noise at 690 (3)\n")
	step("noise keeps the header behind it", "abc##", true, "noise at 693 (3)\n")
	step("but not twice", "", true, "noise at 696 (2)\n")
	s.Expire()
	step("nothing pending, nothing expires", string(a[:10]), false, "")
}

func TestScanner_TimeOfOneHeaderIsNotThatOfTheNext(t *testing.T) {
	t.Parallel()
	a := frameOf(segmentA)
	var s Scanner
	s.Write(a[:80])
	s.Write(a[:90])
	if got := told(drain(&s)); got != "" {
		t.Fatal(got)
	}
	s.Expire()
	if got := told(drain(&s)); got != "truncated at 0 (80)\n" {
		t.Fatal(got)
	}
	s.Write(a[90:])
	if got := told(drain(&s)); got != "frame at 80 (179)\n" {
		t.Fatal(got)
	}
}

func TestScanner_MemoryIsBounded(t *testing.T) {
	t.Parallel()
	for name, chunk := range map[string][]byte{
		"noise":                bytes.Repeat([]byte("x"), 1000),
		"ends without headers": bytes.Repeat([]byte("&&0000"), 200),
		"headers":              bytes.Repeat([]byte("##9999"), 200),
		"half headers":         bytes.Repeat([]byte("##99"), 200),
	} {
		var s Scanner
		var f Frame
		s.Write([]byte("##9999"))
		total := 6
		delivered := 0
		for range 200 {
			s.Write(chunk)
			total += len(chunk)
			for s.Next(&f) {
				if f.OK() {
					t.Errorf("%s: a frame", name)
				}
				delivered += len(f.Raw)
			}
			if cap(s.buf) > 4*MaxFrame {
				t.Fatalf("%s: buffer of %d bytes", name, cap(s.buf))
			}
		}
		s.Close()
		for s.Next(&f) {
			delivered += len(f.Raw)
		}
		if delivered != total {
			t.Errorf("%s: %d of %d bytes came out", name, delivered, total)
		}
	}
}

func TestScanner_FillAndReset(t *testing.T) {
	t.Parallel()
	var s Scanner
	var f Frame
	good := 0
	in := bytes.NewReader(bytes.Repeat(frameOf(segmentA), 500))
	for {
		if _, err := s.Fill(in); err != nil {
			break
		}
		for s.Next(&f) {
			if !f.OK() || string(f.Segment) != segmentA || f.Offset != int64(181*good) {
				t.Fatalf("frame %d at %d: %v", good, f.Offset, f.Fault)
			}
			good++
		}
	}
	if good != 500 {
		t.Errorf("%d frames", good)
	}
	s.Write([]byte("##0169half"))
	s.Reset()
	if offset, n := s.Pending(); offset != 0 || n != 0 {
		t.Errorf("after Reset %d bytes pending at %d", n, offset)
	}
}

// pieces draws a stream of good frames, damaged ones and noise.
func pieces(t *rapid.T) []byte {
	var stream []byte
	for range rapid.IntRange(1, 6).Draw(t, "pieces") {
		good := anyFrame(t)
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0, 1:
			stream = append(stream, good...)
		case 2:
			stream = append(stream, damage(t, good)...)
		case 3:
			stream = append(stream, noise(t)...)
		}
	}
	return stream
}

func anyFrame(t *rapid.T) []byte {
	switch rapid.IntRange(0, 4).Draw(t, "segment") {
	case 0:
		return frameOf(segmentA)
	case 1:
		return frameOf(segmentB)
	case 2:
		return frameOf(segmentC)
	case 3:
		return frameOf(strings.Replace(segmentA, "40.1", "//"+rapid.StringMatching(`[a-z0-9&#,;=/]{0,40}`).Draw(t, "log")+"//", 1))
	}
	return withLength(segmentA, rapid.IntRange(0, 9999).Draw(t, "length"))
}

func noise(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "binary") {
		return rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "noise")
	}
	return []byte(rapid.StringMatching(`[#0-9&A-F\r\n=;]{0,60}`).Draw(t, "noise"))
}

// damage cuts, changes, inserts or repeats.
func damage(t *rapid.T, frame []byte) []byte {
	b := bytes.Clone(frame)
	i := rapid.IntRange(0, len(b)-1).Draw(t, "from")
	j := rapid.IntRange(i, len(b)).Draw(t, "to")
	switch rapid.IntRange(0, 4).Draw(t, "damage") {
	case 0:
		return b[:i]
	case 1:
		b[i] ^= rapid.ByteRange(1, 255).Draw(t, "bits")
		return b
	case 2:
		return append(b[:i:i], b[j:]...)
	case 3:
		return append(append(b[:i:i], noise(t)...), frame[i:]...)
	}
	copy(b[2:6], fmt.Sprintf("%04d", rapid.IntRange(0, 9999).Draw(t, "length")))
	return b
}

func TestScanner_CutsDoNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stream := pieces(t)
		keep := rapid.Bool().Draw(t, "keep tail")
		whole := Scanner{KeepTail: keep}
		whole.Write(stream)
		whole.Close()
		want := told(drain(&whole))

		cut := Scanner{KeepTail: keep}
		var got []Frame
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(1, min(len(rest), 300)).Draw(t, "packet")
			if rapid.Bool().Draw(t, "fill") {
				for read := bytes.NewReader(rest[:n]); read.Len() > 0; {
					cut.Fill(read)
				}
			} else {
				cut.Write(rest[:n])
			}
			rest = rest[n:]
			if rapid.Bool().Draw(t, "drain") {
				got = append(got, drain(&cut)...)
			}
		}
		cut.Close()
		got = append(got, drain(&cut)...)
		if told(got) != want {
			t.Fatalf("stream %q\ncut\n%swhole\n%s", stream, told(got), want)
		}
	})
}

// Bytes that come out plus CR and LF between the runs are the bytes that went in.
func TestScanner_LosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stream := pieces(t)
		end := int64(0)
		for _, f := range run(stream) {
			if gap := stream[end:f.Offset]; len(trimTail(gap)) > 0 {
				t.Fatalf("%q was lost", gap)
			}
			end = f.Offset + int64(len(f.Raw))
			if !bytes.Equal(stream[f.Offset:end], f.Raw) {
				t.Fatalf("at %d: %q", f.Offset, f.Raw)
			}
		}
		if gap := stream[end:]; len(trimTail(gap)) > 0 {
			t.Fatalf("%q was lost at the end", gap)
		}
	})
}

// Time-outs at any moment lose no byte either, and a frame that arrives whole
// after one is delivered.
func TestScanner_TimeOutsLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stream := pieces(t)
		s := Scanner{KeepTail: rapid.Bool().Draw(t, "keep tail")}
		var got []Frame
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(1, min(len(rest), 200)).Draw(t, "packet")
			s.Write(rest[:n])
			rest = rest[n:]
			got = append(got, drain(&s)...)
			for rapid.IntRange(0, 2).Draw(t, "time is over") == 0 {
				before, waiting := s.Pending()
				s.Expire()
				got = append(got, drain(&s)...)
				if after, _ := s.Pending(); waiting > 0 && after == before {
					t.Fatalf("nothing moved at %d", before)
				}
			}
		}
		at := int64(len(stream))
		s.Write(frameOf(segmentC))
		s.Close()
		got = append(got, drain(&s)...)
		end := int64(0)
		delivered := false
		for i := range got {
			f := &got[i]
			if f.Offset < end || len(trimTail(slices.Concat(stream, frameOf(segmentC))[end:f.Offset])) > 0 {
				t.Fatalf("lost before %d\n%s", f.Offset, told(got))
			}
			end = f.Offset + int64(len(f.Raw))
			delivered = delivered || f.OK() && f.Offset == at
		}
		if !delivered {
			t.Fatalf("the good frame is lost\n%s", told(got))
		}
	})
}

// A good frame after anything at all is delivered, whole, also when the time of
// the half frame before it has to run out first.
func TestScanner_GoodFrameAfterDamage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		for range rapid.IntRange(1, 4).Draw(t, "damaged") {
			stream = append(stream, damage(t, anyFrame(t))...)
		}
		good := frameOf("QN=20991231235959999;" + segmentC)
		at := int64(len(stream))
		stream = append(stream, good...)
		for _, f := range run(stream) {
			if f.OK() && f.Offset == at && bytes.Equal(f.Raw, good[:len(good)-2]) {
				return
			}
		}
		t.Fatalf("lost after %q:\n%s", stream[:at], told(run(stream)))
	})
}
