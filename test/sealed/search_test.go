package sealed

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
)

// spellings are the ways in which a marker might stand somewhere.
func spellings(marker string) map[string][]byte {
	out := encodings([]byte(marker))
	var wide []byte
	var escaped strings.Builder
	for _, r := range marker {
		wide = append(wide, byte(r), byte(r>>8))
		if r < 128 {
			escaped.WriteRune(r)
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
	}
	out["in UTF-16"] = wide
	out["in JSON escapes"] = []byte(escaped.String())
	out["in percents"] = []byte(url.QueryEscape(marker))
	out["in capital hexadecimal"] = bytes.ToUpper([]byte(hex.EncodeToString([]byte(marker))))
	return out
}

// encodings are the ways in which bytes that are no text might stand somewhere.
func encodings(b []byte) map[string][]byte {
	out := map[string][]byte{"as it is": b, "in hexadecimal": []byte(hex.EncodeToString(b))}
	for skip := range 3 { // base64 depends on where in three bytes they begin
		text := base64.StdEncoding.EncodeToString(append(make([]byte, skip), b...))
		out[fmt.Sprintf("in base64, %d", skip)] = []byte(text[4 : len(text)-4])
	}
	return out
}

// found names where in a stream a marker stands. Pieces overlap, so that none is
// missed at their seams.
func found(r io.Reader, want map[string][]byte) ([]string, error) {
	const piece, seam = 4 << 20, 4096
	var out []string
	seen := map[string]bool{}
	buf := make([]byte, 0, piece+seam)
	for {
		n, err := io.ReadFull(r, buf[len(buf):min(cap(buf), len(buf)+piece)])
		buf = buf[:len(buf)+n]
		for how, b := range want {
			if !seen[how] && bytes.Contains(buf, b) {
				seen[how] = true
				out = append(out, how)
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		keep := min(seam, len(buf))
		copy(buf, buf[len(buf)-keep:])
		buf = buf[:keep]
	}
}

func TestSearch_FindsEverySpellingAtEverySeam(t *testing.T) {
	t.Parallel()
	marker := "QXZ标记77甲"
	for how, b := range spellings(marker) {
		for _, at := range []int{0, 1, 4<<20 - 3, 4 << 20, 8<<20 - 10} {
			text := bytes.Repeat([]byte{'x'}, at)
			switch {
			case strings.HasPrefix(how, "in base64"):
				skip := int(how[len(how)-1] - '0')
				text = append(text, base64.StdEncoding.EncodeToString(append(append(make([]byte, skip), marker...), "tail"...))...)
			default:
				text = append(text, b...)
			}
			got, err := found(bytes.NewReader(append(text, 'x')), spellings(marker))
			if err != nil || !strings.Contains(strings.Join(got, ";"), how) {
				t.Errorf("%s at %d: %v %v", how, at, got, err)
			}
		}
	}
	if got, _ := found(strings.NewReader(strings.Repeat("标记", 1000)), spellings(marker)); len(got) != 0 {
		t.Errorf("found %v in other text", got)
	}
}
