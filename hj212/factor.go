package hj212

import "strings"

// Medium is what a factor is measured in. It decides what the digits of a 2005
// code mean.
type Medium uint8

// The media. MediumNone is that of systems and codes that belong to none.
const (
	MediumNone    Medium = iota
	MediumWater          // 水
	MediumGas            // 气
	MediumNoise          // 声
	MediumProcess        // 治理设施过程参数
	MediumStation        // 现场端信息 (i codes)
)

// FactorEntry describes one code (因子编码) of the standard.
type FactorEntry struct {
	Code     string
	Name     string // Chinese
	Medium   Medium
	Code2005 string // the code of 2005, empty when there was none
	Unit     string // of concentrations and other values, empty for pure numbers
	MassUnit string // of totals, empty when the standard has none
	Format   string // N5.2: up to 5 digits before the point and 2 behind it
	Note     string // Chinese, what to beware of

	proof Evidence // when it is not that of the edition
}

// noiseFactors is table B.3 of HJ 212-2017, and a50001, which dust stations send.
var noiseFactors = []FactorEntry{
	{Code: "LA", Name: "A 声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "L5", Name: "累计百分声级 L5", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "L10", Name: "累计百分声级 L10", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "L50", Name: "累计百分声级 L50", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "L90", Name: "累计百分声级 L90", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "L95", Name: "累计百分声级 L95", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "Leq", Name: "等效声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "Ldn", Name: "昼夜等效声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "Ld", Name: "昼间等效声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "Ln", Name: "夜间等效声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "LMx", Name: "最大瞬时声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "LMn", Name: "最小瞬时声级", Medium: MediumNoise, Unit: "dB", Format: "N3.1"},
	{Code: "a50001", Name: "噪声", Medium: MediumNoise, Unit: "dB", Note: "不在 2017 版表中", proof: EvidenceField},
}

// changed2025 holds the names and formats that differ in HJ 212-2025, B.2. What
// else changed there is not known here.
var changed2025 = map[string]struct{ name, format string }{
	"a00000": {"废气流量", "N6.1"},
	"a01011": {"废气流速", "N2.2"},
	"a01012": {"废气温度", "N3.1"},
	"a01013": {"废气压力", "N2.3"},
	"a01014": {"废气含湿量", "N3.2"},
	"a19001": {"氧含量", "N2.2"},
	"a21002": {"氮氧化物", "N4.2"},
	"a21026": {"二氧化硫", "N5.2"},
	"a34013": {"颗粒物（烟尘）", "N4.1"},
}

// Factors lists all codes of the standard: water, gas, noise, process, station.
// The slice is shared; do not change it.
var Factors = func() (all []FactorEntry) {
	for _, part := range [][]FactorEntry{waterFactors, gasFactors, noiseFactors, processFactors, stationFactors()} {
		all = append(all, part...)
	}
	return all
}()

// factorIndex finds the place of a code in Factors, the first one when the
// standard printed a code twice. modernCode finds the letter code of a 2005 code.
var factorIndex, modernCode = func() (map[string]int, map[mediumCode]string) {
	index, modern := make(map[string]int, len(Factors)), map[mediumCode]string{}
	for i, f := range Factors {
		if _, twice := index[f.Code]; !twice {
			index[f.Code] = i
		}
		if f.Code2005 != "" {
			modern[mediumCode{f.Medium, f.Code2005}] = f.Code
		}
	}
	return index, modern
}()

type mediumCode struct {
	medium Medium
	code   string
}

// Factor returns what edition v says about a code. The six characters of a
// process code are found by their first four; in e10102 the 02 is the number of
// the device, in i22102 that of the channel. ok is false for codes of vendors and unknown editions of a table.
func Factor(code string, v Version) (f FactorEntry, ok bool) {
	i, ok := factorIndex[code]
	if !ok && len(code) == 6 {
		switch {
		case code[0] == 'e' || code[0] == 'g':
			i, ok = factorIndex[code[:4]]
		case code[:4] == "i221":
			i, ok = factorIndex["i22101"]
		}
	}
	if !ok {
		return conditionFactor(code)
	}
	f = Factors[i]
	if c, changed := changed2025[code]; changed && v >= V2025 {
		f.Name, f.Format = c.name, c.format
	}
	return f, true
}

// conditionFactor describes the codes of electricity (ST=44) and of key production
// conditions (ST=45), which are new in 2025. Their tables are not known here, only
// that d2 is a production facility, d3 a treatment facility, and that p99101 to
// p99103 carry letters as -Rtd.
func conditionFactor(code string) (f FactorEntry, ok bool) {
	if len(code) != 6 || common([]byte(code[1:]))&classDigit == 0 {
		return FactorEntry{}, false
	}
	f = FactorEntry{Code: code, Medium: MediumProcess, Note: "2025 版新增，编码表未见全文", proof: EvidenceSingle}
	switch {
	case code[:2] == "d2":
		f.Name = "生产设施用电参数"
	case code[:2] == "d3":
		f.Name = "治理设施用电参数"
	case code[:4] == "p991":
		f.Name = "关键生产工况标记"
	}
	return f, f.Name != ""
}

// ModernCode returns the letter code of 2017 for a code of 2005 in a medium, such
// as w01018 for 011 in water. ok is false when the standard has none; the same
// digits mean different things in water (3 digits) and gas (2 digits).
func ModernCode(m Medium, code2005 string) (code string, ok bool) {
	code, ok = modernCode[mediumCode{m, code2005}]
	return code, ok
}

// Ceiling returns the largest value the format of f can say, 9999.99 for N4.2. HJ
// 212-2025 sends it as converted value (折算值) when conversion is impossible, and
// analysers send it when they are saturated: it is not a measurement. ok is false
// when the format is not numeric.
func (f *FactorEntry) Ceiling() (d Decimal, ok bool) {
	if !strings.HasPrefix(f.Format, "N") {
		return Decimal{}, false
	}
	whole, fraction, _ := strings.Cut(f.Format[1:], ".")
	n, ok := digits([]byte(whole))
	k, numeric := digits([]byte(fraction))
	if !ok || fraction != "" && !numeric || n+k > 18 {
		return Decimal{}, false
	}
	d.Scale = int8(k)
	for range n + k {
		d.Mantissa = d.Mantissa*10 + 9
	}
	return d, true
}
