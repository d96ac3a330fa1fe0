package limit

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

func TestWork_OneSolutionServesOnce(t *testing.T) {
	t.Parallel()
	w := NewWork(8, 12, 10*time.Minute)
	c, d := w.Challenge(noon)
	if d != 8 {
		t.Fatalf("difficulty %d", d)
	}
	nonce := Solve(c, d)
	bad := nonce
	for bad == nonce || zeroBits(c, bad) >= d {
		bad += "x"
	}
	other := NewWork(8, 12, 10*time.Minute)
	oc, od := other.Challenge(noon)
	easy, _ := NewWork(0, 0, 10*time.Minute).Challenge(noon)
	for name, x := range map[string]struct {
		challenge, nonce string
		at               time.Time
	}{
		"no solution": {c, bad, noon}, "nothing": {"", "", noon}, "no challenge": {"abc", nonce, noon}, "late": {c, nonce, noon.Add(10 * time.Minute)},
		"another server's": {oc, Solve(oc, od), noon}, "one that was made easy": {easy, "0", noon}, "a long nonce": {c, strings.Repeat("1", 40), noon},
		"altered": {"A" + c[1:], nonce, noon}, "cut": {c[:len(c)-1], nonce, noon},
	} {
		if name == "altered" && c[0] == 'A' {
			continue
		}
		if w.Solved(x.challenge, x.nonce, x.at) {
			t.Errorf("%s: taken", name)
		}
	}
	if !w.Solved(c, nonce, noon.Add(9*time.Minute)) {
		t.Error("the solution is refused")
	}
	if w.Solved(c, nonce, noon.Add(9*time.Minute)) {
		t.Error("taken twice")
	}
}

func TestWork_PriceRisesUnderPressureAndFallsAgain(t *testing.T) {
	t.Parallel()
	w := NewWork(2, 6, 10*time.Minute)
	at := noon
	for range 16 * usualPace {
		c, d := w.Challenge(at)
		if !w.Solved(c, Solve(c, d), at) {
			t.Fatal("refused")
		}
	}
	if _, d := w.Challenge(at); d != 6 {
		t.Errorf("after a flood %d bits", d)
	}
	if _, d := w.Challenge(at.Add(2 * time.Minute)); d < 3 || d > 5 {
		t.Errorf("two minutes later %d bits", d)
	}
	if _, d := w.Challenge(at.Add(10 * time.Minute)); d != 2 {
		t.Errorf("ten minutes later %d bits", d)
	}
}

func TestWork_MemoryIsBounded(t *testing.T) {
	t.Parallel()
	w := NewWork(0, 0, time.Minute)
	for i := range mostUsed {
		w.used[strconv.Itoa(i)] = noon.Add(time.Minute)
	}
	c, d := w.Challenge(noon)
	if w.Solved(c, Solve(c, d), noon) {
		t.Error("taken beyond the bound")
	}
	later := noon.Add(2 * time.Minute)
	c, d = w.Challenge(later)
	if !w.Solved(c, Solve(c, d), later) || len(w.used) != 1 {
		t.Errorf("%d remembered after they ended", len(w.used))
	}
}

// The sum of the threat model: a solution of 16 bits takes 65,536 hashes on
// average.
func TestZeroBits(t *testing.T) {
	t.Parallel()
	hits := 0
	for i := range 1 << 14 {
		if zeroBits("challenge", strings.Repeat("a", i%7)+time.Duration(i).String()) >= 6 {
			hits++
		}
	}
	if hits < 150 || hits > 400 { // 256 expected
		t.Errorf("%d of 16384 have six zero bits", hits)
	}
}
