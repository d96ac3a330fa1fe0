package hj212

// SystemEntry describes one system code ST (系统编码).
type SystemEntry struct {
	ST       string
	Name     string // Chinese
	Medium   Medium
	Editions Editions
}

// Systems lists the system codes. 10-29 are environment quality, 30-49 pollution
// sources, 50-69 processes, 91-99 interaction; A0-Z9 are free.
var Systems = []SystemEntry{
	{"21", "地表水质量监测", MediumWater, in3},
	{"22", "空气质量监测", MediumGas, in3},
	{"23", "声环境质量监测", MediumNoise, in3},
	{"24", "地下水质量监测", MediumWater, in17 | in25},
	{"25", "土壤质量监测", MediumNone, in17 | in25},
	{"26", "海水质量监测", MediumWater, in17 | in25},
	{"27", "挥发性有机物监测", MediumGas, in17 | in25},
	{"31", "大气环境污染源", MediumGas, in3},
	{"32", "地表水体环境污染源", MediumWater, in3},
	{"33", "地下水体环境污染源", MediumWater, in3},
	{"34", "海洋环境污染源", MediumWater, in3},
	{"35", "土壤环境污染源", MediumNone, in3},
	{"36", "声环境污染源", MediumNoise, in3},
	{"37", "振动环境污染源", MediumNone, in3},
	{"38", "放射性环境污染源", MediumNone, in3},
	{"39", "工地扬尘污染源", MediumGas, in17 | in25},
	{"41", "电磁环境污染源", MediumNone, in3},
	{"44", "用电监控", MediumProcess, in25},
	{"45", "关键生产工况监控", MediumProcess, in25},
	{"51", "烟气排放过程监控", MediumProcess, in17 | in25},
	{"52", "污水排放过程监控", MediumProcess, in17 | in25},
	{"91", "系统交互", MediumNone, in3},
}

// System returns the entry of a system code. ok is false for codes the standard
// does not name.
func System[T string | []byte](st T) (e SystemEntry, ok bool) {
	for i := range Systems {
		if Systems[i].ST == string(st) {
			return Systems[i], true
		}
	}
	return SystemEntry{}, false
}

// DataFlagEntry describes one data flag (数据标记), the value of code-Flag.
type DataFlagEntry struct {
	Flag     string
	Name     string // Chinese
	Editions Editions

	proof Evidence // when it is not that of the editions
}

// DataFlags lists the known data flags. The full table of 2025 is not known here:
// a flag that is not in the list is kept as it is and taken as "not N". The
// meanings of 2005 are from practice; its air stations sent digits. What Td means
// beyond being set automatically is not known here.
var DataFlags = []DataFlagEntry{
	{"N", "正常", in3, 0},
	{"F", "停运", in05 | in17, 0},
	{"M", "维护", in3, 0},
	{"S", "手工输入的设定值", in05 | in17, 0},
	{"D", "故障", in3, 0},
	{"C", "校准", in3, 0},
	{"T", "超过测量上限", in3, 0},
	{"B", "仪表与数采仪通讯异常", in17, 0},
	{"P", "电源故障", in05, 0},
	{"Td", "2025 版的自动标记 Td", in25, 0},
	{"0", "校准", in05, 0},
	{"1", "气象参数", in05, 0},
	{"2", "异常", in05, 0},
	{"3", "正常", in05, 0},
}

// DataFlagName returns the Chinese meaning of a data flag in edition v, or in
// another edition that knows it; empty when none does.
func DataFlagName[T string | []byte](flag T, v Version) string {
	name := ""
	for i := range DataFlags {
		if e := &DataFlags[i]; e.Flag == string(flag) {
			if e.Editions.Has(v) {
				return e.Name
			}
			name = e.Name
		}
	}
	return name
}

// FlagNormal reports that a data flag says the instrument works: N. An absent or
// unknown flag does not.
func FlagNormal[T string | []byte](flag T) bool { return len(flag) == 1 && flag[0] == 'N' }
