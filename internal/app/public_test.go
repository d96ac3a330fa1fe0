package app

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/limit"
)

// citizen is a program with its public entry, seen from outside. The clock moves
// a minute with each sending, so that limits of frequency do not interfere.
type citizen struct {
	t     *testing.T
	app   *App
	base  string
	dir   string
	clock *dbtest.Clock
}

func newCitizen(t *testing.T) *citizen {
	t.Helper()
	c := &citizen{t: t, dir: dbtest.Dir(t), clock: dbtest.NewClock()}
	a, err := New(context.Background(), Config{Dir: c.dir, Listen: "127.0.0.1:0", HJ212: "127.0.0.1:0", Profile: "wenzhou", Version: "test", Manual: true,
		Now: c.clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, a) })
	c.app, c.base = a, "http://"+a.Addr()+"/public"
	return c
}

// send files a report with one photo and gives what comes back.
func (c *citizen) send(name string, photo []byte) (int, string) {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range map[string]string{"mode": "public", "text": "夜间排污", "area": "330302"} {
		if err := m.WriteField(k, v); err != nil {
			c.t.Fatal(err)
		}
	}
	p, err := m.CreateFormFile("photos", name)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := p.Write(photo); err != nil {
		c.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		c.t.Fatal(err)
	}
	return c.post("/report/other", m.FormDataContentType(), &b)
}

func (c *citizen) post(path, kind string, body io.Reader) (int, string) {
	c.t.Helper()
	resp, err := http.Post(c.base+path, kind, body)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// payload must not survive in anything that is kept.
const payload = "<script>alert('qingshao')</script>"

// hostile makes files that are not what they seem, each with a name.
func hostile(t *testing.T) map[string][]byte {
	t.Helper()
	enc := func(f func(io.Writer) error) []byte {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	small := image.NewGray(image.Rect(0, 0, 16, 16))
	jpg := enc(func(w io.Writer) error { return jpeg.Encode(w, small, nil) })
	pic := enc(func(w io.Writer) error { return png.Encode(w, small) })
	wide := enc(func(w io.Writer) error { return png.Encode(w, image.NewGray(image.Rect(0, 0, 10_000, 4))) })
	tall := enc(func(w io.Writer) error { return png.Encode(w, image.NewGray(image.Rect(0, 0, 4, 10_000))) })
	many := enc(func(w io.Writer) error { return png.Encode(w, image.NewGray(image.Rect(0, 0, 6000, 5000))) })
	bomb := enc(func(w io.Writer) error {
		z := zip.NewWriter(w)
		f, err := z.Create("a.jpg")
		if err != nil {
			return err
		}
		if _, err := f.Write(make([]byte, 20<<20)); err != nil {
			return err
		}
		return z.Close()
	})
	squeezed := enc(func(w io.Writer) error {
		z := gzip.NewWriter(w)
		if _, err := z.Write(make([]byte, 20<<20)); err != nil {
			return err
		}
		return z.Close()
	})
	moving := enc(func(w io.Writer) error { return gif.Encode(w, small, nil) })
	text := map[string]string{
		"svg": `<svg xmlns="http://www.w3.org/2000/svg">` + payload + `</svg>`, "html": "<!doctype html>" + payload, "xml": `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`,
		"pdf": "%PDF-1.7\n" + payload, "ps": "%!PS-Adobe-3.0\n" + payload, "php": "<?php system('id'); ?>", "sh": "#!/bin/sh\nrm -rf /", "exe": "MZ\x90\x00" + payload, "elf": "\x7fELF\x02\x01" + payload,
		"webp": "RIFF\x10\x00\x00\x00WEBPVP8 " + payload, "heic": "\x00\x00\x00\x18ftypheic" + payload, "bmp": "BM" + strings.Repeat("\x00", 60), "tiff": "II*\x00\x08\x00\x00\x00" + payload, "ico": "\x00\x00\x01\x00\x01\x00",
		"mp4": "\x00\x00\x00\x18ftypmp42" + payload, "text": payload, "spaces": strings.Repeat(" ", 5000), "zeros": strings.Repeat("\x00", 5000), "js": "alert(1)", "csv": "=cmd|'/c calc'!A1",
	}
	out := map[string][]byte{"empty": nil, "wide": wide, "tall": tall, "too many pixels": many, "zip bomb": bomb, "gzip bomb": squeezed, "gif": moving,
		"jpeg without its picture": jpg[:20], "jpeg of two bytes": jpg[:2], "jpeg cut": jpg[:len(jpg)-len(jpg)/3], "png cut": pic[:len(pic)-20], "png of its signature": pic[:8],
		"heavy": append(bytes.Clone(jpg), make([]byte, 15<<20)...)}
	for name, s := range text {
		out[name] = []byte(s)
		out[name+" behind a jpeg's first bytes"] = append([]byte("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00"), s...)
		out[name+" behind a png's first bytes"] = append([]byte("\x89PNG\r\n\x1a\n"), s...)
	}
	for i := range 14 { // a photo with bytes turned over within its data
		b := bytes.Clone(pic)
		b[33+i] ^= 0xFF
		out[fmt.Sprintf("png damaged at %d", i)] = b
	}
	// Sizes that lie: a picture that says it is enormous.
	for i, size := range []uint32{1 << 15, 1 << 20, 1 << 31, 0xFFFFFFFF} {
		b := bytes.Clone(pic)
		b[16], b[17], b[18], b[19] = byte(size>>24), byte(size>>16), byte(size>>8), byte(size)
		out[fmt.Sprintf("png that claims to be wide, %d", i)] = b
	}
	return out
}

func TestPublic_HostileFilesAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	files := hostile(t)
	names := []string{"a.jpg", "../../etc/passwd", `..\..\windows\system32\a.jpg`, "a.jpg\x00.svg", "照片.jpg", strings.Repeat("x", 3000), `"><script>alert(1)</script>.jpg`, ""}
	wrong := regexp.MustCompile(`role="alert">([^<]*(照片|内容过大|没有传完)[^<]*)<`)
	n := 0
	for what, b := range files {
		name := names[n%len(names)]
		if name == "" {
			name = "b.png"
		}
		n++
		status, page := c.send(name, b)
		c.clock.Advance(60e9)
		if status != http.StatusUnprocessableEntity && status != http.StatusRequestEntityTooLarge || !wrong.MatchString(page) {
			t.Errorf("%s as %.40q: %d %.300s", what, name, status, page)
		}
		if strings.Contains(page, "<script>alert(") {
			t.Errorf("%s: the page speaks in the file's words", what)
		}
	}
	if n < 90 {
		t.Errorf("only %d files", n)
	}
	// Two files in one: taken as the photo that it is, and nothing else is kept.
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{payload, "PK\x03\x04" + payload, "%PDF-1.7 " + payload, "<?php " + payload, "\x00\x00\x00\x18ftypmp42" + payload, strings.Repeat(payload, 1000)} {
		if status, page := c.send("照片.jpg", append(bytes.Clone(b.Bytes()), more...)); status != 200 {
			t.Errorf("a photo with something behind it: %d %.200s", status, page)
		}
		c.clock.Advance(60e9)
	}
	kept := 0
	err := filepath.WalkDir(filepath.Join(c.dir, blob.DirName), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte("script")) || !bytes.HasPrefix(text, []byte("\xFF\xD8\xFF")) {
			t.Errorf("%s is kept as it came", path)
		}
		kept++
		return err
	})
	if err != nil || kept == 0 {
		t.Errorf("%v, %d kept", err, kept)
	}
}

