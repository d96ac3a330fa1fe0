package seal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
)

func TestBox(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sealed, err := New(dir).Seal([]byte("0123456789abcdef"), "device 1")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("012345")) {
		t.Error("the secret can be read")
	}
	info, err := os.Stat(filepath.Join(dir, KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	again := New(dir) // after a restart
	if got, err := again.Open(sealed, "device 1"); err != nil || string(got) != "0123456789abcdef" {
		t.Errorf("%q %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"of another device": func() ([]byte, error) { return again.Open(sealed, "device 2") },
		"cut":               func() ([]byte, error) { return again.Open(sealed[:5], "device 1") },
		"of another folder": func() ([]byte, error) { return New(t.TempDir()).Open(sealed, "device 1") },
		"without a folder":  func() ([]byte, error) { return New("").Open(sealed, "device 1") },
	} {
		if got, err := open(); !fault.Is(err, fault.Unavailable) || got != nil {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestBox_BrokenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, KeyFile), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(dir).Seal([]byte("x"), "y"); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}
