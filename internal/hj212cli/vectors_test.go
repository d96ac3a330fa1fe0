package hj212cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/sm4key"
)

// The 163 public frames are read as they are recorded, the encrypted ones with the
// key the standard prints, and their lines give the bytes again.
func TestVectors_ReadAsRecorded(t *testing.T) {
	t.Parallel()
	key, err := sm4key.New("0000000000000000")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Keys: []hj212.Cipher{key}}
	file, err := os.Open("../../hj212/testdata/public.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n, sealed := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		n++
		var v struct {
			Frame, Encoding, Kind, Plaintext string
			LengthOK                         bool   `json:"length_ok"`
			CRCOK                            bool   `json:"crc_ok"`
			CRCOver                          string `json:"crc_over"`
			Frames                           int    `json:"frames_in_stream"`
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		raw := []byte(v.Frame)
		switch v.Encoding {
		case "gbk":
			if raw, err = simplifiedchinese.GBK.NewEncoder().Bytes(raw); err != nil {
				t.Fatal(err)
			}
		case "latin-1":
			raw = raw[:0:0]
			for _, r := range v.Frame {
				raw = append(raw, byte(r))
			}
		}
		var out, again bytes.Buffer
		if err := Decode(bytes.NewReader(raw), &out, o); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if err := Encode(&out, &again, o); err != nil || withoutLines(again.String()) != withoutLines(string(raw)) {
			t.Errorf("line %d is written as %q (%v)", n, again.String(), err)
		}
		if v.Kind == "stream" {
			if got := strings.Count(text, `"ok":true`); got != v.Frames {
				t.Errorf("line %d: %d usable frames, want %d", n, got, v.Frames)
			}
			continue
		}
		var r struct {
			LengthOK  bool   `json:"length_ok"`
			CRCOK     *bool  `json:"crc_ok"`
			CRCOver   string `json:"crc_over"`
			Decrypted bool
			Header    map[string]string
			Items     []map[string]any
		}
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatalf("line %d: %v in %s", n, err, text)
		}
		if r.LengthOK != v.LengthOK || r.CRCOK == nil || *r.CRCOK != v.CRCOK || (r.CRCOver == "plaintext") != (v.CRCOver == "plaintext") {
			t.Errorf("line %d: %s", n, text)
		}
		if v.CRCOver == "plaintext" {
			sealed++
			if r.Decrypted != true || r.Header["MN"] == "" || len(r.Items) == 0 || !strings.Contains(v.Plaintext, r.Items[0]["code"].(string)) {
				t.Errorf("line %d is not decrypted: %s", n, text)
			}
		}
	}
	if n != 163 || sealed != 2 {
		t.Errorf("%d frames, %d encrypted", n, sealed)
	}
}
