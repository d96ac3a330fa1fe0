package hj212

// FieldEntry describes one name of the data area (数据区字段).
type FieldEntry struct {
	Name    string // spelled as the standard prints it
	Coded   bool   // follows a code: code-Name
	Type    string // of HJ 212: C4 text up to 4, N14.2 up to 14 digits and 2 decimals
	Meaning string // Chinese
}

// Fields lists the names of the data area that the standard defines. Senders add
// their own; those are kept under their own name.
var Fields = []FieldEntry{
	{"SystemTime", false, "N14", "系统时间"},
	{"QnRtn", false, "N3", "请求回应代码"},
	{"ExeRtn", false, "N3", "执行结果回应代码"},
	{"RtdInterval", false, "N4", "实时采样数据上报间隔，秒，30 至 3600"},
	{"MinInterval", false, "N2", "分钟数据上报间隔，分钟"},
	{"RestartTime", false, "N14", "数采仪开机时间"},
	{"SampleTime", true, "N14", "污染物采样时间"},
	{"Rtd", true, "", "污染物实时采样数据"},
	{"Min", true, "", "指定时间内最小值"},
	{"Avg", true, "", "指定时间内平均值"},
	{"Max", true, "", "指定时间内最大值"},
	{"ZsRtd", true, "", "实时采样折算数据"},
	{"ZsMin", true, "", "指定时间内最小折算值"},
	{"ZsAvg", true, "", "指定时间内平均折算值"},
	{"ZsMax", true, "", "指定时间内最大折算值"},
	{"Cou", true, "", "指定时间内累计值"},
	{"RawAvg", true, "", "指定时间内原始平均值"},
	{"Flag", true, "C1", "监测仪器数据标记"},
	{"EFlag", true, "C4", "监测仪器扩充数据标记"},
	{"CompleteTime", true, "N14", "分析完成时间"},
	{"SampleType", true, "", "采样方式"},
	{"SampleRd", true, "", "标样核查测量值"},
	{"StandardValue", true, "", "标样标准值"},
	{"ResultType", true, "N1", "核查结果，1 合格，0 不合格"},
	{"RS", true, "N1", "设施运行状态，0 关闭 1 运行 2 校准 3 维护 4 报警 5 反吹"},
	{"RT", true, "N2.2", "设施一日内运行小时数"},
	{"Data", true, "N3.1", "噪声监测时间段内数据"},
	{"DayData", true, "N3.1", "噪声昼间数据"},
	{"NightData", true, "N3.1", "噪声夜间数据"},
	{"PolId", false, "C6", "污染因子编码"},
	{"BeginTime", false, "N14", "开始时间"},
	{"EndTime", false, "N14", "截止时间"},
	{"DataTime", false, "N14", "数据时间：实时为采集时刻，时段数据为时段起点"},
	{"NewPW", false, "C6", "新密码"},
	{"OverTime", false, "N2", "超时时间，秒"},
	{"ReCount", false, "N2", "重发次数"},
	{"VaseNo", false, "N2", "采样瓶编号"},
	{"CstartTime", false, "N6", "首次采样时间 hhmmss"},
	{"CTime", false, "N2", "采样周期，小时"},
	{"Stime", false, "N4", "出样时间，分钟"},
	{"Info", true, "", "现场端信息"},
	{"InfoId", false, "C6", "现场端信息编码"},
	{"SN", true, "C24", "在线监控仪器仪表编码"},
	{"CalibrationType", false, "N1", "校准类型，0 零点，1 量程"},
	{"SKCreateTime", false, "N17", "密钥生成时间"},
	{"NewSK", false, "C16", "新密钥"},
	{"Ala", true, "", "污染物报警期间内的值"},
	{"UpValue", true, "", "报警上限值"},
	{"LowValue", true, "", "报警下限值"},
	{"AlarmTime", false, "N14", "超标时间"},
	{"AlarmType", false, "N1", "报警事件类型"},
	{"AlarmTarget", false, "N20", "上位机地址"},
	{"ReportTime", false, "N4", "数据上报时间 hhmm"},
	{"WarnTime", false, "N5", "超限报警时间"},
}

// FieldName returns the standard's spelling of a name of the data area, matched
// without regard to case, or name itself as a string when the standard does not
// know it.
func FieldName(name []byte) string {
	for i := range Fields {
		if equalFold(name, Fields[i].Name) {
			return Fields[i].Name
		}
	}
	return string(name)
}

// HeaderName returns the standard's spelling of a header field, matched without
// regard to case, or name itself as a string when the standard does not know it.
func HeaderName(name []byte) string {
	for _, standard := range fieldNames {
		if equalFold(name, standard) {
			return string(standard)
		}
	}
	return string(name)
}