// get reads a page.
func (c *citizen) get(path string) (int, string) {
	c.t.Helper()
	resp, err := http.Get(c.base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// guess tries a receipt, with or without the page's computation.
func (c *citizen) guess(work bool) int {
	form := "number=WZ-J-2026-000001&secret=0000000000000000"
	if work {
		_, page := c.get("/track")
		challenge, nonce := limit.SolvePage(page)
		if challenge == "" {
			c.t.Fatal("the page asks for no work")
		}
		form += "&work=" + challenge + "&nonce=" + nonce
	}
	status, _ := c.post("/track", "application/x-www-form-urlencoded", strings.NewReader(form))
	return status
}

// The figures that the arithmetic of docs/threat-model.md stands on.
func TestPublic_GuessingReceiptsIsSlow(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		work         bool
		once, minute int // how many at once from one address, and a minute after that
	}{"with the computation": {true, 10, 10}, "without": {false, 5, 2}} {
		c := newCitizen(t)
		tried := 0
		for range 2 * x.once {
			if c.guess(x.work) != http.StatusTooManyRequests {
				tried++
			}
		}
		if tried != x.once {
			t.Errorf("%s: %d guesses at once from one address, the threat model says %d", name, tried, x.once)
		}
		tried = 0
		for range 3 { // for three minutes, as fast as the limit lets
			c.clock.Advance(60e9)
			for range x.minute + 2 {
				if c.guess(x.work) != http.StatusTooManyRequests {
					tried++
				}
			}
		}
		if tried != 3*x.minute {
			t.Errorf("%s: %d guesses in three minutes from one address, the threat model says %d a minute", name, tried, x.minute)
		}
	}
}

// Whoever fills the gate of those who do no work holds nobody up who works.
func TestPublic_ANarrowGateDoesNotBlockTheWideOne(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	for range 10 {
		c.guess(false)
	}
	if c.guess(false) != http.StatusTooManyRequests || c.guess(true) != http.StatusNotFound {
		t.Error("the flood of others is in the way")
	}
	_, page := c.get("/track")
	challenge, nonce := limit.SolvePage(page)
	form := "number=WZ-J-2026-000001&secret=0000000000000000&work=" + challenge + "&nonce=" + nonce
	for i, want := range []int{http.StatusNotFound, http.StatusTooManyRequests} {
		if status, _ := c.post("/track", "application/x-www-form-urlencoded", strings.NewReader(form)); status != want {
			t.Errorf("solution used time %d: %d, want %d", i+1, status, want)
		}
	}
}
