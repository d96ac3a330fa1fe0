package reward_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
	. "github.com/qingshao/qingshao/internal/means/reward"
)

func fig(id string, k Kind, when, value string) Figure {
	f := Figure{ID: id, Kind: k, Title: id, When: when, Source: "文件", Certainty: "A", From: "2021-01-01"}
	if value != "" {
		f.Value = decimal.Must(value)
	}
	return f
}

// place is a policy with every figure that a test may want.
func place(more ...Figure) Policy {
	return Policy{Prefix: "WZ-R", Document: "文件", Modes: []string{"public", "anonymous"},
		Figures: append([]Figure{
			fig("share", Share, "", "5"), fig("cap", Cap, "", "100000"), fig("detention", Extra, "detention", "5000"), fig("arrest", Extra, "arrest", "10000"),
			fig("verdict", Extra, "verdict", "10000"), fig("special", Special, "", "500000"), fig("honour", Honour, "", ""), fig("supplement", Supplement, "", "20"),
			fig("fixed", Fixed, "", "20000"),
		}, more...),
		Acts:       []Named{{ID: "evade", Name: "偷排", From: "2021-01-01"}},
		Exclusions: []Named{{ID: "known", Name: "已经掌握", From: "2021-01-01"}},
	}
}

func at(minute int) time.Time { return time.Date(2026, 11, 2, 8, minute, 0, 0, time.UTC) }

func by(report string, minute int, p Part) Reporter {
	r := Reporter{Report: report, Mode: "public", At: at(minute), Part: p}
	if p == None {
		r.Ground = "known"
	}
	return r
}

func base(f func(*Input)) Input {
	in := Input{On: "2026-11-20", Act: "evade", Basis: ByFine, Fine: 120_000_000, Document: "温环罚〔2026〕1号", Reporters: []Reporter{by("A", 0, First)}}
	f(&in)
	return in
}

func TestCompute_Amounts(t *testing.T) {
	t.Parallel()
	special := func(amount Fen) func(*Input) {
		return func(i *Input) { i.Basis, i.Decided, i.Consent = BySpecial, amount, "温政函〔2026〕1号" }
	}
	for name, c := range map[string]struct {
		p     Policy
		in    func(*Input)
		total string
	}{
		"five per cent":                {place(), func(*Input) {}, "60,000.00 元"},
		"below the cap by a fen":       {place(), func(i *Input) { i.Fine = 199_999_980 }, "99,999.99 元"},
		"the cap exactly":              {place(), func(i *Input) { i.Fine = 200_000_000 }, "100,000.00 元"},
		"above the cap":                {place(), func(i *Input) { i.Fine = 300_000_000 }, "100,000.00 元"},
		"half a fen goes to even, dn":  {place(), func(i *Input) { i.Fine = 10 }, "0.00 元"},
		"half a fen goes to even, up":  {place(), func(i *Input) { i.Fine = 30 }, "0.02 元"},
		"more than half a fen":         {place(), func(i *Input) { i.Fine = 12 }, "0.01 元"},
		"nothing fined":                {place(), func(i *Input) { i.Fine = 0 }, "0.00 元"},
		"no fine, but detained":        {place(), func(i *Input) { i.Fine, i.Events = 0, []string{"detention"} }, "5,000.00 元"},
		"all grounds add up":           {place(), func(i *Input) { i.Fine, i.Events = 40_000_000, []string{"detention", "arrest", "verdict"} }, "45,000.00 元"},
		"extras go beyond the cap":     {place(), func(i *Input) { i.Fine, i.Events = 300_000_000, []string{"verdict"} }, "110,000.00 元"},
		"unless the sum is capped":     {place(fig("sum", Ceiling, "", "100000")), func(i *Input) { i.Fine, i.Events = 300_000_000, []string{"verdict"} }, "100,000.00 元"},
		"a floor":                      {place(fig("floor", Floor, "", "500")), func(i *Input) { i.Fine = 100_000 }, "500.00 元"},
		"the floor exactly":            {place(fig("floor", Floor, "", "500")), func(i *Input) { i.Fine = 1_000_000 }, "500.00 元"},
		"no floor without a fine":      {place(fig("floor", Floor, "", "500")), func(i *Input) { i.Fine = 0 }, "0.00 元"},
		"special up to its most":       {place(), special(50_000_000), "500,000.00 元"},
		"nobody to fine":               {place(), func(i *Input) { i.Basis, i.Fine, i.Decided = ByFixed, 0, 2_000_000 }, "20,000.00 元"},
		"a rate with a decimal":        {place(), func(i *Input) { i.On, i.Fine = "2026-11-20", 33_333_333 }, "16,666.67 元"},
		"honour leaves money as it is": {place(), func(i *Input) { i.Honour = true }, "60,000.00 元"},
	} {
		s, err := Compute(c.p, base(c.in))
		if err != nil || s.Total.String() != c.total {
			t.Errorf("%s: %s, want %s: %v", name, s.Total, c.total, err)
			continue
		}
		sum := Fen(0)
		for _, p := range s.Shares {
			sum += p.Amount
		}
		if sum != s.Total {
			t.Errorf("%s: the shares make %s", name, sum)
		}
		if same, changed := Again(s, c.p); !same || len(changed) != 0 {
			t.Errorf("%s: done again it differs: %v %v", name, same, changed)
		}
	}
}

