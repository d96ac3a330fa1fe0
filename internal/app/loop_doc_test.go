package app

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/rule"
)

var update = flag.Bool("update", false, "rewrite the diagrams of docs/loop.md")

// TestLoopDocument keeps the diagrams of docs/loop.md equal to the tables.
func TestLoopDocument(t *testing.T) {
	a, err := New(context.Background(), Config{Dir: t.TempDir(), Profile: "wenzhou", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	const file = "../../docs/loop.md"
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(old)
	for _, m := range []*flow.Machine{rule.Machine, a.clues.Machine(), a.issues.Machine(), supervise.Machine} {
		block := regexp.MustCompile(`(?s)<!-- flow:` + m.Kind + ` -->\n.*?<!-- /flow -->`)
		if !block.MatchString(text) {
			t.Errorf("no place for %s", m.Kind)
		}
		text = block.ReplaceAllLiteralString(text, "<!-- flow:"+m.Kind+" -->\n```mermaid\n"+m.Mermaid()+"```\n<!-- /flow -->")
	}
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(old), text); diff != "" {
		t.Errorf("docs/loop.md is stale; run go test ./internal/app -run Loop -update\n%s", diff)
	}
}
