package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/backup"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
)

var (
	ctx   = context.Background()
	quiet = slog.New(slog.DiscardHandler)
)

func newLog(d *db.DB) *audit.Log { return audit.New(d, "wenzhou", quiet) }

// act is a verb as features write them: audit, event and job in one transaction.
func act(d *db.DB, upload string, reading int64) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		err := audit.Record(ctx, tx, audit.Entry{Actor: "u", Action: "issue.assign", Kind: "issue", Subject: upload, Detail: map[string]int64{"reading": reading}})
		if err != nil {
			return err
		}
		if err := bus.Publish(ctx, tx, "issue.assigned", "issue", upload, "330302", map[string]string{"文": "制表符\t换行\n反斜杠\\"}); err != nil {
			return err
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: "issue.overdue", Payload: "a\\b\nc\td"})
	})
}

// upload stores content as the file store does: under its hash, by rename.
func upload(dir, content string) (string, error) {
	sum := sha256.Sum256([]byte(content))
	name := hex.EncodeToString(sum[:])
	to := filepath.Join(dir, "blob", name[:2], name[2:4])
	if err := os.MkdirAll(to, 0o700); err != nil {
		return "", err
	}
	temp := filepath.Join(to, "."+name)
	if err := os.WriteFile(temp, []byte(content), 0o600); err != nil {
		return "", err
	}
	return name, os.Rename(temp, filepath.Join(to, name))
}

func target(t *testing.T, d *db.DB) backup.Target {
	t.Helper()
	to := backup.Target{Dir: filepath.Join(t.TempDir(), "restored")}
	if d.Engine() == db.Postgres {
		to.URL = dbtest.NewPostgres(t)
	}
	return to
}

