package hj212

import "strconv"

// stationFactors lists the field-station information codes (现场端信息编码): i, device
// (1 instrument, 2 logger, 3 auxiliary), kind (1 log, 2 state, 3 parameter), and
// three digits. Furnace temperatures have one code for each of ten points.
func stationFactors() []FactorEntry {
	all := []FactorEntry{
		{Code: "i11001", Name: "仪表运行日志", Format: "C890"},
		{Code: "i12001", Name: "仪表工作状态", Format: "N2"},
		{Code: "i12002", Name: "分析仪与数采仪通讯状态", Format: "N1"},
		{Code: "i12003", Name: "COD 分析仪报警状态", Format: "N1"},
		{Code: "i13001", Name: "测量量程"},
		{Code: "i13002", Name: "测量精度"},
		{Code: "i13003", Name: "测量间隔", Unit: "min", Format: "N4"},
		{Code: "i13004", Name: "消解温度", Unit: "℃", Format: "N3.1"},
		{Code: "i13005", Name: "消解时长", Unit: "min", Format: "N2"},
		{Code: "i13006", Name: "校准时间", Format: "N14"},
		{Code: "i13007", Name: "截距"},
		{Code: "i13008", Name: "斜率"},
		{Code: "i13009", Name: "测量检出限"},
		{Code: "i21001", Name: "数采仪运行日志", Format: "C890"},
		{Code: "i22001", Name: "数采仪工作状态", Format: "N1"},
		{Code: "i22002", Name: "用户状态", Format: "N1"},
		{Code: "i22003", Name: "数采仪与上位机通讯状态", Format: "N1"},
		{Code: "i22101", Name: "数采仪通道通讯状态", Format: "N1", Note: "末两位为通道号"},
		{Code: "i23001", Name: "本地大气压力", Unit: "kPa", Format: "N3.3"},
		{Code: "i23005", Name: "数采仪编号", Note: "2025 版"},
		{Code: "i23006", Name: "CPU 序列号", Note: "2025 版"},
		{Code: "i23007", Name: "MAC 地址 1", Note: "2025 版"},
		{Code: "i23008", Name: "MAC 地址 2", Note: "2025 版"},
		{Code: "i31001", Name: "门禁日志", Format: "C890"},
		{Code: "i32001", Name: "门禁状态", Format: "N1"},
		{Code: "i33001", Name: "CEMS 伴热管温度", Unit: "℃", Format: "N4"},
		{Code: "i33002", Name: "CEMS 冷凝温度", Unit: "℃", Format: "N1.1"},
		{Code: "i33101", Name: "站房温度", Unit: "℃", Format: "N4"},
		{Code: "i33102", Name: "站房湿度", Unit: "%", Format: "N4"},
		{Code: "i33103", Name: "站房电压", Unit: "V", Format: "N4"},
		{Code: "i33104", Name: "原水压力", Unit: "kPa", Format: "N6"},
		{Code: "i33105", Name: "进样压力 1", Unit: "kPa", Format: "N6"},
		{Code: "i33106", Name: "进样压力 2", Unit: "kPa", Format: "N6"},
		{Code: "i33107", Name: "沉砂池清洗时间", Unit: "s", Format: "N4"},
		{Code: "i33200", Name: "污水处理站电流量", Unit: "A", Format: "N4.2"},
		{Code: "i33201", Name: "污水处理站累计耗电量", Unit: "kWh", Format: "N13"},
		{Code: "i33202", Name: "污水处理站日耗电量", Unit: "kWh", Format: "N7"},
		{Code: "I33400", Name: "生产负荷", Unit: "%", Format: "N3.1", Note: "标准印为大写 I"},
	}
	for part, name := range []string{"炉膛上部", "炉膛中部", "炉膛下部", "二次空气喷入点"} {
		for point := range 10 {
			all = append(all, FactorEntry{
				Code: "i333" + strconv.Itoa(part+1) + strconv.Itoa(point),
				Name: name + "温度 " + strconv.Itoa(point), Unit: "℃", Format: "N4.1",
			})
		}
	}
	for i := range all {
		all[i].Medium = MediumStation
	}
	return all
}

// StateEntry is the meaning of one value of a state code.
type StateEntry struct {
	Code  string // of the field station, such as i12001, or RS for facilities
	Value int
	Name  string // Chinese
}

// States lists the values of the state codes of 2017 (kind 2), and of the state of a
// facility, SBn-RS. 2005 had 0 and 1 of RS alone; i12001 has no 4.
var States = []StateEntry{
	{"i12001", 0, "运行"},
	{"i12001", 1, "维护"},
	{"i12001", 2, "故障"},
	{"i12001", 3, "校准"},
	{"i12001", 5, "反吹"},
	{"i12001", 6, "电源故障"},
	{"i12001", 7, "测量"},
	{"i12001", 8, "标定"},
	{"i12001", 9, "待机"},
	{"i12001", 10, "运维"},
	{"i12002", 0, "正常"},
	{"i12002", 1, "异常"},
	{"i12003", 0, "正常"},
	{"i12003", 1, "报警"},
	{"i22001", 0, "运行"},
	{"i22001", 1, "停机"},
	{"i22001", 2, "故障"},
	{"i22001", 3, "维护"},
	{"i22002", 0, "普通用户"},
	{"i22002", 1, "管理员"},
	{"i22002", 2, "维护"},
	{"i22003", 0, "正常"},
	{"i22003", 1, "异常"},
	{"i22101", 0, "正常"},
	{"i22101", 1, "异常"},
	{"i22101", 2, "无设备"},
	{"i32001", 0, "运行"},
	{"i32001", 1, "停止"},
	{"i32001", 2, "故障"},
	{"i32001", 3, "维护"},
	{"RS", 0, "关闭"},
	{"RS", 1, "运行"},
	{"RS", 2, "校准"},
	{"RS", 3, "维护"},
	{"RS", 4, "报警"},
	{"RS", 5, "反吹"},
}

// stateNames finds the states of a code.
var stateNames = func() map[string]map[int]string {
	names := map[string]map[int]string{}
	for _, e := range States {
		if names[e.Code] == nil {
			names[e.Code] = map[int]string{}
		}
		names[e.Code][e.Value] = e.Name
	}
	return names
}()

// StateName returns the Chinese meaning of a value of a state code such as i12001,
// or of a facility state when code is RS; empty when the standard has none.
func StateName(code string, value int) string { return stateNames[code][value] }
