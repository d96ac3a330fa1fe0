package audit

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// memory stores nodes as the table does.
type memory map[int64]tlog.Hash

func (m memory) ReadHashes(idx []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(idx))
	for i, x := range idx {
		h, ok := m[x]
		if !ok {
			return nil, fmt.Errorf("node %d is missing", x)
		}
		out[i] = h
	}
	return out, nil
}

// The frontier must store exactly the nodes that tlog would, at every size, and
// go on from any size as if it had never stopped.
func TestFrontier_IsTheTreeOfRFC6962(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 300).Draw(t, "n")
		stop := rapid.Int64Range(0, n).Draw(t, "restart at")
		ours, theirs := memory{}, memory{}
		var f frontier
		for i := int64(0); i < n; i++ {
			if i == stop {
				peaks, err := ours.ReadHashes(peakIndexes(i))
				if err != nil {
					t.Fatal(err)
				}
				f = frontier{i, peaks}
			}
			leaf := tlog.RecordHash(fmt.Append(nil, i))
			want, err := tlog.StoredHashesForRecordHash(i, leaf, theirs)
			if err != nil {
				t.Fatal(err)
			}
			first := tlog.StoredHashIndex(0, i)
			nodes := f.add(leaf)
			for k, h := range want {
				theirs[first+int64(k)] = h
			}
			for k, x := range nodes {
				ours[x.idx] = x.hash
				if x.idx != first+int64(k) {
					t.Fatalf("node %d is not dense", x.idx)
				}
			}
			if len(nodes) != len(want) {
				t.Fatalf("record %d stores %d nodes, want %d", i, len(nodes), len(want))
			}
		}
		root, err := tlog.TreeHash(n, theirs)
		if err != nil || f.root() != root && n > 0 {
			t.Fatalf("root %s, want %s (%v)", f.root(), root, err)
		}
		if int64(len(ours)) != tlog.StoredHashCount(n) {
			t.Fatalf("%d nodes, want %d", len(ours), tlog.StoredHashCount(n))
		}
	})
}

func TestFrontier_EmptyTree(t *testing.T) {
	t.Parallel()
	var f frontier
	want, err := tlog.TreeHash(0, nil)
	if err != nil || f.root() != want || len(peakIndexes(0)) != 0 {
		t.Errorf("%s, %v", f.root(), err)
	}
}

func TestParseBody(t *testing.T) {
	t.Parallel()
	const good = `{"id":"1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s","area":"","detail":{"n":1.50,"s":"\u003c"}}`
	if b, err := parseBody([]byte(good)); err != nil || b.At != 5 || string(b.Detail) != `{"n":1.50,"s":"\u003c"}` {
		t.Errorf("%+v %v", b, err)
	}
	for name, bad := range map[string]string{
		"spaces":            `{"id": "1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s","area":""}`,
		"another order":     `{"at":5,"id":"1","actor":"a","action":"x.y","kind":"x","subject":"s","area":""}`,
		"an unknown field":  `{"id":"1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s","area":"","more":1}`,
		"a repeated field":  `{"id":"1","id":"1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s","area":""}`,
		"unescaped detail":  `{"id":"1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s","area":"","detail":{"s":"<"}}`,
		"something behind":  good + "\n",
		"letter case":       `{"ID":"1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s","area":""}`,
		"not JSON":          `hello`,
		"a missing field":   `{"id":"1","at":5,"actor":"a","action":"x.y","kind":"x","subject":"s"}`,
		"nothing":           ``,
		"another data type": `{"id":"1","at":"5","actor":"a","action":"x.y","kind":"x","subject":"s","area":""}`,
	} {
		if _, err := parseBody([]byte(bad)); err == nil {
			t.Errorf("%s passed as canonical", name)
		}
	}
}

func TestParseCheckpoint_RefusesWhatItDidNotWrite(t *testing.T) {
	t.Parallel()
	root := tlog.RecordHash([]byte("x"))
	good := []string{"wenzhou/00ff00ff", "12", root.String(), "time 2026-11-21T01:30:00Z", ""}
	join := func(l []string) string {
		s := ""
		for _, x := range l {
			s += x + "\n"
		}
		return s
	}
	if c, err := parseCheckpoint(join(good)); err != nil || c.Size != 12 || c.Root != root || c.At.Hour() != 1 || c.Origin != good[0] {
		t.Errorf("%+v %v", c, err)
	}
	for line, bads := range map[int][]string{1: {"-1", "012", "x", "", "99999999999999999999"}, 2: {"", "abc"}, 3: {"time yesterday"}} {
		for _, bad := range bads {
			l := slices.Clone(good)
			l[line] = bad
			if _, err := parseCheckpoint(join(l)); err == nil {
				t.Errorf("line %d = %q passed", line, bad)
			}
		}
	}
	if _, err := parseCheckpoint("x\n1\n"); err == nil {
		t.Error("a short text passed")
	}
}
