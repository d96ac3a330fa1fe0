package web

import (
	"io/fs"
	"testing"
)

func TestFS_HoldsTheBuildOrThePlaceholder(t *testing.T) {
	t.Parallel()
	name := "placeholder"
	if Built() {
		name = "index.html"
	}
	b, err := fs.ReadFile(FS(), name)
	if err != nil {
		t.Fatalf("the embedded folder lacks %s: %v", name, err)
	}
	if len(b) == 0 {
		t.Fatalf("%s is empty", name)
	}
}
