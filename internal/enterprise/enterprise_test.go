package enterprise

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestValidCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"91350100M000100Y43": true, // the worked example of GB 32100-2015
		"91350100M000100Y44": false,
		"91350100M000100Y4":  false,
		"91350100M000100I43": false, // I is not in the alphabet
		"":                   false,
	} {
		if got := ValidCode(code); got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func TestLimitAt_UsesTheDayOfTheData(t *testing.T) {
	t.Parallel()
	limits := []Limit{
		{ID: "new", Factor: "a21026", Statistic: Hour, ValidFrom: day(10)},
		{ID: "old", Factor: "a21026", Statistic: Hour, ValidFrom: day(1), ValidTo: day(10)},
		{ID: "daily", Factor: "a21026", Statistic: Day, ValidFrom: day(1)},
	}
	for _, c := range []struct {
		at   time.Time
		stat Statistic
		want string
	}{
		{day(1), Hour, "old"},
		{day(10).Add(-time.Microsecond), Hour, "old"},
		{day(10), Hour, "new"},
		{day(31), Hour, "new"},
		{day(1).Add(-time.Microsecond), Hour, ""},
		{day(5), Day, "daily"},
		{day(5), Realtime, ""},
	} {
		if l, ok := LimitAt(limits, "a21026", c.stat, c.at); l.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s %v: %q, want %q", c.stat, c.at, l.ID, c.want)
		}
	}
}

func TestLimit_RefusesWhatCannotBeJudged(t *testing.T) {
	t.Parallel()
	six, nine := decimal.Must("6"), decimal.Must("9")
	good := Limit{Factor: "w01001", Lower: &six, Upper: &nine, Statistic: Hour, Standard: "GB 18918-2002", ValidFrom: day(1)}
	for field, spoil := range map[string]func(*Limit){
		"":           func(*Limit) {},
		"factor":     func(l *Limit) { l.Factor = " " },
		"upper":      func(l *Limit) { l.Upper, l.Lower = nil, nil },
		"lower":      func(l *Limit) { l.Lower, l.Upper = &nine, &six },
		"statistic":  func(l *Limit) { l.Statistic = "year" },
		"standard":   func(l *Limit) { l.Standard = "" },
		"valid_from": func(l *Limit) { l.ValidFrom = time.Time{} },
		"valid_to":   func(l *Limit) { l.ValidTo = l.ValidFrom },
	} {
		l := good
		spoil(&l)
		expectField(t, l.Check(), field)
	}
}

func TestEnterprise_Check(t *testing.T) {
	t.Parallel()
	good := Enterprise{Name: "甲厂", Area: "330302", Code: "91350100M000100Y43", PermitClass: PermitKey, Lng: 120.7, Lat: 28}
	for field, spoil := range map[string]func(*Enterprise){
		"":             func(*Enterprise) {},
		"name":         func(e *Enterprise) { e.Name = " " },
		"area":         func(e *Enterprise) { e.Area = "" },
		"code":         func(e *Enterprise) { e.Code = "91350100M000100Y44" },
		"permit_class": func(e *Enterprise) { e.PermitClass = "特级" },
		"lng":          func(e *Enterprise) { e.Lng = 28 },
		"lat":          func(e *Enterprise) { e.Lat = 120 },
	} {
		e := good
		spoil(&e)
		expectField(t, e.Check(), field)
	}
	if err := (&Enterprise{Name: "甲", Area: "330302", Code: "SYN-001", Synthetic: true}).Check(); err != nil {
		t.Errorf("a made-up enterprise needs no real code: %v", err)
	}
}

func expectField(t *testing.T, err error, field string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	f, ok := err.(*fault.Error)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
		t.Errorf("spoilt %s: got %#v", field, err)
	}
}
