//go:build sealed

package sealed

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
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

// picture is a photo that looks like no other, without anything beside the picture.
func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 96, 64))
	_, _ = rand.Read(m.Pix)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// heart are bytes of the picture itself, as it was sent.
func heart(photo []byte) []byte { return photo[len(photo)/2 : len(photo)/2+48] }

// answers is what the reporters and officers report.
type answers struct {
	Numbers      []string
	Passphrases  map[string]string
	Photo        []byte
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
	marker, plain, position := "QX标记"+hex.EncodeToString(b[:]), "KX对照"+hex.EncodeToString(b[:]), "PX位置"+hex.EncodeToString(b[:])
	sealedPhoto, openPhoto := picture(t), picture(t)
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
	server := serve(t, bin, place)
	var a answers
	script(t, node, "reporter.mjs", map[string]any{"url": server.url, "tokens": tokens, "marker": marker, "control": plain, "position": position, "count": count, "area": "330302",
		"photos": map[string]any{"sealed": sealedPhoto, "open": openPhoto}}, &a)
	check(t, a, marker)
	if !bytes.Contains(a.Photo, heart(sealedPhoto)) || !bytes.Contains(a.Photo, []byte(marker)) {
		t.Error("the desk did not get the photo that an insider sealed")
	}

	// While the server still runs: its memory, the database's, what they wrote, a copy
	// of it all.
	want := spellings(marker)
	for how, b := range encodings(heart(sealedPhoto)) {
		want["a sealed photo "+how] = b
	}
	control := map[string][]byte{"control": []byte(plain)}
	memory(t, engine+": the program's memory", []int{server.pid}, want, control)
	if cluster != "" {
		pids := postgres(t, cluster)
		if len(pids) < 3 {
			t.Errorf("only %d processes of PostgreSQL were found", len(pids))
		}
		memory(t, engine+": the memory of the database's processes", pids, want, control)
	}
	from := copied(t, bin, engine, place)
	places := map[string]string{"data folder": dir, "log": server.logs, "backup": from.dir}
	if cluster != "" {
		places["database cluster, WAL included"] = cluster
	}
	// Where a photo was taken is known to the program for a moment, if the reporter's
	// browser left it in; it is written nowhere.
	for how, b := range spellings(position) {
		want["a photo's position "+how] = b
	}
	for how, b := range encodings(heart(openPhoto)) {
		want["a photo not drawn anew "+how] = b
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
	for name, p := range places {
		if hits, _ := searchDir(t, p, control); len(hits) == 0 && name != "log" && (name != "data folder" || cluster == "") {
			t.Errorf("%s: the search does not find what is in the %s", engine, name)
		}
	}
	if hits, _ := searchDir(t, dir, map[string][]byte{"a photo": {0xff, 0xd8, 0xff}}); len(hits) == 0 {
		t.Error("the photos that the desk may see are not in the data folder")
	}
	// Nor whence they came.
	for name, b := range map[string]string{"an address": "10.1.0.", "a browser": strings.Replace(marker, "标记", "", 1) + "-agent"} {
		if hits, _ := searchDir(t, server.logs, map[string][]byte{name: []byte(b)}); len(hits) > 0 {
			t.Errorf("the log holds %s: %v", name, hits)
		}
	}

	// The administrator has all of it: a copy to serve, and the place itself.
	restored := serve(t, bin, from.place)
	steal(t, node, bin, engine+": a restored backup", restored, from.place, a.Passphrases, marker)
	memory(t, engine+": memory of the program that serves the restored backup", []int{restored.pid}, spellings(marker), nil)
	steal(t, node, bin, engine+": the place itself", server, place, nil, marker)
}

// steal lets an administrator with the disk and the command line try every way.
func steal(t *testing.T, node, bin, where string, s served, place []string, passphrases map[string]string, marker string) {
	t.Helper()
	passwords := map[string]string{}
	for _, login := range []string{"desk1", "desk2", "eye1", "eye2"} {
		passwords[login] = run(t, bin, append([]string{"user", "reset-password", "--login", login}, place...)...)
	}
	for login, role := range map[string]string{"thief1": "reward", "thief2": "reward", "thief3": "supervisor", "thief4": "supervisor"} {
		passwords[login] = run(t, bin, append([]string{"user", "add", "--name", login, "--role", role}, place...)...)
	}
	var out struct {
		Attempts map[string]string
		Right    string
	}
	script(t, node, "thief.mjs", map[string]any{"url": s.url, "passwords": passwords, "passphrases": passphrases, "marker": marker}, &out)
	keys := 0
	for what, became := range out.Attempts {
		switch {
		case became == "closed":
			keys++
		case !strings.HasPrefix(became, "refused: "):
			t.Errorf("%s: %s: %s", where, what, became)
		default:
			t.Logf("%s: %s: %s", where, what, became)
		}
	}
	t.Logf("%s: %d of %d attempts failed at the key, the others before it", where, keys, len(out.Attempts))
	if keys < 40 {
		t.Errorf("%s: only %d attempts came as far as a key", where, keys)
	}
	if passphrases != nil && !strings.HasPrefix(out.Right, marker) {
		t.Errorf("%s: the right people could not open it: %q", where, out.Right)
	}
}

// memory searches processes while they run. control, where there is one, must be
// found.
func memory(t *testing.T, where string, pids []int, want, control map[string][]byte) {
	t.Helper()
	var all int64
	known := false
	for i, pid := range pids {
		hits, size := searchMemory(t, pid, i == 0, want)
		report(t, where, hits)
		all += size
		if hits, _ := searchMemory(t, pid, i == 0, control); len(hits) > 0 {
			known = true
		}
	}
	t.Logf("%s: %d processes, %d MB searched", where, len(pids), all>>20)
	if all < 20<<20 {
		t.Errorf("%s: only %d bytes could be read", where, all)
	}
	if control != nil && !known {
		t.Errorf("%s: the search does not find what is there", where)
	}
}

// served is a running program.
type served struct {
	url, logs string
	pid       int
}

func serve(t *testing.T, bin string, place []string) served {
	t.Helper()
	s := served{logs: t.TempDir()}
	addr := free(t)
	log, err := os.Create(filepath.Join(s.logs, "log"))
	if err != nil {
		t.Fatal(err)
	}
	// Signing in with a code has tests of its own, and who holds the machine can switch it off.
	cmd := exec.Command(bin, append([]string{"serve", "--listen", addr, "--hj212", "127.0.0.1:0", "--log-level", "debug", "--login-two-step", "none", "--proxies", "127.0.0.1/32"}, place...)...)
	cmd.Stderr, cmd.Stdout = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s.url, s.pid = "http://"+addr, cmd.Process.Pid
	waitFor(t, s.url+"/readyz")
	return s
}

// script runs one of the programs beside this file: one JSON object in, one out.
func script(t *testing.T, node, file string, in map[string]any, out any) {
	t.Helper()
	code, err := filepath.Abs("../../web/public/seal.js")
	if err != nil {
		t.Fatal(err)
	}
	in["script"] = code
	ask, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, file)
	cmd.Stdin = bytes.NewReader(ask)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v %s", file, err, errs.String())
	}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatalf("%s: %v %s", file, err, b)
	}
}

// backup is one: unpacked (on PostgreSQL that is every table as text) and
// restored in a folder, and what starts the program on it.
type backup struct {
	dir   string
	place []string
}

func copied(t *testing.T, bin, engine string, place []string) backup {
	t.Helper()
	dir := t.TempDir()
	file, to := filepath.Join(dir, "backup"), filepath.Join(dir, "restored")
	run(t, bin, append([]string{"backup", "--to", file}, place...)...)
	there := []string{"--data", to}
	if engine == "postgres" {
		there = append(there, "--database", dbtest.NewPostgres(t)) // in the same cluster, which is searched afterwards
	}
	run(t, bin, append([]string{"restore", "--from", file}, there...)...)
	unpack(t, file, filepath.Join(dir, "unpacked"))
	return backup{dir, there}
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
