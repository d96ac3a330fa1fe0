package hj212

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// vector is one line of testdata/public.jsonl; see testdata/README.md.
type vector struct {
	Source    string `json:"source"`
	Frame     string `json:"frame"`
	Encoding  string `json:"encoding"`
	LengthOK  bool   `json:"length_ok"`
	CRCOK     bool   `json:"crc_ok"`
	CRCOver   string `json:"crc_over"`
	Kind      string `json:"kind"`
	Plaintext string `json:"plaintext"`
	Std       string `json:"std"`
	Note      string `json:"note"`
	Frames    int    `json:"frames_in_stream"`
	line      int
}

// bytes returns the frame as it stood on the wire.
func (v *vector) bytes(t testing.TB) []byte {
	switch v.Encoding {
	case "utf-8":
		return []byte(v.Frame)
	case "gbk":
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(v.Frame))
		if err != nil {
			t.Fatal(err)
		}
		return b
	case "latin-1":
		var b []byte
		for _, r := range v.Frame {
			if r > 0xFF {
				t.Fatalf("line %d: %q is not latin-1", v.line, r)
			}
			b = append(b, byte(r))
		}
		return b
	}
	t.Fatalf("line %d: encoding %q", v.line, v.Encoding)
	return nil
}

func vectors(t testing.TB) []vector {
	t.Helper()
	file, err := os.Open("testdata/public.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []vector
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		v := vector{line: len(all) + 1}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("line %d: %v", v.line, err)
		}
		all = append(all, v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// run feeds one stream and returns copies of everything delivered.
func run(stream []byte) []Frame {
	var s Scanner
	s.Write(stream)
	s.Close()
	return drain(&s)
}

func drain(s *Scanner) []Frame {
	var all []Frame
	var f Frame
	for s.Next(&f) {
		g := f
		g.Raw = append([]byte(nil), f.Raw...)
		all = append(all, g)
	}
	return all
}

func TestVectors(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, v := range vectors(t) {
		seen++
		got := run(v.bytes(t))
		if v.Kind == "stream" {
			good := 0
			for i := range got {
				if got[i].OK() {
					good++
				}
			}
			if good != v.Frames {
				t.Errorf("line %d (%s): %d good frames, want %d", v.line, v.Note, good, v.Frames)
			}
			continue
		}
		if len(got) != 1 {
			t.Errorf("line %d (%s): %d runs, want 1", v.line, v.Note, len(got))
			continue
		}
		f := &got[0]
		wantCRC := v.CRCOK && v.CRCOver != "plaintext" // encrypted: not readable without the key
		if f.LengthOK != v.LengthOK || f.CRCOK != wantCRC {
			t.Errorf("line %d (%s): length_ok %v crc_ok %v, want %v %v", v.line, v.Note,
				f.LengthOK, f.CRCOK, v.LengthOK, wantCRC)
		}
		if f.OK() != wantCRC {
			t.Errorf("line %d (%s): ok %v, fault %v", v.line, v.Note, f.OK(), f.Fault)
		}
		if v.CRCOver == "plaintext" && f.Fault != FaultEncrypted {
			t.Errorf("line %d (%s): fault %v, want encrypted", v.line, v.Note, f.Fault)
		}
	}
	if seen != 163 {
		t.Errorf("%d vectors read", seen)
	}
}
