package hj212

// FieldEntry describes one name of the data area (数据区字段).
type FieldEntry struct {
	Name    string // spelled as the standard prints it
	Coded   bool   // follows a code: code-Name
	Type    string // of HJ 212: C4 text up to 4, N14.2 up to 14 digits and 2 decimals
	Meaning string // Chinese

	Editions Editions
}

// Fields lists the names of the data area that the standard defines. Senders add
// their own; those are kept under their own name.
var Fields = []FieldEntry{
	{"SystemTime", false, "N14", "系统时间", in3},
	{"QnRtn", false, "N3", "请求回应代码", in3},
	{"ExeRtn", false, "N3", "执行结果回应代码", in3},
	{"RtdInterval", false, "N4", "实时采样数据上报间隔，秒，30 至 3600", in3},
	{"MinInterval", false, "N2", "分钟数据上报间隔，分钟", in17 | in25},
	{"RestartTime", false, "N14", "数采仪开机时间", in17 | in25},
	{"SampleTime", true, "N14", "污染物采样时间", in3},
	{"Rtd", true, "", "污染物实时采样数据", in3},
	{"Min", true, "", "指定时间内最小值", in3},
	{"Avg", true, "", "指定时间内平均值", in3},
	{"Max", true, "", "指定时间内最大值", in3},
	{"ZsRtd", true, "", "实时采样折算数据", in3},
	{"ZsMin", true, "", "指定时间内最小折算值", in3},
	{"ZsAvg", true, "", "指定时间内平均折算值", in3},
	{"ZsMax", true, "", "指定时间内最大折算值", in3},
	{"Cou", true, "", "指定时间内累计值", in3},
	{"RawAvg", true, "", "指定时间内原始平均值", in25},
	{"Flag", true, "C1", "监测仪器数据标记", in3},
	{"EFlag", true, "C4", "监测仪器扩充数据标记", in3},
	{"CompleteTime", true, "N14", "分析完成时间", in25},
	{"SampleType", true, "", "采样方式", in25},
	{"SampleRd", true, "", "标样核查测量值", in25},
	{"StandardValue", true, "", "标样标准值", in25},
	{"ResultType", true, "N1", "核查结果，1 合格，0 不合格", in25},
	{"RS", true, "N1", "设施运行状态，0 关闭 1 运行 2 校准 3 维护 4 报警 5 反吹", in3},
	{"RT", true, "N2.2", "设施一日内运行小时数", in3},
	{"Data", true, "N3.1", "噪声监测时间段内数据", in3},
	{"DayData", true, "N3.1", "噪声昼间数据", in3},
	{"NightData", true, "N3.1", "噪声夜间数据", in3},
	{"PolId", false, "C6", "污染因子编码", in3},
	{"BeginTime", false, "N14", "开始时间", in3},
	{"EndTime", false, "N14", "截止时间", in3},
	{"DataTime", false, "N14", "数据时间：实时为采集时刻，时段数据为时段起点", in3},
	{"NewPW", false, "C6", "新密码", in17 | in25},
	{"OverTime", false, "N2", "超时时间，秒", in3},
	{"ReCount", false, "N2", "重发次数", in3},
	{"VaseNo", false, "N2", "采样瓶编号", in17 | in25},
	{"CstartTime", false, "N6", "首次采样时间 hhmmss", in17 | in25},
	{"CTime", false, "N2", "采样周期，小时", in3},
	{"Stime", false, "N4", "出样时间，分钟", in17 | in25},
	{"Info", true, "", "现场端信息", in17 | in25},
	{"InfoId", false, "C6", "现场端信息编码", in17 | in25},
	{"SN", true, "C24", "在线监控仪器仪表编码", in17 | in25},
	{"CalibrationType", false, "N1", "校准类型，0 零点，1 量程", in25},
	{"SKCreateTime", false, "N17", "密钥生成时间", in25},
	{"NewSK", false, "C16", "新密钥", in25},
	{"Ala", true, "", "污染物报警期间内的值", in05},
	{"UpValue", true, "", "报警上限值", in05},
	{"LowValue", true, "", "报警下限值", in05},
	{"AlarmTime", false, "N14", "超标时间", in05},
	{"AlarmType", false, "N1", "报警事件类型", in05},
	{"AlarmTarget", false, "N20", "上位机地址", in05},
	{"ReportTime", false, "N4", "数据上报时间 hhmm", in05},
	{"WarnTime", false, "N5", "超限报警延迟时间，秒", in05},
	{"ReportTarget", false, "N20", "上位机地址标识，同 AlarmTarget", in05},
	{"DayStdValue", false, "N14", "噪声昼间标准限值", in05},
	{"NightStdValue", false, "N14", "噪声夜间标准限值", in05},
	{"QN", false, "N17", "所应答报文的请求编码，2005 版写在数据区", in05},
	{"CN", false, "N4", "所应答报文的命令编码，2005 版写在数据区", in05},
	{"PNUM", false, "N4", "所应答报文的总包数，2005 版写在数据区", in05},
	{"PNO", false, "N4", "所应答报文的包号，2005 版写在数据区", in05},
	{"PW", false, "C6", "新密码，2005 版的写法", in05},
}

// FieldName returns the standard's spelling of a name of the data area, matched
// without regard to case, or name itself as a string when the standard does not
// know it.
func FieldName(name []byte) string {
	if e := fieldNamed(Fields, name); e != nil {
		return e.Name
	}
	if e := fieldNamed(SurfaceWaterFields, name); e != nil {
		return e.Name
	}
	return string(name)
}

func fieldNamed[T string | []byte](table []FieldEntry, name T) *FieldEntry {
	for i := range table {
		if equalFold(name, table[i].Name) {
			return &table[i]
		}
	}
	return nil
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
