package clause

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// TestClauses runs every script on both engines.
func TestClauses(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, f := range files {
		for _, engine := range []string{"sqlite", "postgres"} {
			t.Run(strings.TrimSuffix(f, ".txt")+"/"+engine, func(t *testing.T) {
				t.Parallel()
				steps := parse(t, f)
				w := newWorld(t, engine, placeOf(&steps))
				for _, s := range steps {
					if err := w.do(s); err != nil {
						t.Fatalf("%s:%d: %s\n%v\nlast answer: %d %s", f, s.line, s.text, err, w.status, short(w.raw))
					}
				}
			})
		}
	}
}

func short(s string) string {
	if len(s) > 3000 {
		return s[:3000] + "…"
	}
	return s
}

// world is the program under test and what the script knows of it.
type world struct {
	t      *testing.T
	conf   app.Config
	app    *app.App
	clock  *dbtest.Clock
	tokens map[string]string
	vars   map[string]string
	who    string
	status int
	raw    string
	answer any
	public *http.Client // a citizen's browser
	device net.Conn
	lines  *bufio.Reader
	sinks
}

// placeOf takes the line that says where a script plays off its beginning; a
// script without one plays in Wenzhou.
func placeOf(steps *[]step) string {
	if len(*steps) > 0 {
		if place, ok := strings.CutPrefix((*steps)[0].text, "profile "); ok {
			*steps = (*steps)[1:]
			return strings.TrimSpace(place)
		}
	}
	return "wenzhou"
}

