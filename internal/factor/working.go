package factor

import (
	"strings"

	"github.com/qingshao/qingshao/hj212"
)

// electric are the quantities that meters report, under codes of our own: HJ 212
// has none for them. Two digits behind one number the circuit, as HJ 212 numbers
// devices (Ia01).
var electric = map[string][2]string{
	"Ua": {"A 相电压", "V"}, "Ub": {"B 相电压", "V"}, "Uc": {"C 相电压", "V"}, "Ia": {"A 相电流", "A"}, "Ib": {"B 相电流", "A"}, "Ic": {"C 相电流", "A"},
	"P": {"有功功率", "kW"}, "Q": {"无功功率", "kvar"}, "PF": {"功率因数", ""}, "Ep": {"有功电能", "kWh"}, "SW": {"开关状态", ""},
}

// working names what says how a facility works: process codes of HJ 212 (e, g)
// and electric quantities, with the number of the device or circuit.
func working(code string) (Factor, bool) {
	if q := strings.TrimRight(code, "0123456789"); len(code)-len(q) == 2 {
		if e, ok := electric[q]; ok {
			return Factor{Code: code, Name: e[0] + " " + code[len(q):], Unit: e[1]}, true
		}
	}
	if f, ok := hj212.Factor(code, hj212.V2017); ok && f.Medium == hj212.MediumProcess {
		name := f.Name
		if len(code) == 6 {
			name += " " + code[4:]
		}
		return Factor{Code: code, Name: name, Unit: f.Unit, Format: f.Format}, true
	}
	if name, ok := drawn[code]; ok {
		return Factor{Code: code, Name: name}, true
	}
	return Factor{Code: code, Name: code}, false
}

// drawn are the sums over the meters of an outlet's units, under words of our own.
var drawn = map[string]string{"production": "生产用电", "treatment": "治理设施用电"}
