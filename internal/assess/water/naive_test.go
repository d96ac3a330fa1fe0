package water_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/assess/water"
)

// Table 1 once more as printed, the second reading; rows that never change the
// class are left out.
const printed = `
codmn 2 4 6 10 15
cod 15 15 20 30 40
bod5 3 3 4 6 10
nh3n 0.15 0.5 1.0 1.5 2.0
tp 0.02 0.1 0.2 0.3 0.4
cu 0.01 1.0 1.0 1.0 1.0
zn 0.05 1.0 1.0 2.0 2.0
f 1.0 1.0 1.0 1.5 1.5
se 0.01 0.01 0.01 0.02 0.02
as 0.05 0.05 0.05 0.1 0.1
hg 0.00005 0.00005 0.0001 0.001 0.001
cd 0.001 0.005 0.005 0.005 0.01
cr6 0.01 0.05 0.05 0.05 0.1
pb 0.01 0.01 0.05 0.05 0.1
cn 0.005 0.05 0.2 0.2 0.2
phenol 0.002 0.002 0.005 0.01 0.1
oil 0.05 0.05 0.05 0.5 1.0
las 0.2 0.2 0.2 0.3 0.3
s 0.05 0.1 0.2 0.5 1.0`

// micro reads a number in millionths.
func micro(text string) int64 {
	whole, part, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func text(n int64) string { return fmt.Sprintf("%d.%06d", n/1e6, n%1e6) }

func TestJudge_AgreesWithASecondReading(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 21))
	rows := strings.Split(strings.TrimSpace(printed), "\n")
	seen := map[int]int{}
	for range 10_000 {
		lake, mild := r.IntN(2) == 0, r.IntN(3) > 0
		worst, target := 0, 1+r.IntN(5)
		fails := false
		take := func(class int) {
			worst = max(worst, class)
			fails = fails || class > target
		}
		s := ""
		for _, row := range rows {
			if r.IntN(8) == 0 {
				continue
			}
			f := strings.Fields(row)
			if lake && f[0] == "tp" {
				f = strings.Fields("tp 0.01 0.025 0.05 0.1 0.2")
			}
			limit := f[1+r.IntN(5)]
			if mild {
				limit = f[1+r.IntN(2)]
			}
			x := micro(limit) + r.Int64N(3) - 1 // at a limit, a millionth beside it
			if r.IntN(2) == 0 {
				x = r.Int64N(micro(limit) + micro(limit)/6)
			}
			class := 6
			for c := 5; c >= 1; c-- {
				if x <= micro(f[c]) {
					class = c
				}
			}
			take(class)
			s += f[0] + " " + text(x) + ","
		}
		if r.IntN(4) > 0 { // oxygen, often with the temperature
			x := r.Int64N(11e6)
			class := 6
			for c, low := range []int64{7500000, 6000000, 5000000, 3000000, 2000000} {
				if x >= low && class == 6 {
					class = c + 1
				}
			}
			if r.IntN(2) == 0 {
				temperature := r.Int64N(35)
				// x ≥ 0.9·468/(31.6+T), times ten to be whole
				if x*(316+10*temperature) >= 4212*1000000 {
					class = 1
				}
				s += fmt.Sprintf("temperature %d,", temperature)
			}
			take(class)
			s += "do " + text(x) + ","
		}
		if r.IntN(4) > 0 {
			x := 5500000 + r.Int64N(4000000)
			class := 1
			if x < 6000000 || x > 9000000 {
				class = 6
				if mild {
					x, class = 7000000, 1
				}
			}
			take(class)
			s += "ph " + text(x) + ","
		}
		s += "tn 88,coliform 1000000"
		in := sample(s)
		in.Lake, in.Target = lake, water.Class(target)
		got := water.Judge(in)
		if int(got.Class) != worst || worst > 0 && got.Meets == fails || (worst > 3) != (len(got.Main) > 0) {
			t.Fatalf("%s lake %v target %d: %s meets %v, want %d %v", s, lake, target, got.Class, got.Meets, worst, !fails)
		}
		seen[worst]++
	}
	for c := 2; c <= 6; c++ {
		if seen[c] < 100 {
			t.Errorf("class %d was tried only %d times", c, seen[c])
		}
	}
}

func TestByShares_AgreesWithASecondReading(t *testing.T) {
	t.Parallel()
	for of := 5; of <= 60; of++ {
		for good := 0; good <= of; good++ {
			for bad := 0; bad+good <= of; bad++ {
				g, b := float64(good)/float64(of), float64(bad)/float64(of)
				const hair = 1e-9
				want := "重度污染"
				switch {
				case g >= 0.9-hair:
					want = "优"
				case g >= 0.75-hair:
					want = "良好"
				case b < 0.2-hair:
					want = "轻度污染"
				case b < 0.4-hair:
					want = "中度污染"
				}
				if got := water.ByShares(water.Share{Count: good, Of: of}, water.Share{Count: bad, Of: of}); got.String() != want {
					t.Fatalf("%d/%d/%d: %s, want %s", good, bad, of, got, want)
				}
			}
		}
	}
}
