package hj212

import "strconv"

// Command is the numeric value of a command code CN (命令编码).
type Command uint16

// Commands a receiver meets most.
const (
	UploadRealtime Command = 2011 // 污染物实时数据
	UploadStatus   Command = 2021 // 设备运行状态数据
	UploadDay      Command = 2031 // 污染物日历史数据
	UploadRunTime  Command = 2041 // 设备运行时间日历史数据
	UploadMinute   Command = 2051 // 污染物分钟数据
	UploadHour     Command = 2061 // 污染物小时数据
)

// Direction says which side starts a command.
type Direction uint8

// The directions; a command may have both.
const (
	ToField   Direction = 1 << iota // host to field (上位机到现场机)
	FromField                       // field to host (现场机到上位机)
)

// Exchange is the way a command is answered (通讯流程).
type Exchange uint8

// The exchanges; a command may have two, one in each direction.
const (
	Request Exchange = 1 << iota // 请求命令: 9011, the result, 9012
	Upload                       // 上传命令: 9014
	Notice                       // 通知命令: 9013
	Answer                       // 9011 to 9014 themselves
)

// Editions is a set of [Version].
type Editions uint8

// Has reports whether v is in the set.
func (e Editions) Has(v Version) bool { return v < 8 && e&(1<<v) != 0 }

const (
	in05 Editions = 1 << V2005
	in17 Editions = 1 << V2017
	in25 Editions = 1 << V2025
	in3           = in05 | in17 | in25
)

// CommandEntry describes one command of the standard. A code whose meaning
// changed between editions has one entry for each meaning.
type CommandEntry struct {
	Command   Command
	Name      string // Chinese name
	Direction Direction
	Exchange  Exchange
	Editions  Editions
	Params    string // names in the data area, as the standard prints them

	proof Evidence // when it is not that of the editions
}