func newWorld(t *testing.T, engine, profile string) *world {
	t.Helper()
	w := &world{t: t, clock: dbtest.NewClock(), tokens: map[string]string{}, vars: map[string]string{}}
	w.conf = app.Config{Dir: dbtest.Dir(t), Listen: "127.0.0.1:0", HJ212: "127.0.0.1:0", MQTT: "127.0.0.1:0", NotifyPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Profile: profile, Version: "test",
		Now: w.clock.Now, Manual: true, Log: slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	if engine == "postgres" {
		w.conf.Database = dbtest.NewPostgres(t)
	}
	w.start()
	t.Cleanup(w.stop)
	return w
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func (w *world) start() {
	w.t.Helper()
	a, err := app.New(context.Background(), w.conf)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := a.Start(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	w.app = a
}

func (w *world) stop() {
	w.t.Helper()
	if w.device != nil {
		w.device.Close()
		w.device = nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.app.Stop(ctx); err != nil {
		w.t.Error(err)
	}
}

// do carries out one step.
func (w *world) do(s step) error {
	text, err := expand(s.text, w.vars, w.clock.Now())
	if err != nil {
		return err
	}
	verb, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch verb {
	case "actor":
		return w.actor(rest)
	case "as":
		if _, ok := w.tokens[rest]; !ok && rest != "nobody" {
			return fmt.Errorf("no actor %s", rest)
		}
		w.who = rest
		return nil
	case "GET", "POST", "PATCH", "DELETE":
		body, err := expand(strings.Join(s.body, "\n"), w.vars, w.clock.Now())
		if err != nil {
			return err
		}
		return w.request(verb, rest, "application/json", strings.NewReader(body))
	case "FORM", "PAGE":
		return w.browse(verb, rest, s.body)
	case "key":
		return w.key(rest)
	case "report":
		body, err := expand(strings.Join(s.body, "\n"), w.vars, w.clock.Now())
		if err != nil {
			return err
		}
		return w.report(rest, body)
	case "publish":
		body, err := expand(strings.Join(s.body, "\n"), w.vars, w.clock.Now())
		if err != nil {
			return err
		}
		return w.publish(rest, body)
	case "mailbox", "mails", "hook", "hooks":
		return w.sink(verb, rest, s.body)
	case "UPLOAD":
		return w.upload(rest)
	case "SEND":
		return w.sendFile(rest, s.body)
	case "device":
		return w.connect(rest)
	case "send":
		return w.send(rest)
	case "garble":
		return w.garble(rest)
	case "answer":
		return w.expectAnswer(rest)
	case "advance":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		w.clock.Advance(d)
		return w.app.Settle(context.Background())
	case "restart":
		w.stop()
		w.start()
		return w.app.Settle(context.Background())
	}
	if code, err := strconv.Atoi(verb); err == nil && rest == "" {
		return w.expect(code, s.body)
	}
	return fmt.Errorf("unknown command %q", verb)
}

var personWords = regexp.MustCompile(`(\w+)=(\S+)`)

func (w *world) actor(rest string) error {
	words := strings.Fields(rest)
	u := auth.Account{Profile: auth.Profile{Login: words[0], Name: words[0]}}
	if len(words) > 1 && !strings.Contains(words[1], "=") {
		u.Name = words[1]
	}
	for _, m := range personWords.FindAllStringSubmatch(rest, -1) {
		switch m[1] {
		case "role":
			for _, r := range strings.Split(m[2], ",") {
				u.Roles = append(u.Roles, auth.Role(r))
			}
		case "area":
			u.Area = m[2]
		case "agency":
			u.Agency = m[2]
		case "enterprise":
			u.Enterprise = m[2]
		case "email":
			u.Email = m[2]
		case "phone":
			u.Phone = m[2]
		default:
			return fmt.Errorf("unknown word %s", m[0])
		}
	}
	id, token, err := w.app.AddUser(context.Background(), u)
	if err != nil {
		return err
	}
	w.tokens[words[0]], w.vars[words[0]] = token, id
	return nil
}

func (w *world) request(method, path, kind string, body io.Reader) error {
	url := "http://" + w.app.Addr()
	if !strings.HasPrefix(path, "/healthz") && !strings.HasPrefix(path, "/readyz") && !strings.HasPrefix(path, "/openapi") {
		url += "/api/v1"
	}
	r, err := http.NewRequest(method, url+strings.ReplaceAll(path, "+", "%2B"), body)
	if err != nil {
		return err
	}
	if method != "GET" && method != "DELETE" {
		r.Header.Set("Content-Type", kind)
	}
	if t := w.tokens[w.who]; t != "" {
		r.Header.Set("Authorization", "Bearer "+t)
	}
	return w.ask(http.DefaultClient, r)
}

// ask sends a request, keeps the answer and lets due work run.
func (w *world) ask(c *http.Client, r *http.Request) error {
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	w.status, w.raw, w.answer = resp.StatusCode, string(text), nil
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber() // 31.50 stays 31.50
		if err := d.Decode(&w.answer); err != nil && strings.HasPrefix(w.raw, "{") && !strings.Contains(w.raw, "\n{") {
			return fmt.Errorf("answer is not JSON: %w", err)
		}
	}
	return w.app.Settle(context.Background())
}

// onePixel is the smallest lawful PNG picture.
const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func (w *world) upload(name string) error {
	png, err := base64.StdEncoding.DecodeString(onePixel)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := f.Write(png); err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	return w.request("POST", "/files", m.FormDataContentType(), &b)
}

func (w *world) connect(string) error {
	if w.device != nil {
		w.device.Close()
	}
	c, err := net.Dial("tcp", w.app.HJ212())
	if err != nil {
		return err
	}
	w.device, w.lines = c, bufio.NewReader(c)
	return nil
}

func (w *world) send(segment string) error {
	frame, err := hj212.AppendSegment(nil, []byte(segment))
	if err != nil {
		return err
	}
	return w.write(frame)
}

// garble sends the frame with one byte changed on the way.
func (w *world) garble(segment string) error {
	frame, err := hj212.AppendSegment(nil, []byte(segment))
	if err != nil {
		return err
	}
	frame[len(frame)/2] ^= 1
	return w.write(frame)
}

func (w *world) write(frame []byte) error {
	if w.device == nil {
		if err := w.connect(""); err != nil {
			return err
		}
	}
	_, err := w.device.Write(frame)
	return err
}

// expectAnswer reads the device's next answer; an answer means that the frame
// is durable, so the rules may then run. That a frame was not answered shows in
// the next answer being another's. A name behind the CN keeps the QN, so that the
// device can answer a command.
func (w *world) expectAnswer(rest string) error {
	cn, name, _ := strings.Cut(rest, " ")
	if err := w.device.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	line, err := w.lines.ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.Contains(line, "CN="+cn+";") {
		return fmt.Errorf("the answer is %q", line)
	}
	if name != "" {
		var f hj212.Frame
		if err := hj212.ParseFrame([]byte(line), &f); err != nil {
			return err
		}
		w.vars[name] = string(f.QN)
	}
	return w.app.Settle(context.Background())
}

func (w *world) expect(code int, checks []string) error {
	if w.status != code {
		return fmt.Errorf("status %d, want %d", w.status, code)
	}
	for _, line := range checks {
		line, err := expand(line, w.vars, w.clock.Now())
		if err != nil {
			return err
		}
		if err := check(w.answer, w.raw, line, w.vars); err != nil {
			return err
		}
	}
	return nil
}
