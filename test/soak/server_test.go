//go:build soak

package soak

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var binary struct {
	once sync.Once
	path string
	err  error
}

// qingshao builds the program once.
func qingshao(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		dir, err := os.MkdirTemp("", "qingshao-soak-")
		if err != nil {
			binary.err = err
			return
		}
		binary.path = filepath.Join(dir, "qingshao")
		cmd := exec.Command("go", "build", "-o", binary.path, "github.com/qingshao/qingshao/cmd/qingshao")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("build: %w: %s", err, out)
		}
	})
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return binary.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if binary.path != "" {
		if err := os.RemoveAll(filepath.Dir(binary.path)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// site is one installation: a data folder, perhaps a PostgreSQL, and the
// addresses at which its server answers.
type site struct {
	t        *testing.T
	dir      string
	database string
	http     string
	hj212    string
	token    string
	more     []string // further arguments of the server
	cmd      *exec.Cmd
	done     chan error
	log      *bytes.Buffer
}

func newSite(t *testing.T, database string) *site {
	t.Helper()
	return &site{t: t, dir: t.TempDir(), database: database, http: freePort(t), hj212: freePort(t)}
}

// freePort picks a port below those that the system hands out by itself: a
// server that is killed must find its port free again, and the demo's own
// connections must not take it.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000)))
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().String()
	}
	t.Fatal("no free port")
	return ""
}

func (s *site) data(args ...string) []string {
	args = append(args, "--data", s.dir)
	if s.database != "" {
		args = append(args, "--database", s.database)
	}
	return args
}

// start starts the server, under the commands of wrap if there are any, and
// waits until it is ready.
func (s *site) start(wrap ...string) {
	s.t.Helper()
	s.launch(20*time.Second, append(wrap, append([]string{qingshao(s.t)}, s.data(append([]string{"serve", "--listen", s.http, "--hj212", s.hj212, "--profile", "wenzhou"}, s.more...)...)...)...))
}

// demo starts the demonstration in place of a bare server.
func (s *site) demo() {
	s.t.Helper()
	s.launch(2*time.Minute, append([]string{qingshao(s.t)}, s.data("demo", "--listen", s.http, "--hj212", s.hj212)...))
}

func (s *site) launch(patience time.Duration, argv []string) {
	s.t.Helper()
	s.cmd = exec.Command(argv[0], argv[1:]...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	s.log = &bytes.Buffer{}
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.done = make(chan error, 1)
	go func(c *exec.Cmd, done chan error) { done <- c.Wait() }(s.cmd, s.done)
	deadline := time.Now().Add(patience)
	for {
		res, err := http.Get("http://" + s.http + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-s.done:
			s.t.Fatalf("the server ended: %v\n%s", err, s.log)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.kill()
			s.t.Fatalf("the server is not ready: %s", s.log)
		}
	}
}

// kill ends the server as a power cut would end it.
func (s *site) kill() {
	s.t.Helper()
	if err := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	<-s.done
}

// stop ends the server as an administrator would.
func (s *site) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.done:
		if err != nil {
			s.t.Errorf("clean stop: %v\n%s", err, s.log)
		}
	case <-time.After(10 * time.Second):
		s.kill()
		s.t.Errorf("the server did not stop within 10 s")
	}
}

// command runs a command of the program and returns what it printed.
func (s *site) command(args ...string) []byte {
	s.t.Helper()
	cmd := exec.Command(qingshao(s.t), s.data(args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%v: %v: %s", args, err, errs.String())
	}
	return out
}

// stored is one line of telemetry export.
type stored struct {
	MN       string `json:"mn"`
	CN       string `json:"cn"`
	DataTime string `json:"datatime"`
	PNO      int    `json:"pno"`
	Version  int    `json:"version"`
	Raw      string `json:"raw"`
}

func (s *site) export() []stored {
	s.t.Helper()
	var out []stored
	sc := bufio.NewScanner(bytes.NewReader(s.command("telemetry", "export")))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var e stored
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, e)
	}
	if err := sc.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// get reads a resource of the interface.
func (s *site) get(path string, out any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+s.http+"/api/v1"+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.log)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %s\n%s", path, res.StatusCode, text, s.log)
	}
	if err := json.Unmarshal(text, out); err != nil {
		s.t.Fatal(err)
	}
}

// alarms lists what the rules found, in words that do not depend on ids,
// numbers or the time of the run.
func (s *site) alarms() []string {
	s.t.Helper()
	var out []string
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Rule, Level, Factor, Summary string
				OutletName                   string  `json:"outlet_name"`
				EnterpriseName               string  `json:"enterprise_name"`
				StartedAt                    string  `json:"started_at"`
				LastAt                       string  `json:"last_at"`
				EndedAt                      string  `json:"ended_at"`
				Value                        float64 `json:"value"`
				Peak                         float64 `json:"peak"`
			}
			Next string
		}
		path := "/alarms?limit=200"
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		s.get(path, &page)
		for _, a := range page.Items {
			out = append(out, fmt.Sprintf("%s %s %s %s %s %s–%s(%s) %v %v", a.EnterpriseName, a.OutletName, a.Rule, a.Level, a.Factor, a.StartedAt, a.LastAt, a.EndedAt, a.Value, a.Peak))
		}
		if cursor = page.Next; cursor == "" {
			sort.Strings(out)
			return out
		}
	}
}

// clues lists what the alarms handed in; a crash must neither lose nor double one.
func (s *site) clues() []string {
	s.t.Helper()
	var page struct {
		Items []struct{ Title, Text, Area string }
		Next  string
	}
	s.get("/clues?source=alarm&limit=200", &page)
	if page.Next != "" {
		s.t.Fatal("more than 200 clues")
	}
	var out []string
	for _, c := range page.Items {
		out = append(out, fmt.Sprintf("clue: %s %s", c.Area, c.Title))
	}
	sort.Strings(out)
	return out
}

// settled waits until the rules have caught up: the list of alarms, and of the
// clues that came of them, stays the same for three seconds.
func (s *site) settled() []string {
	s.t.Helper()
	last, same := "", 0
	for range 120 {
		list := append(s.alarms(), s.clues()...)
		if text := strings.Join(list, "\n"); text == last {
			if same++; same == 3 {
				return list
			}
		} else {
			last, same = text, 0
		}
		<-time.After(time.Second)
	}
	s.t.Fatal("the alarms do not come to rest")
	return nil
}