func TestCompute_Splits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who  []Reporter
		want string
	}{
		"alone":                   {[]Reporter{by("A", 0, First)}, "A=6000000"},
		"two together":            {[]Reporter{by("A", 0, First), by("B", 0, Joint)}, "A=3000000 B=3000000"},
		"nothing divides by 7":    {[]Reporter{by("A", 0, First), by("B", 1, Joint), by("C", 2, Joint), by("D", 3, Joint), by("E", 4, Joint), by("F", 5, Joint), by("G", 6, Joint)}, "A=857143 B=857143 C=857143 D=857143 E=857143 F=857143 G=857142"},
		"one adds":                {[]Reporter{by("A", 0, First), by("B", 9, Adds)}, "A=4800000 B=1200000"},
		"two add":                 {[]Reporter{by("A", 0, First), by("B", 9, Adds), by("C", 10, Adds)}, "A=4800000 B=600000 C=600000"},
		"joint and adding":        {[]Reporter{by("A", 0, First), by("B", 1, Joint), by("C", 10, Adds)}, "A=2400000 B=2400000 C=1200000"},
		"one of no use":           {[]Reporter{by("A", 0, None), by("B", 1, First)}, "A=0 B=6000000"},
		"an earlier one is joint": {[]Reporter{by("A", 5, First), by("B", 1, Joint)}, "A=3000000 B=3000000"},
	} {
		s, err := Compute(place(), base(func(i *Input) { i.Reporters = c.who }))
		var got []string
		for _, p := range s.Shares {
			got = append(got, p.Report+"="+decimal.Decimal{Mantissa: int64(p.Amount)}.String())
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s: %v", name, got, c.want, err)
		}
	}
}

func TestCompute_WordsNameNobodyElse(t *testing.T) {
	t.Parallel()
	who := []Reporter{by("WZ-J-1", 0, First), by("WZ-J-2", 1, Joint), by("WZ-J-3", 2, Adds), by("WZ-J-4", 3, None)}
	s, err := Compute(place(), base(func(i *Input) { i.Reporters = who }))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range s.Shares {
		if strings.Contains(p.Text, "WZ-J") || p.Text == "" {
			t.Errorf("%d: %q", i, p.Text)
		}
	}
}