func write(t *testing.T, d *db.DB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.backup")
	if _, err := backup.Write(ctx, d, "system:test", "v1", file); err != nil {
		t.Fatal(err)
	}
	return file
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.One(ctx, tx, db.Value[int], query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackup_UnderLoad takes backups while three writers act, upload and store
// readings; each restored copy must be whole in itself.
func TestBackup_UnderLoad(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		l := newLog(d)
		if err := l.Start(ctx); err != nil {
			t.Fatal(err)
		}
		readings := openReadings(t, d)
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for w := range 3 {
			writers.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					name, err := upload(d.Dir(), fmt.Sprintf("writer %d file %d", w, i))
					if err == nil {
						var seq int64
						if seq, err = readings.add(); err == nil {
							err = act(d, name, seq)
						}
					}
					if err == nil && i%5 == 0 {
						err = l.Testify(ctx)
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		var files []string
		for n := range 3 {
			for count(t, d, `SELECT COUNT(*) FROM job`) < (n+1)*12 { // let the writers get ahead
				if t.Failed() {
					break
				}
			}
			files = append(files, write(t, d))
		}
		close(stop)
		writers.Wait()
		if err := l.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			checkRestored(t, d, file)
		}
	})
}

// readings stands for the telemetry store: a month file with its own writer on
// SQLite, nothing beside the database on PostgreSQL.
type readings struct {
	mu   sync.Mutex
	file *sql.DB
	seq  int64
}

func openReadings(t *testing.T, d *db.DB) *readings {
	t.Helper()
	r := &readings{}
	if d.Engine() == db.Postgres {
		return r
	}
	var err error
	if r.file, err = sql.Open("sqlite", db.SQLiteDSN(filepath.Join(d.Dir(), "tele-202611.db"), false)); err != nil {
		t.Fatal(err)
	}
	r.file.SetMaxOpenConns(1)
	t.Cleanup(func() { r.file.Close() })
	if _, err := r.file.Exec(`CREATE TABLE reading (seq INTEGER PRIMARY KEY, raw BLOB)`); err != nil {
		t.Fatal(err)
	}
	return r
}

// add stores a reading durably and returns its number.
func (r *readings) add() (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seq++
	if r.file == nil {
		return r.seq, nil
	}
	_, err := r.file.Exec(`INSERT INTO reading (seq, raw) VALUES ($1, $2)`, r.seq, bytes.Repeat([]byte{byte(r.seq)}, 500))
	return r.seq, err
}

func checkRestored(t *testing.T, d *db.DB, file string) {
	t.Helper()
	to := target(t, d)
	m, report, err := backup.Restore(ctx, file, to, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || report.Size == 0 || m.Engine != d.Engine() || m.Program != "v1" || len(m.Parts) < 4 || m.Bytes() == 0 {
		t.Errorf("%+v, %d parts", report, len(m.Parts))
	}
	back, err := db.Open(ctx, db.Config{Dir: to.Dir, URL: to.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	type done struct {
		upload  string
		reading int64
	}
	var acts []done
	if err := back.Read(ctx, func(tx *db.Tx) (err error) {
		acts, err = db.All(ctx, tx, func(s db.Scanner) (a done, err error) {
			var body string
			err = s.Scan(&a.upload, &body)
			var b struct{ Detail struct{ Reading int64 } }
			err = errors.Join(err, json.Unmarshal([]byte(body), &b))
			a.reading = b.Detail.Reading
			return a, err
		}, `SELECT subject, body FROM audit_entry WHERE action = 'issue.assign'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	newest := int64(0)
	for _, a := range acts {
		newest = max(newest, a.reading)
		if _, err := os.Stat(filepath.Join(to.Dir, "blob", a.upload[:2], a.upload[2:4], a.upload)); err != nil {
			t.Errorf("an act speaks of an upload that is not there: %v", err)
		}
	}
	jobs := count(t, back, `SELECT COUNT(*) FROM job WHERE kind = 'issue.overdue' AND payload = $1`, `"a\\b\nc\td"`)
	events := count(t, back, `SELECT COUNT(*) FROM bus_event WHERE body = $1`, `{"文":"制表符\t换行\n反斜杠\\"}`)
	if len(acts) < 12 || jobs != len(acts) || events != len(acts) {
		t.Errorf("%d acts, %d jobs, %d events: a transaction is torn", len(acts), jobs, events)
	}
	if d.Engine() == db.SQLite {
		h, err := sql.Open("sqlite", db.SQLiteDSN(filepath.Join(to.Dir, "tele-202611.db"), true))
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		var n int64
		if err := h.QueryRow(`SELECT COUNT(*) FROM reading`).Scan(&n); err != nil || n < newest {
			t.Errorf("acts speak of reading %d, but only %d are there (%v)", newest, n, err)
		}
	}
	if _, err := os.Stat(filepath.Join(to.Dir, audit.KeyFile)); err == nil {
		t.Error("the secret signing key is in the backup")
	}
	if n := count(t, back, `SELECT COUNT(*) FROM audit_entry WHERE action = 'system.backup'`); n == 0 {
		t.Error("the backup itself is not in the log")
	}
	// The restored copy goes on: a new key, a longer log, still whole.
	l := newLog(back)
	if err := act(back, strings.Repeat("0", 64), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Checkpoint(ctx); err != nil {
		t.Fatal(err)
	}
	if r, err := l.Verify(ctx); err != nil || !r.OK() || r.Size <= report.Size {
		t.Errorf("after going on: %+v %v", r, err)
	}
}

func TestBackup_LeavesNoSequenceBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("sequences are PostgreSQL's")
		}
		if n := count(t, d, `SELECT COUNT(*) FROM pg_sequences WHERE sequencename NOT LIKE 'goose_%'`); n != 0 {
			t.Errorf("%d sequences, whose places a backup does not hold", n)
		}
	})
}

func TestWrite_RefusesToReplace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := write(t, d)
		if _, err := backup.Write(ctx, d, "system:test", "v1", file); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
		if _, err := backup.Write(ctx, d, "system:test", "v1", filepath.Join(t.TempDir(), "no", "such", "folder")); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
		stopped, stop := context.WithCancel(ctx)
		stop()
		dir := t.TempDir()
		if _, err := backup.Write(stopped, d, "system:test", "v1", filepath.Join(dir, "x")); err == nil {
			t.Error("a stopped backup claims to be done")
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v %v", info.Mode(), err)
		}
	})
}

// still checks that a refused restore left the place as it was.
func still(t *testing.T, to backup.Target) {
	t.Helper()
	left, err := os.ReadDir(to.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) != 0 {
		t.Errorf("left in the folder: %v %v", left, err)
	}
	if to.URL == "" {
		return
	}
	h, err := sql.Open("pgx", to.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	var n int
	if err := h.QueryRow(`SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("left %d tables in the database (%v)", n, err)
	}
}

func TestRestore_RefusesAPlaceInUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := write(t, d)
		to := target(t, d)
		if _, _, err := backup.Restore(ctx, file, backup.Target{Dir: d.Dir(), URL: d.URL()}, quiet); !fault.Is(err, fault.Conflict) {
			t.Errorf("over the living data: %v", err)
		}
		if d.Engine() == db.Postgres {
			if _, _, err := backup.Restore(ctx, file, backup.Target{Dir: to.Dir, URL: d.URL()}, quiet); !fault.Is(err, fault.Conflict) {
				t.Errorf("over the living database: %v", err)
			}
		}
		if err := os.MkdirAll(to.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, _, err := backup.Restore(ctx, file, to, quiet); err != nil {
			t.Errorf("into an empty folder: %v", err)
		}
		if _, _, err := backup.Restore(ctx, file, to, quiet); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second time: %v", err)
		}
	})
}

func TestRestore_RefusesDamage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 20 {
			name, err := upload(d.Dir(), fmt.Sprint("file ", i))
			if err != nil {
				t.Fatal(err)
			}
			if err := act(d, name, 1); err != nil {
				t.Fatal(err)
			}
		}
		good, err := os.ReadFile(write(t, d))
		if err != nil {
			t.Fatal(err)
		}
		flipped := bytes.Clone(good)
		flipped[len(good)/2] ^= 1
		cases := map[string][]byte{
			"cut":          good[:len(good)-200],
			"half":         good[:len(good)/2],
			"flipped":      flipped,
			"empty":        {},
			"not a backup": []byte("hello"),
			"other content": repack(t, good, func(name string, text []byte) (string, []byte) {
				return name, bytes.Replace(text, []byte("file 7"), []byte("file 8"), 1)
			}),
			"a part left out": repack(t, good, func(name string, text []byte) (string, []byte) {
				return drop(strings.HasPrefix(name, "blob/"), name, text)
			}),
			"no manifest":      repack(t, good, func(name string, text []byte) (string, []byte) { return drop(name == "manifest.json", name, text) }),
			"no header":        repack(t, good, func(name string, text []byte) (string, []byte) { return drop(name == "header.json", name, text) }),
			"another format":   repack(t, good, header(`"format": 1`, `"format": 9`)),
			"a newer schema":   repack(t, good, header(`"schema": `, `"schema": 9`)),
			"another engine":   repack(t, good, header(string(d.Engine()), map[db.Engine]string{db.SQLite: "postgres", db.Postgres: "sqlite"}[d.Engine()])),
			"a path outside":   repack(t, good, rename("blob/", "../blob/")),
			"an absolute path": repack(t, good, rename("blob/", "/blob/")),
			"a climbing path":  repack(t, good, rename("blob/", "blob/../../x/")),
			"an unknown name":  repack(t, good, rename("blob/", "bin/")),
			"a strange table":  repack(t, good, rename("tables/job/", "tables/nothing/")),
		}
		if d.Engine() == db.SQLite {
			delete(cases, "a strange table")
		}
		for name, text := range cases {
			file := filepath.Join(t.TempDir(), "bad")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			to := target(t, d)
			if _, _, err := backup.Restore(ctx, file, to, quiet); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			still(t, to)
		}
		to := target(t, d)
		if _, _, err := backup.Restore(ctx, filepath.Join(t.TempDir(), "absent"), to, quiet); !fault.Is(err, fault.Invalid) {
			t.Errorf("absent file: %v", err)
		}
		still(t, to)
	})
}

func drop(it bool, name string, text []byte) (string, []byte) {
	if it {
		return "", nil
	}
	return name, text
}

func header(old, young string) func(string, []byte) (string, []byte) {
	return func(name string, text []byte) (string, []byte) {
		if name == "header.json" {
			text = bytes.Replace(text, []byte(old), []byte(young), 1)
		}
		return name, text
	}
}

func rename(old, young string) func(string, []byte) (string, []byte) {
	return func(name string, text []byte) (string, []byte) { return strings.Replace(name, old, young, 1), text }
}

// repack rewrites a backup entry by entry; an empty name leaves one out. The
// manifest stays as it was, except that the header's new hash enters it.
func repack(t *testing.T, file []byte, change func(name string, text []byte) (string, []byte)) []byte {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	r, tw, changed := tar.NewReader(z), tar.NewWriter(w), false
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, young := change(h.Name, text)
		changed = changed || name != h.Name || !bytes.Equal(young, text)
		if name == "" {
			continue
		}
		h.Name, h.Size = name, int64(len(young))
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(young); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if !changed && t.Name() != "TestRestore_RefusesDamage/sqlite" {
		t.Error("the change changed nothing")
	}
	return out.Bytes()
}
