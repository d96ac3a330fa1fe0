package hj212

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// crcBitwise is the definition in appendix A, one bit at a time.
func crcBitwise(p []byte) uint16 {
	c := uint16(0xFFFF)
	for _, b := range p {
		c = c>>8 ^ uint16(b)
		for range 8 {
			if c&1 == 1 {
				c = c>>1 ^ 0xA001
			} else {
				c >>= 1
			}
		}
	}
	return c
}

// crcByteTable is the usual way, one look-up a byte. Benchmarks compare with it.
func crcByteTable(p []byte) uint16 {
	c := uint16(0xFFFF)
	for _, b := range p {
		c = byteTable[uint8(c>>8)^b]
	}
	return c
}

var byteTable = func() (t [256]uint16) {
	for x := range t {
		t[x] = crcBitwise([]byte{0xFF ^ byte(x)})
	}
	return t
}()

func TestCRC_KnownValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		input string
		want  uint16
	}{
		{"", 0xFFFF},
		{"A", 0x7080},
		{"123456789", 0x2F80},
		{"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&", 0x1C80},
		{"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&", 0x2200},
	} {
		if got := CRC([]byte(c.input)); got != c.want {
			t.Errorf("CRC(%.30q…) = %04X, want %04X", c.input, got, c.want)
		}
	}
	if got := crcModbus([]byte("123456789")); got != 0x4B37 {
		t.Errorf("Modbus CRC of 123456789 = %04X, want 4B37", got)
	}
	for x, want := range map[int]uint16{0: 0x0000, 1: 0xC0C1, 2: 0xC181, 128: 0xA001, 255: 0x4040} {
		if got := byteTable[x]; got != want {
			t.Errorf("T[%d] = %04X, want %04X", x, got, want)
		}
	}
}

func TestCRC_EqualsTheDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
		if got, want := CRC(p), crcBitwise(p); got != want {
			t.Fatalf("CRC(%x) = %04X, want %04X", p, got, want)
		}
		if got, want := crcByteTable(p), crcBitwise(p); got != want {
			t.Fatalf("byte table: %04X, want %04X", got, want)
		}
	})
}

// Every length from 0 to 200 takes another path through words and odd bytes.
func TestCRC_EveryLength(t *testing.T) {
	t.Parallel()
	p := make([]byte, 0, 200)
	for n := range 200 {
		if got, want := CRC(p), crcBitwise(p); got != want {
			t.Fatalf("%d bytes: %04X, want %04X", n, got, want)
		}
		p = append(p, byte(n*167+13))
	}
}

func TestCRC_MayBeTakenInPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "first")
		q := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "second")
		s, a := crcSum(0xFF, p)
		s, b := crcSum(s, q)
		if got, want := crcFull[s], crcBitwise(append(p, q...)); got != want {
			t.Fatalf("in two pieces %04X, want %04X", got, want)
		}
		ascii := !strings.ContainsFunc(string(p)+string(q), func(r rune) bool { return r > 0x7F })
		if a && b != ascii {
			t.Fatalf("ascii %v, want %v", a && b, ascii)
		}
	})
}

// What the comment of crcSum rests on: eight steps are the identity, and the
// high byte of a CRC fixes the low byte.
func TestCRC_Algebra(t *testing.T) {
	t.Parallel()
	for x := range 256 {
		s := uint8(x)
		for range 8 {
			s = crcLane[7][s]
		}
		if s != uint8(x) {
			t.Fatalf("eight steps lead from %02X to %02X", x, s)
		}
		if crcFull[byteTable[x]>>8] != byteTable[x] {
			t.Fatalf("crcFull[%02X] = %04X, want %04X", byteTable[x]>>8, crcFull[byteTable[x]>>8], byteTable[x])
		}
	}
	if p, q := []byte("ABCDEFGHIJ"), []byte("IBCDEFGHAJ"); CRC(p) != CRC(q) {
		t.Error("two bytes 8 apart should change places unseen")
	}
}

func TestCRC_SeesEverySingleByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "bytes")
		i := rapid.IntRange(0, len(p)-1).Draw(t, "place")
		bit := rapid.ByteRange(1, 255).Draw(t, "change")
		before := CRC(p)
		p[i] ^= bit
		if CRC(p) == before {
			t.Fatalf("byte %d changed by %02X unseen", i, bit)
		}
	})
}

func TestParseCRC(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint16{"1C80": 0x1C80, "1c80": 0x1C80, "FFFF": 0xFFFF, "0000": 0} {
		if got, ok := parseCRC([]byte(text)); !ok || got != want {
			t.Errorf("parseCRC(%q) = %04X %v", text, got, ok)
		}
		if got := string(appendCRC(nil, want)); got != strings.ToUpper(text) {
			t.Errorf("appendCRC(%04X) = %q", want, got)
		}
	}
	for _, text := range []string{"1C8G", "1C8 ", "-C80", "CP=&", "１C8"} {
		if got, ok := parseCRC([]byte(text)); ok {
			t.Errorf("parseCRC(%q) = %04X, want a refusal", text, got)
		}
	}
}
