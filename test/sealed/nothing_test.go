//go:build sealed

package sealed

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// count is how many reports are filed on each engine, half of them insiders'.
var count = 200

func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "qingshao")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/qingshao/qingshao/cmd/qingshao").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return bin
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func run(t *testing.T, bin string, args ...string) string {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v %s", args, err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// answers is what the reporters and officers report.
type answers struct {
	Numbers      []string
	Report       string
	Said         []string
	Confidential together
	Insider      together
	Refusals     map[string]any
	Looked       []struct{ State, Reason string }
}

type together struct {
	Who               struct{ Name string }
	Alone, Admin, Eye any
	Half              string
}

func TestNothingReadable(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	bin := program(t)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) { nothing(t, node, bin, engine) })
	}
}

func nothing(t *testing.T, node, bin, engine string) {
	var b [6]byte
	_, _ = rand.Read(b[:])
	marker, plain := "QX标记"+hex.EncodeToString(b[:]), "KX对照"+hex.EncodeToString(b[:])
	dir := dbtest.Dir(t)
	place := []string{"--data", dir}
	var cluster string
	if engine == "postgres" {
		url := dbtest.NewPostgres(t)
		place = append(place, "--database", url)
		c, err := pgx.Connect(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.QueryRow(context.Background(), "SHOW data_directory").Scan(&cluster); err != nil {
			t.Fatal(err)
		}
		_ = c.Close(context.Background())
	}
	tokens := map[string]string{}
	for login, role := range map[string]string{"desk1": "reward", "desk2": "reward", "eye1": "supervisor", "eye2": "supervisor", "admin": "admin", "clerk": "clerk"} {
		tokens[login] = run(t, bin, append([]string{"user", "add", "--name", login, "--role", role, "--token"}, place...)...)
	}
	addr := free(t)
	logs, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(bin, append([]string{"serve", "--listen", addr, "--hj212", "127.0.0.1:0", "--log-level", "debug", "--proxies", "127.0.0.1/32"}, place...)...)
	server.Stderr, server.Stdout = logs, logs
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	waitFor(t, "http://"+addr+"/readyz")

	script, err := filepath.Abs("../../web/public/seal.js")
	if err != nil {
		t.Fatal(err)
	}
	ask, err := json.Marshal(map[string]any{"url": "http://" + addr, "script": script, "tokens": tokens, "marker": marker, "control": plain, "count": count, "area": "330302"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "reporter.mjs")
	cmd.Stdin = bytes.NewReader(ask)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v %s", err, errs.String())
	}
	var a answers
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	check(t, a, marker)

	// While the server still runs: its memory, what it wrote, a copy of it all.
	want := spellings(marker)
	hits, size := searchMemory(t, server.Process.Pid, want)
	t.Logf("%s: %d MB of memory searched", engine, size>>20)
	if size < 20<<20 {
		t.Errorf("only %d bytes of memory could be read", size)
	}
	report(t, "memory", hits)
	places := map[string]string{"data folder": dir, "log": filepath.Dir(logs.Name()), "backup": copied(t, bin, engine, place)}
	if cluster != "" {
		places["database cluster, WAL included"] = cluster
	}
	for name, p := range places {
		hits, size := searchDir(t, p, want)
		t.Logf("%s: %s, %d kB searched", engine, name, size>>10)
		report(t, name, hits)
		if size == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	// The search can find: what the desk may read is there, in each place that keeps it.
	control := map[string][]byte{"control": []byte(plain)}
	for name, p := range places {
		if hits, _ := searchDir(t, p, control); len(hits) == 0 && name != "log" && (name != "data folder" || cluster == "") {
			t.Errorf("%s: the search does not find what is in the %s", engine, name)
		}
	}
	if hits, _ := searchMemory(t, server.Process.Pid, control); len(hits) == 0 {
		t.Errorf("%s: the search does not find what is in memory", engine)
	}
	// Nor whence they came.
	for name, b := range map[string]string{"an address": "10.1.0.", "a browser": strings.Replace(marker, "标记", "", 1) + "-agent"} {
		if hits, _ := searchDir(t, filepath.Dir(logs.Name()), map[string][]byte{name: []byte(b)}); len(hits) > 0 {
			t.Errorf("the log holds %s: %v", name, hits)
		}
	}
}

// copied makes a backup, unpacks it (on PostgreSQL that is every table as text) and
// restores it.
func copied(t *testing.T, bin, engine string, place []string) string {
	t.Helper()
	dir := t.TempDir()
	file, to := filepath.Join(dir, "backup"), filepath.Join(dir, "restored")
	run(t, bin, append([]string{"backup", "--to", file}, place...)...)
	target := []string{"restore", "--from", file, "--data", to}
	if engine == "postgres" {
		target = append(target, "--database", dbtest.NewPostgres(t)) // in the same cluster, which is searched afterwards
	}
	run(t, bin, target...)
	unpack(t, file, filepath.Join(dir, "unpacked"))
	return dir
}

func report(t *testing.T, where string, hits []string) {
	t.Helper()
	if len(hits) > 5 {
		hits = append(hits[:5], strconv.Itoa(len(hits)-5)+" more")
	}
	if len(hits) > 0 {
		t.Errorf("a marker can be read in the %s: %s", where, strings.Join(hits, "\n"))
	}
}

func check(t *testing.T, a answers, marker string) {
	t.Helper()
	if len(a.Numbers) != count {
		t.Errorf("%d filed", len(a.Numbers))
	}
	for name, x := range map[string]together{"confidential": a.Confidential, "insider": a.Insider} {
		if !strings.HasPrefix(x.Who.Name, marker) {
			t.Errorf("%s: the two did not open it together: %+v", name, x)
		}
		for who, status := range map[string]any{"the desk alone": x.Alone, "an administrator": x.Admin, "the oversight": x.Eye} {
			if !refusal(status) {
				t.Errorf("%s: %s was answered %v", name, who, status)
			}
		}
		if x.Half != "closed" {
			t.Errorf("%s: one share opened it", name)
		}
	}
	if !strings.HasPrefix(a.Report, marker) || len(a.Said) != 2 || !strings.HasPrefix(a.Said[0], marker) {
		t.Errorf("the conversation: %q %q", a.Report, a.Said)
	}
	for who, status := range a.Refusals {
		if !refusal(status) {
			t.Errorf("%s: %v", who, status)
		}
	}
	if len(a.Looked) != 1 || a.Looked[0].Reason == "" {
		t.Errorf("the reporter sees %+v of the openings", a.Looked)
	}
}

// refusal tells a refusal from an accident: forbidden, not there for this person, or
// not in this state.
func refusal(status any) bool {
	return status == float64(http.StatusForbidden) || status == float64(http.StatusNotFound) || status == float64(http.StatusConflict)
}

func waitFor(t *testing.T, url string) {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		if r, err := http.Get(url); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the program did not start")
}
