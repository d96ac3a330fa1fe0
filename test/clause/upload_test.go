package clause

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// wave is a sound recording that names who made it.
func wave(samples int) []byte {
	body := bytes.Repeat([]byte("sample!!"), samples/8)
	return append([]byte("RIFF\x30\x00\x00\x00WAVEfmt \x10\x00\x00\x000123456789abcdefLIST\x06\x00\x00\x00Zhang\x00data"+string([]byte{byte(len(body)), byte(len(body) >> 8), byte(len(body) >> 16), 0})), body...)
}

// piece sends a request of the script that uploads.
func (w *world) piece(t *testing.T, method, id string, head map[string]string, body []byte) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+w.app.Addr()+"/public/upload"+id, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range head {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

// A recording goes piece by piece, over a restart, into a report, and loses what it
// carried along.
func TestUpload_GoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite", "wenzhou")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.public = &http.Client{Jar: jar}
	sound := wave(300_000)
	begun := w.piece(t, "POST", "", map[string]string{"Upload-Length": fmt.Sprint(len(sound))}, nil)
	id := strings.TrimPrefix(begun.Header.Get("Location"), "/public/upload")
	if begun.StatusCode != 201 || id == "" {
		t.Fatalf("%d %q", begun.StatusCode, id)
	}
	for _, x := range []struct {
		method, id string
		head       map[string]string
		want       int
	}{
		{"POST", "", nil, 422}, {"POST", "", map[string]string{"Upload-Length": "0"}, 422}, {"POST", "", map[string]string{"Upload-Length": "999999999"}, 413},
		{"PATCH", id, nil, 422}, {"PATCH", id, map[string]string{"Upload-Offset": "5"}, 409}, {"PATCH", "/nobody", map[string]string{"Upload-Offset": "0"}, 404}, {"GET", "/nobody", nil, 404},
	} {
		if got := w.piece(t, x.method, x.id, x.head, nil).StatusCode; got != x.want {
			t.Errorf("%s %s %v: %d, want %d", x.method, x.id, x.head, got, x.want)
		}
	}
	if got := w.piece(t, "PATCH", id, map[string]string{"Upload-Offset": "0"}, sound[:100_000]); got.StatusCode != 204 || got.Header.Get("Upload-Offset") != "100000" {
		t.Fatalf("%d at %s", got.StatusCode, got.Header.Get("Upload-Offset"))
	}
	report := url.Values{"mode": {"public"}, "text": {"夜里有噪声"}, "answer.when": {"night"}, "area": {"330302"}, "upload": {strings.TrimPrefix(id, "/")}}
	send := func() (int, string) {
		t.Helper()
		resp, err := w.public.PostForm("http://"+w.app.Addr()+"/public/report/noise", report)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	if status, page := send(); status != 422 || !strings.Contains(page, "还有文件没有传完") || !strings.Contains(page, "夜里有噪声") {
		t.Errorf("half a recording: %d %s", status, page)
	}
	w.stop()
	w.start()
	stands := w.piece(t, "GET", id, nil, nil)
	if at := stands.Header.Get("Upload-Offset"); stands.StatusCode != 204 || at != "100000" {
		t.Fatalf("after the restart: %d at %s", stands.StatusCode, at)
	}
	if got := w.piece(t, "PATCH", id, map[string]string{"Upload-Offset": "100000"}, sound[100_000:]); got.StatusCode != 204 {
		t.Fatalf("%d", got.StatusCode)
	}
	report.Set("text", "") // what is wrong with the form costs no upload
	if status, page := send(); status != 422 || !strings.Contains(page, strings.TrimPrefix(id, "/")) {
		t.Errorf("without words: %d, and the upload is forgotten", status)
	}
	report.Set("text", "夜里有噪声")
	status, page := send()
	if status != 200 || !regexp.MustCompile(`data-secret>`).MatchString(page) {
		t.Fatalf("%d %s", status, page)
	}
	if got := w.piece(t, "GET", id, nil, nil).StatusCode; got != 404 {
		t.Errorf("what was taken still lies in between: %d", got)
	}
	if err := w.actor("clerk 受理员 role=clerk area=330302"); err != nil {
		t.Fatal(err)
	}
	w.who = "clerk"
	vars := map[string]string{}
	for _, x := range []struct{ path, check string }{{"/tips", "items[0].id -> tip"}, {"/tips/${tip}", "files[0].id -> file"}, {"/tips/${tip}", "files[0].name = 录音1.wav"}, {"/files/${file}", "without Zhang"}, {"/files/${file}", "contains sample!!"}} {
		path, err := expand(x.path, vars, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.request("GET", path, "application/json", nil); err != nil {
			t.Fatal(err)
		}
		if err := check(w.answer, w.raw, x.check, vars); err != nil {
			t.Errorf("%s %s: %v", path, x.check, err)
		}
	}
}
