package tip_test

import (
	"os"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/discover/tip"
)

// What a reporter is promised and what the threat model says is one table.
func TestModes_AsInTheThreatModel(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	say := func(yes bool, a, b string) string {
		if yes {
			return a
		}
		return b
	}
	for _, m := range tip.Modes() {
		row := "| " + strings.Join([]string{m.Title, m.Contact, m.Text, m.Media, say(m.Listed, "可以", "永不"), say(m.Draft, "有", "无"), say(m.Similar, "有", "无")}, " | ") + " |"
		if !strings.Contains(string(doc), "\n"+row) {
			t.Errorf("docs/threat-model.md has no row %q", row)
		}
		if m.Sealed && (m.Draft || m.Similar || m.Listed || m.Instead == "") {
			t.Errorf("%s would leave traces in the clear: %+v", m.Title, m)
		}
	}
}
