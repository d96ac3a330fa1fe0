package factor

import (
	"regexp"
	"testing"
)

func TestCatalogue_IsWhole(t *testing.T) {
	t.Parallel()
	if len(all) < 180 {
		t.Fatalf("%d factors", len(all))
	}
	form := regexp.MustCompile(`^[aw]\d{5}$`)
	seen := map[string]bool{}
	for _, f := range All() {
		if !form.MatchString(f.Code) || f.Name == "" || seen[f.Code] || (f.Code[0] == 'w') != (f.Medium == Water) {
			t.Errorf("%+v", f)
		}
		seen[f.Code] = true
	}
	for _, code := range []string{WaterFlow, GasFlow, PH, Oxygen} {
		if _, ok := ByCode(code); !ok {
			t.Errorf("no %s", code)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ st, code, want string }{
		{"32", "011", "w01018"},
		{"31", "02", "a21026"},
		{"31", "011", "011"}, // a water code from a gas sender
		{"32", "02", "02"},
		{"31", "S01", "a19001"},
		{"32", "B01", "w00000"},
		{"31", "B02", "a00000"},
		{"32", "w01018", "w01018"},
		{"32", "W01018", "w01018"},
		{"31", "LAMPBLACK", "LAMPBLACK"},
		{"23", "011", "011"},
	} {
		if got := Canonical(c.st, c.code); got != c.want {
			t.Errorf("ST=%s %s: %s, want %s", c.st, c.code, got, c.want)
		}
	}
}

func TestName_KeepsUnknownCodes(t *testing.T) {
	t.Parallel()
	if Name("a21026") != "二氧化硫" || Name("NMHC") != "NMHC" {
		t.Error(Name("a21026"), Name("NMHC"))
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"a21026": "mg/m³", "a34004": "mg/m³", "a20044": "ng/m³", "a00000": "m³/s", "w20111": "µg/L", "a34011": "t/(km²·月)", "w01001": ""} {
		if f, _ := ByCode(code); f.Unit != want {
			t.Errorf("%s: %q, want %q", code, f.Unit, want)
		}
	}
}

func TestByCode_WorkingConditions(t *testing.T) {
	t.Parallel()
	for code, want := range map[string][2]string{
		"e30201": {"鼓风机 01", "A"}, "e301": {"污水提升泵", "A"}, "Ia01": {"A 相电流 01", "A"}, "P12": {"有功功率 12", "kW"}, "SW02": {"开关状态 02", ""},
		"w01018": {"化学需氧量", "mg/L"}, "Ia": {"Ia", ""}, "Ia001": {"Ia001", ""}, "x99999": {"x99999", ""}, "": {"", ""}, "12": {"12", ""},
	} {
		if f, _ := ByCode(code); f.Name != want[0] || f.Unit != want[1] || f.Code != code {
			t.Errorf("%s: %+v", code, f)
		}
	}
}
