package api

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip"
)

// millionReceipts is for how many the promise of docs/threat-model.md is made.
const millionReceipts = 1e6

// guesses counts what the gates of a door let through in an hour of flood, from as
// many addresses as an attacker likes, after the bursts are used up.
func guesses(q asking, scripted bool) (all float64) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	n := 0
	try := func(address string) (let int) {
		for _, worked := range []bool{true, false} {
			if (worked || !scripted) && q.gate(worked, address, at) == nil {
				let++
			}
		}
		return let
	}
	for range 400 {
		n++
		try(fmt.Sprint("burst", n))
	}
	let := 0
	for range 3600 * 4 {
		at = at.Add(250 * time.Millisecond)
		for range 2 {
			n++
			let += try(fmt.Sprint(n))
		}
	}
	return float64(let) / 3600
}

// years until one of a million receipts is expected to be hit: a guess names one
// number, so it hits with one in 10^digits however many receipts there are. That
// every guess names a number that exists is granted to the attacker.
func years(digits int, rate float64) float64 {
	return math.Pow(10, float64(digits)) / 2 / rate / (365.25 * 24 * 3600)
}

func TestAsking_AMillionReceiptsAreSafeForTenThousandYears(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		door     string
		digits   int
		scripted bool // the door serves nobody who has not worked
		rate     float64
		figure   string // in the threat model
	}{
		{"查询", tip.SecretDigits, false, 2.5, "约 6 千万年"},
		{"知情人查询", 24, true, 2, "约 8×10¹⁵ 年"},
	} {
		rate := guesses(newAsking(), x.scripted)
		if math.Abs(rate-x.rate) > 0.05 {
			t.Errorf("%s lets %.2f guesses a second through, the threat model reckons with %.1f", x.door, rate, x.rate)
		}
		y := years(x.digits, rate)
		t.Logf("%s: %.2f guesses a second, %.3g years", x.door, rate, y)
		if y < 10_000 {
			t.Errorf("%s: one of %.0f receipts is hit after %.0f years", x.door, millionReceipts, y)
		}
		if !strings.Contains(string(doc), x.figure) {
			t.Errorf("the threat model does not name %s: %s", x.door, x.figure)
		}
	}
	// Even one who guessed at a secret of any receipt at once, as if numbers did
	// not matter, would need the limit: without it a fast server is no protection.
	if y := years(tip.SecretDigits, 1e6); y > 10_000 {
		t.Errorf("the limit would not matter: %.0f years at a million guesses a second", y)
	}
}

// One address gets what its own limit gives, whatever it sends.
func TestAsking_OneAddress(t *testing.T) {
	t.Parallel()
	for worked, want := range map[bool]int{true: 10 + 600, false: 5 + 120} {
		q, at, let := newAsking(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 0
		for range 3600 {
			at = at.Add(time.Second)
			if q.gate(worked, "10.0.0.1", at) == nil {
				let++
			}
		}
		if let < want-1 || let > want+1 {
			t.Errorf("worked=%v: %d guesses in an hour from one address, want %d", worked, let, want)
		}
	}
}
