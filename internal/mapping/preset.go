package mapping

import "fmt"

// Preset is a mapping to begin with.
type Preset struct {
	ID      string
	Title   string
	Mapping Mapping
}

// electric are the quantities of one metered circuit: key, code, title, unit.
var electric = [][4]string{
	{"Ua", "Ua", "A 相电压", "V"}, {"Ub", "Ub", "B 相电压", "V"}, {"Uc", "Uc", "C 相电压", "V"},
	{"Ia", "Ia", "A 相电流", "A"}, {"Ib", "Ib", "B 相电流", "A"}, {"Ic", "Ic", "C 相电流", "A"},
	{"P", "P", "有功功率", "kW"}, {"Q", "Q", "无功功率", "kvar"}, {"PF", "PF", "功率因数", ""},
	{"Ep", "Ep", "有功电能", "kWh"}, {"sw", "SW", "开关状态", ""},
}

// circuit gives the points of one circuit: its keys behind a prefix, its codes
// with the circuit's two digits, as HJ 212 numbers devices (Ia01).
func circuit(prefix string, n int) []Point {
	out := make([]Point, 0, len(electric))
	for _, q := range electric {
		out = append(out, Point{Path: prefix + q[0], Code: fmt.Sprintf("%s%02d", q[1], n), Title: fmt.Sprintf("%d 号回路%s", n, q[2]), Unit: q[3]})
	}
	return out
}

// Presets lists the mappings for the payload forms seen in the field.
func Presets() []Preset {
	many := append(circuit("m1.", 1), append(circuit("m2.", 2), append(circuit("m3.", 3), circuit("m4.", 4)...)...)...)
	single := circuit("", 1)
	return []Preset{
		{"values", "单表：时间与数值分开，{\"ts\":…,\"values\":{…}}，单条或数组；也收平铺的一层", Mapping{Time: Time{Path: "ts"}, Values: "values", Points: single}},
		{"gateway", "网关：一条报文带多个回路，{\"time\":…,\"data\":{\"m1\":{…},\"m2\":{…}}}", Mapping{Time: Time{Path: "time"}, Values: "data", Points: many}},
		{"single", "逐点：{\"time\":…,\"list\":[{\"id\":\"Ia\",\"v\":1.2},…]}", Mapping{List: "list", Time: Time{Path: "time"}, Name: "id", Value: "v", Points: single}},
	}
}
