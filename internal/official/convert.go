package official

import (
	"math/big"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Guard says why a value cannot be converted; "" = it can.
type Guard string

// The guards.
const (
	NoOxygen Guard = "no_oxygen" // 缺含氧量，不判定
	Diluted  Guard = "diluted"   // 含氧量达到上限，不折算：稀释或停运
	Largest  Guard = "saturated" // 上传的折算值为最大值，无法折算
	NoFlow   Guard = "no_flow"   // 流量为零，浓度无效
)

// Title says the guard in words.
func (g Guard) Title() string {
	switch g {
	case NoOxygen:
		return "缺少同时段有效含氧量，未折算，不作判定"
	case Diluted:
		return "含氧量不低于 20.5%，疑为稀释或停运，未折算，不作判定"
	case Largest:
		return "上传的折算值为字段最大值，表示无法折算，不作判定"
	case NoFlow:
		return "流量为零，浓度数据无效"
	}
	return ""
}

var twentyOne = big.NewRat(21, 1)

// Convert gives C·(21 − reference)/(21 − measured) exactly (折算). Oxygen below
// the reference is converted too and makes the result smaller.
func (r Rules) Convert(c, reference decimal.Decimal, measured *decimal.Decimal) (*big.Rat, Guard) {
	switch {
	case measured == nil:
		return nil, NoOxygen
	case measured.Cmp(r.Stale) >= 0:
		return nil, Diluted
	}
	up, down := new(big.Rat).Sub(twentyOne, reference.Rat()), new(big.Rat).Sub(twentyOne, measured.Rat())
	out := new(big.Rat).Mul(c.Rat(), up)
	return out.Quo(out, down), ""
}

// Standard brings a concentration to the standard state: 101325/(Ba + Ps) ·
// (273 + t)/273; pressures in Pa, t in ℃.
func Standard(c, ambient, static, t decimal.Decimal) (*big.Rat, bool) {
	p := new(big.Rat).Add(ambient.Rat(), static.Rat())
	if p.Sign() <= 0 {
		return nil, false
	}
	out := new(big.Rat).Mul(c.Rat(), big.NewRat(101325, 1))
	out.Quo(out, p)
	out.Mul(out, new(big.Rat).Add(big.NewRat(273, 1), t.Rat()))
	return out.Quo(out, big.NewRat(273, 1)), true
}

// Dry takes the moisture out of a concentration; moisture in percent.
func Dry(c, moisture decimal.Decimal) (*big.Rat, bool) {
	rest := new(big.Rat).Sub(big.NewRat(100, 1), moisture.Rat())
	if rest.Sign() <= 0 {
		return nil, false
	}
	out := new(big.Rat).Mul(c.Rat(), big.NewRat(100, 1))
	return out.Quo(out, rest), true
}

// DryFlow brings an actual flow to dry gas in the standard state.
func DryFlow(q, ambient, static, t, moisture decimal.Decimal) (*big.Rat, bool) {
	hot := new(big.Rat).Add(big.NewRat(273, 1), t.Rat())
	if hot.Sign() <= 0 {
		return nil, false
	}
	out := new(big.Rat).Mul(q.Rat(), big.NewRat(273, 1))
	out.Quo(out, hot)
	out.Mul(out, new(big.Rat).Add(ambient.Rat(), static.Rat()))
	out.Quo(out, big.NewRat(101325, 1))
	out.Mul(out, new(big.Rat).Sub(big.NewRat(100, 1), moisture.Rat()))
	return out.Quo(out, big.NewRat(100, 1)), true
}

// Molar masses in g/mol.
var (
	MolarSO2 = decimal.Must("64")
	MolarNO  = decimal.Must("30")
	MolarNO2 = decimal.Must("46")
)

// FromPPM turns a share by volume into mg/m³ at the standard state: ppm · M / 22.4.
func FromPPM(ppm, molar decimal.Decimal) *big.Rat {
	out := new(big.Rat).Mul(ppm.Rat(), molar.Rat())
	return out.Quo(out, big.NewRat(224, 10))
}

// NOx counts nitrogen oxides as NO2: NO·46/30 + NO2, in mg/m³.
func NOx(no, no2 *big.Rat) *big.Rat {
	out := new(big.Rat).Mul(no, big.NewRat(46, 30))
	if no2 != nil {
		out.Add(out, no2)
	}
	return out
}

// FlowUnit is the unit in which an outlet's flow comes; it is set for each outlet,
// since senders differ.
type FlowUnit string

// The units of flow.
const (
	PerSecond      FlowUnit = "m3/s"
	PerHour        FlowUnit = "m3/h"
	LitrePerSecond FlowUnit = "L/s" // of water
)

// Volume is the m³ of an hour at the flow.
func (u FlowUnit) Volume(q decimal.Decimal) *big.Rat {
	switch u {
	case PerHour:
		return q.Rat()
	case LitrePerSecond:
		return new(big.Rat).Mul(q.Rat(), big.NewRat(36, 10))
	}
	return new(big.Rat).Mul(q.Rat(), big.NewRat(3600, 1))
}

// GasLoad is the kg of an hour: the unconverted concentration (mg/m³) and the dry
// flow.
func GasLoad(c decimal.Decimal, volume *big.Rat) *big.Rat {
	out := new(big.Rat).Mul(c.Rat(), volume)
	return out.Quo(out, big.NewRat(1_000_000, 1))
}

// WaterLoad is the kg of a volume at a concentration in mg/L.
func WaterLoad(c decimal.Decimal, volume *big.Rat) *big.Rat {
	out := new(big.Rat).Mul(c.Rat(), volume)
	return out.Quo(out, big.NewRat(1000, 1))
}

// Percentile is the p-th percentile (0 to 100) of the values, linear between the
// two nearest: place 1 + (n − 1)·p/100.
func Percentile(values []decimal.Decimal, p int) (*big.Rat, bool) {
	if len(values) == 0 || p < 0 || p > 100 {
		return nil, false
	}
	s := append([]decimal.Decimal(nil), values...)
	sortDecimals(s)
	at := (len(s) - 1) * p
	low, rest := at/100, at%100
	out := s[low].Rat()
	if rest > 0 {
		step := new(big.Rat).Sub(s[low+1].Rat(), s[low].Rat())
		out = new(big.Rat).Add(out, step.Mul(step, big.NewRat(int64(rest), 100)))
	}
	return out, true
}

// Reference is a usual reference oxygen of a source, for the setting of an outlet.
type Reference struct {
	ID        string
	Title     string
	Oxygen    decimal.Decimal
	Standard  string
	Certainty string
}

// References lists the usual reference oxygens.
func References() []Reference {
	ref := func(id, title, o2, standard, mark string) Reference {
		return Reference{id, title, decimal.Must(o2), standard, mark}
	}
	return []Reference{
		ref("coal_boiler", "燃煤锅炉", "9", "GB 13271-2014", "A"),
		ref("oil_gas_boiler", "燃油、燃气锅炉", "3.5", "GB 13271-2014", "A"),
		ref("coal_power", "燃煤电厂锅炉", "6", "GB 13223-2011", "B"),
		ref("oil_gas_power", "燃油、燃气电厂锅炉", "3", "GB 13223-2011", "C"),
		ref("gas_turbine", "燃气轮机组", "15", "GB 13223-2011", "C"),
		ref("waste_incineration", "生活垃圾、危险废物焚烧", "11", "GB 18485-2014、GB 18484-2020", "B"),
		ref("cement_kiln", "水泥窑", "10", "GB 4915-2013", "A"),
		ref("cement_drier", "独立热源烘干设备", "8", "GB 4915-2013", "A"),
		ref("process_heater", "石化工艺加热炉", "3", "GB 31570-2015、GB 31571-2015", "A"),
		ref("sinter", "烧结机、球团焙烧", "16", "钢铁超低排放", "B"),
		ref("brick", "砖瓦窑", "18", "GB 29620-2013 修改单", "C"),
	}
}
