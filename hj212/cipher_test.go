package hj212

import (
	"bytes"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm4"
	"pgregory.net/rapid"
)

func sm4Of(t testing.TB, key string) Cipher {
	c, err := sm4.NewCipher([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The two printed frames of appendix A.2 and their reading as bytes: decrypted with
// the printed key they say what the standard says, and are written again byte for
// byte.
func TestDecrypt_Standard(t *testing.T) {
	t.Parallel()
	key, other := sm4Of(t, "0000000000000000"), sm4Of(t, "1111111111111111")
	seen := 0
	for _, v := range vectors(t) {
		if v.CRCOver != "plaintext" {
			continue
		}
		seen++
		wire := v.bytes(t)
		var s Scanner
		s.Write(wire)
		var f Frame
		if !s.Next(&f) || f.Fault != FaultEncrypted || string(f.MN) != "010000A8900016F000169DC0" || f.OK() {
			t.Fatalf("line %d: %v, MN %q", v.line, f.Fault, f.MN)
		}
		if _, i := f.Decrypt(nil, other, nil); i != -1 || f.Fault != FaultEncrypted {
			t.Fatalf("line %d: another key is accepted", v.line)
		}
		plain, i := f.Decrypt(nil, other, nil, key)
		if i != 2 || !f.OK() || !f.Decrypted || f.Warnings != 0 || f.LengthOK != v.LengthOK {
			t.Fatalf("line %d: key %d, fault %v, warnings %s", v.line, i, f.Fault, codes(f.Warnings))
		}
		want := strings.TrimSuffix(v.Plaintext, "\r\n")
		if string(f.Segment) != want[headerSize:len(want)-crcSize] || !bytes.HasSuffix(plain, f.Segment) {
			t.Errorf("line %d: %q", v.line, f.Segment)
		}
		form := FormBytes
		if f.Printed {
			form = FormPrinted
		}
		again, err := AppendEncryptedSegment(nil, f.Segment, key, form)
		if err != nil || !bytes.Equal(again, wire) {
			t.Errorf("line %d: written as %q (%v)", v.line, again, err)
		}
	}
	if seen != 2 {
		t.Errorf("%d encrypted vectors", seen)
	}
}

func TestDecrypt_TextLength(t *testing.T) {
	t.Parallel()
	key := sm4Of(t, "0000000000000000")
	segment := segment2025("DataTime=20260801085800;w01018-Avg=40.1,w01018-Flag=N")
	printed, _ := AppendEncryptedSegment(nil, []byte(segment), key, FormPrinted)
	n := len(printed) - frameExtra - 2
	copy(printed[2:6], []byte{byte('0' + n/1000), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
	got := run(append(bytes.Clone(printed), typical...))
	if len(got) != 2 || !got[0].LengthOK || got[0].Fault != FaultEncrypted || !got[1].OK() {
		t.Fatal(told(got))
	}
	if _, i := got[0].Decrypt(nil, key); i != 0 || string(got[0].Segment) != segment {
		t.Errorf("%q", got[0].Segment)
	}
}

func segment2025(area string) string {
	return "QN=20260801085857223;ST=32;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&" + area + "&&"
}

// Whatever the area says and wherever the stream is cut, an encrypted frame comes
// out with its MN, decrypts to what was sent, and the frame behind it is whole.
func TestDecrypt_RoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		key := sm4Of(t, rapid.StringMatching(`[0-9a-z]{16}`).Draw(r, "key"))
		area := "DataTime=20260801085800;" + rapid.StringMatching(`([wa][0-9]{5}-(Avg|Min|Cou)=[0-9]{1,4}\.[0-9]{0,3}[,;]){0,12}w01018-Flag=N`).Draw(r, "area")
		form := Form(rapid.IntRange(0, 1).Draw(r, "form"))
		segment := segment2025(area)
		stream, err := AppendEncryptedSegment(nil, []byte(segment), key, form)
		if err != nil {
			r.Fatal(err)
		}
		stream = append(stream, typical...)
		cut := rapid.IntRange(0, len(stream)).Draw(r, "cut")
		var s Scanner
		var all []string
		take := func() {
			var f Frame
			for s.Next(&f) {
				f.Decrypt(nil, key)
				if !f.OK() {
					r.Fatalf("%v at %d", f.Fault, f.Offset)
				}
				all = append(all, string(f.Segment))
			}
		}
		s.Write(stream[:cut])
		take()
		s.Write(stream[cut:])
		take()
		s.Close()
		take()
		if len(all) != 2 || all[0] != segment {
			r.Fatalf("%q", all)
		}
	})
}

// FuzzEncrypted encrypts any data area: what is accepted as decrypted is what was
// sent, and no bytes make Decrypt panic.
func FuzzEncrypted(f *testing.F) {
	f.Add([]byte("DataTime=20240520210600;a01011-Min=1.35"), false)
	f.Add([]byte("##0010&&1C80{0xE4,0x3E}&&"), true)
	key := sm4Of(f, "0000000000000000")
	f.Fuzz(func(t *testing.T, area []byte, printed bool) {
		segment := []byte(segment2025(string(area)))
		form := FormBytes
		if printed {
			form = FormPrinted
		}
		raw, err := AppendEncryptedSegment(nil, segment, key, form)
		if err != nil {
			return
		}
		for _, stream := range [][]byte{raw, append(append([]byte("##9999"), area...), raw...)} {
			for _, g := range run(stream) {
				if _, i := g.Decrypt(nil, key); i >= 0 && !g.Decrypted {
					t.Fatal("accepted and not decrypted")
				}
				if g.Decrypted && len(stream) == len(raw) && !bytes.Equal(g.Segment, segment) {
					t.Fatalf("%q became %q", segment, g.Segment)
				}
			}
		}
	})
}

// The example of appendix H.
func TestMediaAuthorization(t *testing.T) {
	t.Parallel()
	got := MediaAuthorization("testuser", "AezF0nZRs4kypuGO", sm4Of(t, "msbE74gsiSHSEh5e"))
	if want := "LG/m7lsFU/taig+vbQsDJXy4NGAaE2j2lplPwhZM7iM="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := MediaAuthorization("12345678", "1234567", sm4Of(t, "msbE74gsiSHSEh5e")); len(got) != 44 {
		t.Errorf("a whole block is padded with a block: %s", got)
	}
}
