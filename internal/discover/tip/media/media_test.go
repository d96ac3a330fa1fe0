package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
)

func mk(name string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), name...), body...)
}

func u32(n ...uint32) (out []byte) {
	for _, v := range n {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// track makes a track of one chunk with one sample.
func track(handler string, at, size uint32, more ...[]byte) []byte {
	stbl := mk("stbl", mk("stsz", u32(0, 0, 1, size)), mk("stsc", u32(0, 1, 1, 1, 1)), mk("stco", u32(0, 1, at)))
	return mk("trak", append([][]byte{mk("tkhd", u32(0, 7777, 8888, 1)), mk("mdia", mk("mdhd", u32(0, 7777, 8888, 1)), mk("hdlr", u32(0, 0), []byte(handler), u32(0)), mk("minf", stbl))}, more...)...)
}

// movie is a phone's video with where it was taken in three places.
func movie(brand string) []byte {
	ftyp := mk("ftyp", []byte(brand), u32(0), []byte("isom"))
	const secret = "+28.0101+120.6601/"
	pictures, places := []byte("PICTURES"), []byte("GPS"+secret)
	at := uint32(len(ftyp) + 8)
	mdat := mk("mdat", pictures, places)
	moov := mk("moov", mk("mvhd", u32(0, 7777, 8888, 1)), track("vide", at, uint32(len(pictures)), mk("udta", []byte(secret))), track("meta", at+uint32(len(pictures)), uint32(len(places))),
		mk("udta", mk("\xa9xyz", []byte(secret))), mk("meta", []byte("iPhone of Zhang San")))
	return bytes.Join([][]byte{ftyp, mdat, moov, mk("uuid", []byte("xmp"+secret))}, nil)
}

func clean(t *testing.T, b []byte) (Kind, []byte) {
	t.Helper()
	k, r, err := Clean(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	small, err := io.ReadAll(&byOne{mustClean(t, b)})
	if err != nil || !bytes.Equal(out, small) {
		t.Error("what is read depends on how it is read")
	}
	return k, out
}

func mustClean(t *testing.T, b []byte) io.Reader {
	t.Helper()
	_, r, err := Clean(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type byOne struct{ r io.Reader }

func (o *byOne) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

func TestClean_AVideoForgetsWhereAndWhen(t *testing.T) {
	t.Parallel()
	for _, brand := range []string{"isom", "qt  ", "mp42"} {
		in := movie(brand)
		k, out := clean(t, in)
		if k != (Kind{".mp4", true}) || len(out) != len(in) {
			t.Errorf("%s: %+v, %d of %d bytes", brand, k, len(out), len(in))
		}
		for _, gone := range []string{"28.0101", "iPhone", "GPS", "uuid", "udta", "\x00\x00\x1e\x61"} {
			if bytes.Contains(out, []byte(gone)) {
				t.Errorf("%s: %q is still there", brand, gone)
			}
		}
		if !bytes.Contains(out, []byte("PICTURES")) || bytes.Contains(out, []byte("qt  ")) {
			t.Errorf("%s: the pictures are gone, or the brand is not", brand)
		}
		if _, again := clean(t, out); !bytes.Equal(again, out) {
			t.Errorf("%s: cleaning twice changes it", brand)
		}
	}
}

func TestClean_Sound(t *testing.T) {
	t.Parallel()
	frame := append([]byte{0xFF, 0xFB, 0x90, 0x00}, bytes.Repeat([]byte("s"), 400)...)
	id3 := append([]byte("ID3\x03\x00\x00\x00\x00\x00\x14"), []byte("Zhang San's phone...")...)
	wave := func(chunks ...string) []byte {
		body := "WAVE" + strings.Join(chunks, "")
		return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
	}
	chunk := func(name, body string) string {
		return name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
	}
	format := chunk("fmt ", "0123456789abcdef")
	for name, c := range map[string]struct {
		in   []byte
		ext  string
		want []byte
	}{
		"mp3":      {bytes.Join([][]byte{id3, frame, append([]byte("TAG"), make([]byte, 125)...)}, nil), ".mp3", frame},
		"bare mp3": {frame, ".mp3", frame},
		"wav":      {wave(format, chunk("LIST", "Zhang"+"\x00"), chunk("data", "samples!")), ".wav", wave(format, chunk("data", "samples!"))},
		"wav cut":  {wave(format, "data\xff\xff\xff\x7fsamples!"), ".wav", wave(format, chunk("data", "samples!"))},
		"amr":      {[]byte("#!AMR\nxyz"), ".amr", []byte("#!AMR\nxyz")},
	} {
		k, out := clean(t, c.in)
		if k.Ext != c.ext || k.Video || !bytes.Equal(out, c.want) {
			t.Errorf("%s: %+v %q", name, k, out)
		}
	}
	ftyp := mk("ftyp", []byte("M4A "), u32(0))
	m4a := bytes.Join([][]byte{ftyp, mk("mdat", []byte("SOUND")), mk("moov", mk("mvhd", u32(0, 1, 1)), track("soun", uint32(len(ftyp)+8), 5))}, nil)
	if k, out := clean(t, m4a); k.Ext != ".m4a" || !bytes.Contains(out, []byte("SOUND")) {
		t.Errorf("%+v", k)
	}
}

func TestClean_Refuses(t *testing.T) {
	t.Parallel()
	whole := movie("isom")
	bad := bytes.Clone(whole)
	binary.BigEndian.PutUint32(bad, 1<<31)
	for name, in := range map[string][]byte{
		"empty": {}, "text": []byte("hello, this is text"), "svg": []byte("<svg onload=alert(1)></svg>"), "exe": []byte("MZ\x90\x00rubbishrubbish"),
		"page behind": append(bytes.Clone(whole), "<script>alert(1)</script>"...), "cut": whole[:len(whole)-3], "huge box": bad,
		"picture named so": mk("ftyp", []byte("heic"), u32(0)), "no movie": mk("ftyp", []byte("isom"), u32(0)), "no track": append(mk("ftyp", []byte("isom"), u32(0)), mk("moov", mk("mvhd", u32(0, 1, 1)))...),
		"only tags": append([]byte("ID3\x03\x00\x00\x00\x00\x00\x05"), "12345"...), "wav without sound": []byte("RIFF\x04\x00\x00\x00WAVE"), "flat": []byte("#!AMR\n"), "other flavour": []byte("#!AMR-XX\nabc"),
	} {
		if k, _, err := Clean(bytes.NewReader(in)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v %v", name, k, err)
		}
	}
	if _, _, err := Clean(endless{}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) ReadAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (endless) Size() int64                           { return MaxBytes + 1 }

func FuzzClean(f *testing.F) {
	f.Add(movie("isom"))
	f.Add([]byte("RIFF\x04\x00\x00\x00WAVEfmt "))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, r, err := Clean(bytes.NewReader(b))
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil || n == 0 || n > int64(len(b))+64 || k.Ext == "" {
			t.Errorf("%+v, %d of %d bytes, %v", k, n, len(b), err)
		}
	})
}