// Commands lists the commands of the three editions, by number.
var Commands = []CommandEntry{
	{1000, "设置超时时间及重发次数", ToField, Request, in3, "OverTime,ReCount", 0},
	{1001, "设置超限报警时间", ToField, Request, in05, "WarnTime", 0},
	{1001, "上传数采仪硬件序号", FromField, Notice, in25, "i23005-Info,i23006-Info,i23007-Info,i23008-Info", 0},
	{1002, "设置数采仪 MN 编码", ToField, Request, in25, "i23005-Info", 0},
	{1011, "提取/上传现场机时间", ToField | FromField, Request | Upload, in3, "PolId,SystemTime", 0},
	{1012, "设置现场机时间", ToField, Request, in3, "PolId,SystemTime", 0},
	{1013, "现场机时间校准请求", FromField, Notice, in17 | in25, "PolId", 0},
	{1014, "现场机获取新密钥", FromField, Notice, in25, "SKCreateTime", 0},
	{1014, "上位机下发新密钥", ToField, Request, in25, "SKCreateTime,NewSK", 0},
	{1021, "提取污染物报警门限值", ToField | FromField, Request | Upload, in05, "PolId,LowValue,UpValue", 0},
	{1022, "设置污染物报警门限值", ToField, Request, in05, "LowValue,UpValue", 0},
	{1031, "提取上位机地址", ToField | FromField, Request | Upload, in05, "AlarmTarget", 0},
	{1032, "设置上位机地址", ToField, Request, in05, "AlarmTarget", 0},
	{1041, "提取数据上报时间", ToField | FromField, Request | Upload, in05, "ReportTime", 0},
	{1042, "设置数据上报时间", ToField, Request, in05, "ReportTime", 0},
	{1061, "提取实时数据间隔", ToField | FromField, Request | Upload, in3, "RtdInterval", 0},
	{1062, "设置实时数据间隔", ToField, Request, in3, "RtdInterval", 0},
	{1063, "提取分钟数据间隔", ToField | FromField, Request | Upload, in17 | in25, "MinInterval", 0},
	{1064, "设置分钟数据间隔", ToField, Request, in17 | in25, "MinInterval", 0},
	{1072, "设置现场机密码", ToField, Request, in3, "NewPW", 0},
	{2011, "取/上传污染物实时数据", ToField | FromField, Request | Upload, in3, "DataTime,SampleTime,Rtd,ZsRtd,Flag,EFlag", 0},
	{2012, "停止察看污染物实时数据", ToField, Notice, in3, "", 0},
	{2013, "取/上传原始监测数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,SampleTime,CompleteTime,SampleType,Avg,Flag", 0},
	{2021, "取/上传设备运行状态数据", ToField | FromField, Request | Upload, in3, "DataTime,RS", 0},
	{2022, "停止察看设备运行状态", ToField, Notice, in3, "", 0},
	{2031, "取/上传污染物日历史数据", ToField | FromField, Request | Upload, in3, "BeginTime,EndTime,DataTime,Cou,Min,Avg,Max,Flag,Data,DayData,NightData", 0},
	{2041, "取/上传设备运行时间日历史数据", ToField | FromField, Request | Upload, in3, "BeginTime,EndTime,DataTime,RT", 0},
	{2051, "取/上传污染物分钟数据", ToField | FromField, Request | Upload, in3, "BeginTime,EndTime,DataTime,Cou,Min,Avg,Max,RawAvg,Flag,Data", 0},
	{2052, "取/上传噪声单次测量数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,Data", 0},
	{2061, "取/上传污染物小时数据", ToField | FromField, Request | Upload, in3, "BeginTime,EndTime,DataTime,Cou,Min,Avg,Max,Flag,Data", 0},
	{2062, "取/上传自动标样核查（校准）数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,SampleRd,StandardValue,ResultType", 0},
	{2071, "取/上传污染物报警记录", ToField | FromField, Request | Upload, in05, "BeginTime,EndTime,DataTime,Ala", 0},
	{2072, "上传报警事件", FromField, Notice, in05, "AlarmTime,Ala,AlarmType", 0},
	{2081, "上传数采仪开机时间", FromField, Upload, in17 | in25, "DataTime,RestartTime", 0},
	{2111, "上传炉膛温度 5 分钟均值", FromField, Upload, in25, "DataTime,Avg", 0},
	{3011, "零点校准量程校准", ToField, Request, in3, "PolId,CalibrationType", 0},
	{3012, "即时采样", ToField, Request, in3, "PolId", 0},
	{3013, "设备操作命令", ToField, Request, in05, "PolId", 0},
	{3013, "启动清洗/反吹", ToField, Request, in17 | in25, "PolId", 0},
	{3014, "设置采样时间周期", ToField, Request, in05, "PolId,CTime", 0},
	{3014, "比对采样", ToField, Request, in17, "PolId", 0},
	{3015, "超标留样/上传超标留样信息", ToField | FromField, Request | Upload, in17, "DataTime,VaseNo", 0},
	{3016, "设置采样时间周期", ToField, Request, in17, "PolId,CstartTime,CTime", 0},
	{3017, "提取/上传采样时间周期", ToField | FromField, Request | Upload, in17, "PolId,CstartTime,CTime", 0},
	{3018, "提取/上传出样时间", ToField | FromField, Request | Upload, in17 | in25, "PolId,Stime", 0},
	{3019, "提取/上传设备唯一标识", ToField | FromField, Request | Upload, in17 | in25, "PolId,DataTime,SN", 0},
	{3020, "提取/上传现场机信息", ToField | FromField, Request | Upload, in17 | in25, "PolId,InfoId,BeginTime,EndTime,DataTime,Info", 0},
	{3021, "设置现场机参数", ToField, Request, in17 | in25, "PolId,InfoId,Info", 0},
	{3022, "下发即时留样任务", ToField, Request, in25, "PolId", 0},
	{3024, "启动标样核查", ToField, Request, in25, "PolId", 0},
	{9011, "请求应答", FromField, Answer, in3, "QnRtn", 0},
	{9012, "执行结果", FromField, Answer, in3, "ExeRtn", 0},
	{9013, "通知应答", ToField | FromField, Answer, in3, "", 0},
	{9014, "数据应答", ToField | FromField, Answer, in3, "", 0},
	{9015, "心跳包", FromField, Notice, in25, "", 0},
}

// Entry returns the description of c in edition v, or that of the newest edition
// which knows c, or nil. A command with two meanings in one edition (1014 of
// 2025) gives the first: see [Command.EntryBy].
func (c Command) Entry(v Version) *CommandEntry {
	var known *CommandEntry
	for i := range Commands {
		if e := &Commands[i]; e.Command == c {
			if e.Editions.Has(v) {
				return e
			}
			known = e
		}
	}
	return known
}

// EntryBy returns the description of c in edition v when by starts it, or nil. It
// tells the two meanings of 1014 in 2025 apart: the field asks for a key, the host
// sends one.
func (c Command) EntryBy(v Version, by Direction) *CommandEntry {
	for i := range Commands {
		if e := &Commands[i]; e.Command == c && e.Editions.Has(v) && e.Direction&by != 0 {
			return e
		}
	}
	return nil
}

// Name returns the Chinese name of c in edition v, or its number when the
// standard does not know it.
func (c Command) Name(v Version) string {
	if e := c.Entry(v); e != nil {
		return e.Name
	}
	return c.String()
}

// String returns c as the 4 digits of CN.
func (c Command) String() string {
	s := strconv.Itoa(int(c))
	for len(s) < 4 {
		s = "0" + s
	}
	return s
}

// noticeFromField reports that c, sent by the field, is a notice. 9021 is the
// login or heartbeat of older senders.
func (c Command) noticeFromField(v Version) bool {
	switch c {
	case 1001, 1014:
		return v >= V2025
	case 1013, 2072, Heartbeat, 9021:
		return true
	}
	return false
}