func TestCompute_TheBountyOfACallIsARuleRow(t *testing.T) {
	t.Parallel()
	rich := place(fig("bounty", Bounty, "", "500000"))
	call := func(decided Fen, offers ...Offer) Input {
		return base(func(i *Input) { i.Basis, i.Decided, i.Offers = ByBounty, decided, offers })
	}
	low, high := Offer{Call: "WZ-G-1", Title: "废酸", Amount: 5_000_000, From: "2026-11-01", Report: "A"}, Offer{Call: "WZ-G-2", Title: "废酸再征集", Amount: 8_000_000, From: "2026-11-10", Report: "A"}
	s, err := Compute(rich, call(5_000_000, low))
	if err != nil || s.Total != 5_000_000 || len(s.Rules) != 2 || s.Rules[0].ID != "bounty" || s.Rules[1].ID != "call-WZ-G-1" || s.Rules[1].Value.String() != "50000.00" || !strings.Contains(s.Rules[1].Source, "《废酸》") {
		t.Errorf("%v %+v", err, s.Rules)
	}
	if same, changed := Again(s, rich); !same || len(changed) != 0 {
		t.Errorf("done again it differs: %v %v", same, changed)
	}
	if s, err := Compute(rich, call(8_000_000, low, high)); err != nil || s.Rules[1].ID != "call-WZ-G-2" {
		t.Errorf("not the higher promise: %v %+v", err, s.Rules)
	}
	other := high
	other.Report = "B" // is not on this act, or gets nothing
	for name, c := range map[string]struct {
		p     Policy
		in    Input
		field string
	}{
		"more than promised":        {rich, call(5_000_001, low), "decided"},
		"promised to somebody else": {rich, call(5_000_000, other), "consent"},
		"no call at all":            {rich, call(5_000_000), "consent"},
		"a place without bounties":  {place(), call(5_000_000, low), "basis"},
		"special is not a bounty":   {rich, base(func(i *Input) { i.Basis, i.Decided, i.Offers = BySpecial, 100, []Offer{low} }), "consent"},
	} {
		_, err := Compute(c.p, c.in)
		var bad *fault.Error
		if !errors.As(err, &bad) || len(bad.Fields) != 1 || bad.Fields[0].Name != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCompute_Refusals(t *testing.T) {
	t.Parallel()
	bounty := func(i *Input) { i.Basis, i.Decided, i.Consent = ByBounty, 100, "公告" }
	for name, c := range map[string]struct {
		in    func(*Input)
		field string
	}{
		"no day":                      {func(i *Input) { i.On = "" }, "on"},
		"before there were rules":     {func(i *Input) { i.On = "2020-12-31" }, "act"},
		"an act that is not listed":   {func(i *Input) { i.Act = "noise" }, "act"},
		"no document":                 {func(i *Input) { i.Document = " " }, "document"},
		"no bounty in the document":   {bounty, "basis"},
		"special without consent":     {func(i *Input) { i.Basis, i.Decided = BySpecial, 100 }, "consent"},
		"special above its most":      {func(i *Input) { i.Basis, i.Decided, i.Consent = BySpecial, 50_000_001, "函" }, "decided"},
		"special of nothing":          {func(i *Input) { i.Basis, i.Consent = BySpecial, "函" }, "decided"},
		"special with extras":         {func(i *Input) { i.Basis, i.Decided, i.Consent, i.Events = BySpecial, 1, "函", []string{"arrest"} }, "events"},
		"an amount beside the rule":   {func(i *Input) { i.Decided = 1 }, "decided"},
		"an unknown event":            {func(i *Input) { i.Events = []string{"praise"} }, "events"},
		"nobody":                      {func(i *Input) { i.Reporters = nil }, "reporters"},
		"one twice":                   {func(i *Input) { i.Reporters = append(i.Reporters, by("A", 0, None)) }, "reporters[1]"},
		"two firsts":                  {func(i *Input) { i.Reporters = append(i.Reporters, by("B", 0, First)) }, "reporters[1]"},
		"no first":                    {func(i *Input) { i.Reporters[0].Part = Joint }, "reporters"},
		"only somebody who adds":      {func(i *Input) { i.Reporters[0].Part = Adds }, "reporters"},
		"adding before the first":     {func(i *Input) { i.Reporters = []Reporter{by("A", 5, First), by("B", 1, Adds)} }, "reporters[1]"},
		"nothing without a ground":    {func(i *Input) { i.Reporters[0].Part = None }, "reporters[0]"},
		"a ground with a share":       {func(i *Input) { i.Reporters[0].Ground = "known" }, "reporters[0]"},
		"a mode that is not rewarded": {func(i *Input) { i.Reporters[0].Mode = "insider" }, "reporters[0]"},
		"an unknown part":             {func(i *Input) { i.Reporters[0].Part = "hero" }, "reporters[0]"},
		"a negative fine":             {func(i *Input) { i.Fine = -1 }, "fine"},
	} {
		_, err := Compute(place(), base(c.in))
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) == 0 || f.Fields[0].Name != c.field {
			t.Errorf("%s: %v, want a fault at %s", name, err, c.field)
		}
	}
	plain := place()
	plain.Figures = plain.Figures[:2] // no honour, no supplement: like 天台
	for name, in := range map[string]func(*Input){
		"honour":     func(i *Input) { i.Honour = true },
		"supplement": func(i *Input) { i.Reporters = append(i.Reporters, by("B", 3, Adds)) },
	} {
		if _, err := Compute(plain, base(in)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s where there is none: %v", name, err)
		}
	}
}

// Another cap from the next year on changes no sum of this year, and shows.
func TestAgain_ShowsWhatChanged(t *testing.T) {
	t.Parallel()
	old := place()
	s, err := Compute(old, base(func(i *Input) { i.Fine = 300_000_000 }))
	if err != nil {
		t.Fatal(err)
	}
	next := place()
	next.Figures = append([]Figure{}, next.Figures...)
	next.Figures[1].Until = "2027-01-01"
	lower := fig("cap27", Cap, "", "80000")
	lower.From = "2027-01-01"
	next.Figures = append(next.Figures, lower)
	if same, changed := Again(s, next); !same || len(changed) != 0 {
		t.Errorf("a later cap: %v %v", same, changed)
	}
	if later, err := Compute(next, base(func(i *Input) { i.On, i.Fine = "2027-01-01", 300_000_000 })); err != nil || later.Total != 8_000_000 {
		t.Errorf("by the later cap: %s %v", later.Total, err)
	}
	now := place()
	now.Figures = append([]Figure{}, now.Figures...)
	now.Figures[1].Value = decimal.Must("90000")
	same, changed := Again(s, now)
	if !same || len(changed) != 3 || changed[0] != (Difference{"奖励总额", "100,000.00 元", "90,000.00 元"}) {
		t.Errorf("a rewritten cap: %v %v", same, changed)
	}
	forged := s
	forged.Total++
	if same, _ := Again(forged, old); same {
		t.Error("a forged total passes")
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Sheet
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if same, _ := Again(back, old); !same {
		t.Error("what was stored and read back differs")
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"0": "0.00 元", "1200000": "1,200,000.00 元", "1,234.5": "1,234.50 元", "0.01": "0.01 元", "999": "999.00 元"} {
		if f, err := ParseYuan(text); err != nil || f.String() != want {
			t.Errorf("%s: %s %v", text, f, err)
		}
	}
	for _, text := range []string{"", "-1", "1.001", "1e5", "一万", "100000000001"} {
		if f, err := ParseYuan(text); err == nil {
			t.Errorf("%q: %s", text, f)
		}
	}
}

func TestMachines(t *testing.T) {
	t.Parallel()
	if err := NewMachine(place()).Validate(); err != nil {
		t.Error(err)
	}
	if err := AwardMachine.Validate(); err != nil {
		t.Error(err)
	}
}
