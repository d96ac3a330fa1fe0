package riskmap_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
)

// judged is the verdict on one unit whose facts are JSON members.
func judged(t testing.TB, table riskmap.Table, members string) riskmap.Unit {
	t.Helper()
	r := riskmap.Judge(table, facts(t, `{"month":"2026-10","units":[{"code":"1"`+comma(members)+`}]}`))
	return r.Units[0]
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return "," + s
}

func facts(t testing.TB, text string) riskmap.Facts {
	t.Helper()
	f, err := riskmap.Read(strings.NewReader(text), "facts.json", 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Every cell of the annex at each bound, just below and just above it.
func TestAnnex_EveryCell(t *testing.T) {
	t.Parallel()
	water := func(share string) string { return `"water":{"share":` + share + `,"baseline":[0.9,0.8,0.7]}` }
	air := func(index string) string { return `"air":{"index":` + index + `,"baseline":[3.1,3.0,2.9]}` }
	complaints := func(count string) string {
		return `"complaints":{"count":` + count + `,"baseline":[10000,9999,10001]}`
	}
	found := func(level, kind, rest string) string {
		return fmt.Sprintf(`"discovery":[{"level":%q,"kind":%q%s}]`, level, kind, rest)
	}
	event := func(date, grade string) string {
		return fmt.Sprintf(`"events":[{"date":%q,"grade":%q}]`, date, grade)
	}
	for _, c := range []struct {
		facts  string
		aspect int // 0 environment … 4 monitoring
		want   int
	}{
		// ① the share falls; the mean is 0.8, 5% below is 0.76, 8% below 0.736
		{water("0.8"), 0, 0}, {water("0.9"), 0, 0}, {water("0.7999999999"), 0, 0},
		{water("0.7600000001"), 0, 0}, {water("0.76"), 0, 1}, {water("0.7599999999"), 0, 1},
		{water("0.7360000001"), 0, 1}, {water("0.736"), 0, 1}, {water("0.7359999999"), 0, 2}, {water("0"), 0, 2},
		// ② the index rises; the mean is 3, 5% above is 3.15, 10% above 3.3
		{air("3"), 0, 0}, {air("2"), 0, 0}, {air("3.0000000001"), 0, 0},
		{air("3.1499999999"), 0, 0}, {air("3.15"), 0, 1}, {air("3.1500000001"), 0, 1},
		{air("3.2999999999"), 0, 1}, {air("3.3"), 0, 1}, {air("3.3000000001"), 0, 2}, {air("30"), 0, 2},
		// the larger of both
		{water("0.76") + "," + air("3.31"), 0, 2}, {water("0.7") + "," + air("3.2"), 0, 2}, {water("0.75") + "," + air("3.2"), 0, 1}, {water("0.9") + "," + air("3.2"), 0, 1},
		// complaints; the mean is 10000, any rise up to 5% is one
		{complaints("9999"), 1, 0}, {complaints("10000"), 1, 0}, {complaints("10001"), 1, 1},
		{complaints("10499"), 1, 1}, {complaints("10500"), 1, 1}, {complaints("10501"), 1, 2}, {complaints("99999"), 1, 2},
		{complaints("0") + `,"mass_incident":true`, 1, 2}, {`"mass_incident":true`, 1, 2}, {`"mass_incident":false`, 1, 0},
		// discovery
		{found("provincial", "listed_supervision", ""), 2, 1}, {found("provincial", "summons", ""), 2, 1}, {found("provincial", "circular", ""), 2, 1}, {found("provincial", "media", ""), 2, 1},
		{found("national", "listed_supervision", ""), 2, 2}, {found("national", "summons", ""), 2, 2}, {found("national", "circular", ""), 2, 2}, {found("national", "media", ""), 2, 2},
		{found("provincial", "inspectorate_handover", ""), 2, 1}, {found("national", "inspectorate_handover", ""), 2, 1},
		{found("provincial", "leader_instruction", ""), 2, 2}, {found("national", "leader_instruction", ""), 2, 2},
		{found("national", "media", `,"self_found":true`), 2, 0}, {found("national", "media", `,"self_found":false`), 2, 2}, {`"discovery":[]`, 2, 0},
		// safety: August to October
		{event("2026-07-31", "特别重大"), 3, 0}, {event("2026-08-01", "一般"), 3, 1}, {event("2026-09-30", "较大"), 3, 1},
		{event("2026-10-31", "重大"), 3, 2}, {event("2026-10-01", "特别重大"), 3, 2}, {event("2026-11-01", "特别重大"), 3, 0},
		{`"events":[{"date":"2026-08-02","grade":"一般"},{"date":"2026-09-02","grade":"一般"}]`, 3, 1},
		{`"events":[{"date":"2026-07-02","grade":"重大"},{"date":"2026-09-02","grade":"一般"}]`, 3, 1},
		{`"events":[]`, 3, 0},
		// monitoring: month before last, last month, this month
		{`"exceedances":[3,5,6]`, 4, 2}, {`"exceedances":[5,5,6]`, 4, 1}, {`"exceedances":[6,5,6]`, 4, 1}, {`"exceedances":[3,5,5]`, 4, 0},
		{`"exceedances":[3,6,5]`, 4, 0}, {`"exceedances":[0,0,0]`, 4, 0}, {`"exceedances":[0,0,1]`, 4, 1}, {`"exceedances":[0,1,2]`, 4, 2},
		{`"exceedances":[null,5,6]`, 4, 1}, {`"exceedances":[3,null,6]`, 4, 0}, {`"exceedances":[3,5,null]`, 4, 0}, {`"exceedances":[]`, 4, 0},
	} {
		u := judged(t, riskmap.Annex(), c.facts)
		got := aspects(u)
		for i, a := range got {
			want := 0
			if i == c.aspect {
				want = c.want
			}
			if a.Points != want {
				t.Errorf("%s: aspect %d has %d, want %d (%s)", c.facts, i, a.Points, want, a.Reason)
			}
			if !strings.HasSuffix(a.Reason, "。") || strings.Contains(a.Reason, "%!") {
				t.Errorf("%s: reason %q", c.facts, a.Reason)
			}
		}
		if u.Points != c.want {
			t.Errorf("%s: sum %d", c.facts, u.Points)
		}
	}
}

func aspects(u riskmap.Unit) []riskmap.Aspect {
	return []riskmap.Aspect{u.Aspects.Environment, u.Aspects.Complaints, u.Aspects.Discovery, u.Aspects.Safety, u.Aspects.Monitoring}
}

func TestColours(t *testing.T) {
	t.Parallel()
	complaints := `"complaints":{"count":101,"baseline":[100,100,100]}` // 1
	monitoring := `"exceedances":[5,5,6]`                               // 1
	event := `"events":[{"date":"2026-10-03","grade":"重大"}]`            // 2
	mass := `"mass_incident":true`                                      // 2
	for _, c := range []struct {
		facts  string
		points int
		colour riskmap.Colour
		level  string
	}{
		{"", 0, riskmap.Green, "low"}, {complaints, 1, riskmap.Green, "low"},
		{complaints + "," + monitoring, 2, riskmap.Yellow, "medium"}, {event + "," + complaints, 3, riskmap.Yellow, "medium"},
		{event + "," + mass, 4, riskmap.Red, "high"}, {event + "," + mass + "," + monitoring, 5, riskmap.Red, "high"},
	} {
		if u := judged(t, riskmap.Annex(), c.facts); u.Points != c.points || u.Colour != c.colour || u.Level != c.level {
			t.Errorf("%s: %d %s %s", c.facts, u.Points, u.Colour, u.Level)
		}
	}
}

// The example of the contract, with the members and the words of the answer.
func TestJudge_ContractExample(t *testing.T) {
	t.Parallel()
	text := `{"profile":"wenzhou","month":"2026-10","units":[{"code":"330302","name":"鹿城区",
  "water":{"share":0.80,"baseline":[0.90,0.88,0.86]},
  "air":{"index":3.31,"baseline":[3.10,3.05,3.00]},
  "complaints":{"count":105,"baseline":[100,100,100]},"mass_incident":false,
  "discovery":[{"level":"provincial","kind":"listed_supervision","self_found":false}],
  "events":[{"date":"2026-09-03","grade":"较大"}],
  "exceedances":[3,5,6]}]}`
	r := riskmap.Judge(riskmap.Annex(), facts(t, text))
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	unit := got["units"].([]any)[0].(map[string]any)
	if got["month"] != "2026-10" || unit["code"] != "330302" || unit["points"] != 7.0 || unit["colour"] != "red" || unit["level"] != "high" {
		t.Errorf("%s", out)
	}
	want := map[string]float64{"environment": 2, "complaints": 1, "discovery": 1, "safety": 1, "monitoring": 2}
	for name, points := range want {
		a := unit["aspects"].(map[string]any)[name].(map[string]any)
		if a["points"] != points || a["reason"] == "" || len(a) != 2 {
			t.Errorf("%s: %v", name, a)
		}
	}
	for _, words := range []string{"80%", "88%", "下降 9.09%", "上升 8.52%", "恰"} {
		if strings.Contains(r.Units[0].Aspects.Environment.Reason, words) == (words == "恰") {
			t.Errorf("%s in %s", words, r.Units[0].Aspects.Environment.Reason)
		}
	}
}

// What the annex leaves open is told where it decides.
func TestOpenEdges(t *testing.T) {
	t.Parallel()
	annex := riskmap.Annex()
	strict := riskmap.Annex()
	strict.BaselineYears, strict.ZeroBaseline, strict.SelfFound, strict.AcrossYears = 3, false, true, false
	strict.Water.OneAlso = false
	strict.Complaints.TwoAlso = true
	for _, c := range []struct {
		table  riskmap.Table
		facts  string
		points int
		words  string
	}{
		{annex, `"complaints":{"count":110,"baseline":[100]}`, 2, "只有 1 年"},
		{annex, `"complaints":{"count":110,"baseline":[100,null,100]}`, 2, "只有 2 年"},
		{annex, `"complaints":{"count":110,"baseline":[]}`, 0, "没有前三年同期数据"},
		{annex, `"complaints":{"count":110}`, 0, "没有前三年同期数据"},
		{annex, `"complaints":{"baseline":[1,1,1]}`, 0, "没有本期数据"},
		{annex, `"complaints":{"count":1,"baseline":[0,0,0]}`, 2, "由 0 上升"},
		{annex, `"complaints":{"count":0,"baseline":[0,0,0]}`, 0, "没有上升"},
		{annex, `"water":{"share":0.5,"baseline":[0,0,0]}`, 0, "没有下降"},
		{strict, `"complaints":{"count":110,"baseline":[100,100]}`, 0, "少于 3 年"},
		{strict, `"complaints":{"count":1,"baseline":[0,0,0]}`, 0, "平均值为 0"},
		{strict, `"complaints":{"count":105,"baseline":[100,100,100]}`, 2, "达到或超过 5%"},
		{strict, `"discovery":[{"level":"national","kind":"media","self_found":true}]`, 2, "中央主流媒体曝光"},
		{strict, `"water":{"share":0.76,"baseline":[0.8,0.8,0.8]}`, 0, "按本地口径不计"},
		{annex, `"water":{"share":0.76,"baseline":[0.8,0.8,0.8]}`, 1, "5%（含）"},
		{annex, `"water":{"share":0.73599999,"baseline":[0.8,0.8,0.8]}`, 2, "下降 8.000001%"},
		{annex, "", 0, "没有本期数据"},
	} {
		u := judged(t, c.table, c.facts)
		all := ""
		for _, a := range aspects(u) {
			all += a.Reason
		}
		if u.Points != c.points || !strings.Contains(all, c.words) {
			t.Errorf("%s: %d %s", c.facts, u.Points, all)
		}
	}
	january := `{"month":"2026-01","units":[{"code":"1","exceedances":[1,2,3]}]}`
	if u := riskmap.Judge(annex, facts(t, january)).Units[0]; u.Points != 2 {
		t.Errorf("January follows December: %+v", u)
	}
	if u := riskmap.Judge(strict, facts(t, january)).Units[0]; u.Points != 0 {
		t.Errorf("the strict table does not cross years: %+v", u)
	}
	if len(annex.Choices()) < 8 || strings.Contains(strings.Join(annex.Choices(), ""), "%!") {
		t.Error(annex.Choices())
	}
}

func TestAt_TakesTheTableOfTheMonth(t *testing.T) {
	t.Parallel()
	old, now := riskmap.Annex(), riskmap.Annex()
	old.From, old.Source = riskmap.MonthOf(2020, 1), "old"
	now.From, now.Source = riskmap.MonthOf(2026, 7), "now"
	for m, want := range map[riskmap.Month]string{riskmap.MonthOf(2020, 1): "old", riskmap.MonthOf(2026, 6): "old", riskmap.MonthOf(2026, 7): "now", riskmap.MonthOf(2030, 1): "now"} {
		if got, ok := riskmap.At([]riskmap.Table{old, now}, m); !ok || got.Source != want {
			t.Errorf("%s: %s", m, got.Source)
		}
	}
	if _, ok := riskmap.At([]riskmap.Table{old}, riskmap.MonthOf(2019, 12)); ok {
		t.Error("no table before the first")
	}
}

func TestBand_DecimalBounds(t *testing.T) {
	t.Parallel()
	table := riskmap.Annex()
	table.Complaints = riskmap.Band{One: decimal.Must("2.5"), OneAlso: true, Two: decimal.Must("7.5"), TwoAlso: true}
	for count, want := range map[int]int{1024: 0, 1025: 1, 1074: 1, 1075: 2} {
		if u := judged(t, table, fmt.Sprintf(`"complaints":{"count":%d,"baseline":[1000,1000,1000]}`, count)); u.Points != want {
			t.Errorf("%d: %d", count, u.Points)
		}
	}
}
