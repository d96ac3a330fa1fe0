package mqtt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bytesOf(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden are packets written out by hand from the standard's figures.
var golden = []struct {
	name, bytes string
	want        Packet
}{
	{"connect", "10 11 0004 4d515454 04 02 003c 0005 6d65746572", Packet{Type: Connect, Level: 4, Clean: true, KeepAlive: 60, ClientID: []byte("meter")}},
	{"connect with all", "10 25 0004 4d515454 04 ee 000a 0001 61 0003 772f61 0003 627965 0004 67772d31 0006 736563726574",
		Packet{Type: Connect, Level: 4, Clean: true, KeepAlive: 10, ClientID: []byte("a"), HasUser: true, User: []byte("gw-1"), HasPassword: true, Password: []byte("secret"),
			Will: &Will{Topic: []byte("w/a"), Message: []byte("bye"), QoS: 1, Retain: true}}},
	{"connack", "20 02 01 00", Packet{Type: Connack, SessionPresent: true}},
	{"publish at most once", "30 05 0003 612f62", Packet{Type: Publish, Topic: []byte("a/b"), Payload: []byte{}}},
	{"publish at least once again", "3a 09 0003 612f62 000a 7b7d", Packet{Type: Publish, QoS: 1, Dup: true, ID: 10, Topic: []byte("a/b"), Payload: []byte("{}")}},
	{"puback", "40 02 000a", Packet{Type: Puback, ID: 10}},
	{"pubrec", "50 02 000a", Packet{Type: Pubrec, ID: 10}},
	{"pubrel", "62 02 000a", Packet{Type: Pubrel, ID: 10}},
	{"pubcomp", "70 02 000a", Packet{Type: Pubcomp, ID: 10}},
	{"subscribe", "82 0e 000a 0003 612f62 01 0003 632f23 02", Packet{Type: Subscribe, ID: 10, Filters: []Filter{{[]byte("a/b"), 1}, {[]byte("c/#"), 2}}}},
	{"suback", "90 04 000a 00 80", Packet{Type: Suback, ID: 10, Codes: []byte{0, 0x80}}},
	{"unsubscribe", "a2 07 000a 0003 612f2b", Packet{Type: Unsubscribe, ID: 10, Filters: []Filter{{Filter: []byte("a/+")}}}},
	{"unsuback", "b0 02 000a", Packet{Type: Unsuback, ID: 10}},
	{"pingreq", "c0 00", Packet{Type: Pingreq}},
	{"pingresp", "d0 00", Packet{Type: Pingresp}},
	{"disconnect", "e0 00", Packet{Type: Disconnect}},
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, g := range golden {
		raw := bytesOf(t, g.bytes)
		var p Packet
		n, err := Decode(append(bytes.Clone(raw), 0xff), 1<<20, &p)
		if err != nil || n != len(raw) {
			t.Errorf("%s: %d of %d bytes, %v", g.name, n, len(raw), err)
			continue
		}
		if diff := cmp.Diff(g.want, p); diff != "" {
			t.Errorf("%s: %s", g.name, diff)
		}
		if back, ok := Append(nil, &p); !ok || !bytes.Equal(back, raw) {
			t.Errorf("%s: written %x, want %x", g.name, back, raw)
		}
		for cut := range raw {
			if n, err := Decode(raw[:cut], 1<<20, &p); n != 0 || err != nil {
				t.Errorf("%s: %d bytes give %d, %v", g.name, cut, n, err)
			}
		}
	}
	if got := AppendAck(nil, Puback, 0x1234); !bytes.Equal(got, bytesOf(t, "40 02 1234")) {
		t.Errorf("%x", got)
	}
}

func TestDecode_Refuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bytes string
		want  error
	}{
		"type 0":                        {"00 00", ErrMalformed},
		"type 15":                       {"f0 00", ErrMalformed},
		"length of five bytes":          {"30 ff ff ff ff 01", ErrMalformed},
		"larger than the limit":         {"30 ff 7f", ErrTooLarge},
		"reserved flags":                {"41 02 000a", ErrMalformed},
		"subscribe without its flags":   {"80 06 000a 0001 61 01", ErrMalformed},
		"QoS 3":                         {"36 07 0003 612f62 000a", ErrMalformed},
		"dup at QoS 0":                  {"38 05 0003 612f62", ErrMalformed},
		"identifier 0":                  {"32 07 0003 612f62 0000", ErrMalformed},
		"no topic":                      {"30 02 0000", ErrMalformed},
		"wildcard in a topic":           {"30 05 0003 612f23", ErrMalformed},
		"broken UTF-8":                  {"30 05 0003 612fff", ErrMalformed},
		"a surrogate":                   {"30 05 0003 eda080", ErrMalformed},
		"U+0000":                        {"30 05 0003 612f00", ErrMalformed},
		"text beyond the packet":        {"30 05 0009 612f62", ErrMalformed},
		"something behind":              {"40 03 000a 00", ErrMalformed},
		"a ping with a body":            {"c0 01 00", ErrMalformed},
		"another protocol":              {"10 11 0004 4d515458 04 02 003c 0005 6d65746572", ErrMalformed},
		"MQTT 5":                        {"10 11 0004 4d515454 05 02 003c 0005 6d65746572", ErrProtocol},
		"MQTT 3.1":                      {"10 13 0006 4d5149736470 03 02 003c 0005 6d65746572", ErrProtocol},
		"reserved connect flag":         {"10 11 0004 4d515454 04 03 003c 0005 6d65746572", ErrMalformed},
		"will QoS without a will":       {"10 11 0004 4d515454 04 0a 003c 0005 6d65746572", ErrMalformed},
		"a password without a user":     {"10 14 0004 4d515454 04 42 003c 0005 6d65746572 0001 61", ErrMalformed},
		"connect cut inside its length": {"10 0d 0004 4d515454 04 02 003c 0005 6d", ErrMalformed},
		"a filter with # inside":        {"82 0a 000a 0005 612f232f62 01", ErrMalformed},
		"no filter":                     {"82 02 000a", ErrMalformed},
		"suback with a wrong code":      {"90 03 000a 03", ErrMalformed},
	} {
		var p Packet
		if n, err := Decode(bytesOf(t, c.bytes), 1000, &p); n != 0 || !errors.Is(err, c.want) {
			t.Errorf("%s: %d %v, want %v", name, n, err, c.want)
		}
	}
}

// FuzzPacket decodes anything: no panic, nothing beyond the buffer, and what was
// taken is written and read again as the same packet.
func FuzzPacket(f *testing.F) {
	for _, g := range golden {
		f.Add(bytesOf(f, g.bytes))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p, q Packet
		n, err := Decode(raw, 1<<16, &p)
		if err != nil || n == 0 {
			if n != 0 {
				t.Fatalf("%d bytes and %v", n, err)
			}
			return
		}
		if size, err := Size(raw); n > len(raw) || size != n || err != nil {
			t.Fatalf("size %d %v of %d", size, err, n)
		}
		back, ok := Append(nil, &p)
		if m, err := Decode(back, 1<<16, &q); !ok || err != nil || m != len(back) || m > n {
			t.Fatalf("written %x reads as %d, %v", back, m, err)
		}
		if diff := cmp.Diff(p, q); diff != "" {
			t.Fatal(diff)
		}
	})
}
