//go:build sealed

package sealed

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// searchDir looks into every file of a folder and gives how many bytes that were.
func searchDir(t *testing.T, dir string, want map[string][]byte) (hits []string, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // files come and go while the program runs
		}
		f, err := os.Open(p)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil {
			size += info.Size()
		}
		how, err := found(f, want)
		for _, h := range how {
			hits = append(hits, p+" "+h)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hits, size
}

// postgres lists the processes of a database server: the first, and its children.
func postgres(t *testing.T, cluster string) (pids []int) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(cluster, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		b, err := os.ReadFile(p)
		if err != nil {
			continue // it has ended
		}
		pid, rest, _ := strings.Cut(string(b), " (")
		_, rest, _ = strings.Cut(rest, ") ")
		if f := strings.Fields(rest); len(f) > 1 && (pid == first || f[1] == first) {
			n, err := strconv.Atoi(pid)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, n)
		}
	}
	return pids
}

// searchMemory looks into the readable memory of a process; what it shares with
// others need be read once only.
func searchMemory(t *testing.T, pid int, shared bool, want map[string][]byte) (hits []string, size int64) {
	t.Helper()
	maps, err := os.Open("/proc/" + strconv.Itoa(pid) + "/maps")
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	mem, err := os.Open("/proc/" + strconv.Itoa(pid) + "/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 2 || f[1][0] != 'r' || strings.Contains(lines.Text(), "[v") || f[1][3] == 's' && !shared {
			continue
		}
		a, b, _ := strings.Cut(f[0], "-")
		from, err1 := strconv.ParseUint(a, 16, 64)
		to, err2 := strconv.ParseUint(b, 16, 64)
		if err1 != nil || err2 != nil {
			continue
		}
		how, err := found(io.NewSectionReader(mem, int64(from), int64(to-from)), want)
		if err == nil {
			size += int64(to - from)
		}
		for _, h := range how {
			hits = append(hits, f[0]+" "+h)
		}
	}
	return hits, size
}

// unpack writes the parts of a backup side by side.
func unpack(t *testing.T, file, to string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	parts := tar.NewReader(z)
	for n := 0; ; n++ {
		if _, err := parts.Next(); errors.Is(err, io.EOF) {
			if n == 0 {
				t.Error("the backup is empty")
			}
			return
		} else if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(parts)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, strconv.Itoa(n)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
