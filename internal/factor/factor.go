// Package factor is the catalogue of pollutant factors (因子): codes, names and
// units of HJ 212-2017 appendix B (HJ 525-2009 for water, HJ 524-2009 for gas),
// and the way from the numeric codes of HJ/T 212-2005 to the letter codes that
// everything behind the gateway uses.
//
// Units are defaults. For methane, ammonia and particles the standard prints
// ng/m³ while emission monitors report mg/m³; the catalogue says mg/m³. Codes
// that it does not know are kept under their own code and never dropped.
package factor

import (
	"strings"

	"github.com/qingshao/qingshao/hj212"
)

// Medium says what a factor is measured in.
type Medium string

// The media.
const (
	Water Medium = "water"
	Gas   Medium = "gas"
)

// Factor is one entry of the catalogue.
type Factor struct {
	Code     string // e.g. w01018
	Name     string // e.g. 化学需氧量
	Old      string // code of HJ/T 212-2005, "" = none
	Unit     string // of concentrations and means
	MassUnit string // of totals (Cou), "" = the factor has none
	Format   string // of the standard, e.g. N5.1
	Medium   Medium
}

// The factors with a meaning of their own in calculations.
const (
	WaterFlow = "w00000" // 污水流量
	GasFlow   = "a00000" // 废气流量
	PH        = "w01001"
	Oxygen    = "a19001" // 氧气含量
)

// monitored are the gas factors whose concentrations emission monitors report in
// mg/m³, whatever the standard's table prints or leaves out.
var monitored = map[string]bool{
	"a05002": true, "a05024": true, "a21001": true, "a34001": true, "a34002": true, "a34004": true, "a34005": true, "a99054": true,
}

var (
	all    = read()
	byCode = index(func(f Factor) string { return f.Code })
	oldGas = index(func(f Factor) string { return oldOf(f, Gas) })
	oldWat = index(func(f Factor) string { return oldOf(f, Water) })
)

// read takes the pollutants from the codec's tables of the standard.
func read() []Factor {
	media := map[hj212.Medium]Medium{hj212.MediumWater: Water, hj212.MediumGas: Gas}
	raised := strings.NewReplacer("m3", "m³", "m2", "m²")
	var out []Factor
	for _, f := range hj212.Factors {
		m, pollutant := media[f.Medium]
		if !pollutant {
			continue
		}
		x := Factor{f.Code, f.Name, f.Code2005, raised.Replace(f.Unit), raised.Replace(f.MassUnit), f.Format, m}
		if monitored[f.Code] {
			x.Unit, x.MassUnit = "mg/m³", "kg"
		}
		out = append(out, x)
	}
	return out
}

func oldOf(f Factor, m Medium) string {
	if f.Medium != m {
		return ""
	}
	return f.Old
}

func index(key func(Factor) string) map[string]*Factor {
	m := make(map[string]*Factor, len(all))
	for i := range all {
		if k := key(all[i]); k != "" {
			m[k] = &all[i]
		}
	}
	return m
}

// All lists the catalogue in the order of the standard.
func All() []Factor { return append([]Factor(nil), all...) }

// ByCode finds a factor by its letter code.
func ByCode(code string) (Factor, bool) {
	f, ok := byCode[code]
	if !ok {
		return working(code)
	}
	return *f, true
}

// Name is the Chinese name of a code, or the code itself when the catalogue does
// not know it.
func Name(code string) string {
	f, _ := ByCode(code)
	return f.Name
}

// Canonical gives the letter code of a code as sent under system code st: the
// same digits mean different things for water (3 digits) and gas (2 digits), so
// st decides. Letter codes, in any case, and unknown codes stay what they are.
func Canonical(st, code string) string {
	if len(code) > 3 {
		if _, ok := byCode[code]; !ok {
			if f, ok := byCode[strings.ToLower(code)]; ok {
				return f.Code
			}
		}
		return code
	}
	var m map[string]*Factor
	switch MediumOf(st) {
	case Water:
		m = oldWat
	case Gas:
		m = oldGas
	}
	if f, ok := m[code]; ok {
		return f.Code
	}
	return code
}

// MediumOf gives the medium of a system code (ST), "" when it has none.
func MediumOf(st string) Medium {
	switch st {
	case "21", "24", "26", "32", "33", "34", "52":
		return Water
	case "22", "27", "31", "39", "51":
		return Gas
	}
	return ""
}
