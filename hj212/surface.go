package hj212

// Dialect is the family of protocols a frame belongs to. It decides what a command,
// a result code and a data flag mean.
type Dialect uint8

// The dialects.
const (
	DialectPollution    Dialect = iota // HJ 212, pollution sources
	DialectSurfaceWater                // the national surface-water protocol (地表水, ST=21, HJ 1404-2024 and before)
)

// Dialect returns the dialect of f. Answers carry ST=91 in both: take theirs from
// the exchange or the connection.
func (f *Frame) Dialect() Dialect {
	if f.SurfaceWater() {
		return DialectSurfaceWater
	}
	return DialectPollution
}

// SurfaceWaterCommands lists what the surface-water protocol has beside or in place
// of the commands of HJ 212. Its text was not read: uploads and their names come
// from the programs of station makers, requests from frames of the field.
var SurfaceWaterCommands = []CommandEntry{
	{2062, "上传标样核查数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,Check,StandardValue,Flag", EvidenceAgreed},
	{2063, "上传加标回收数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,Check,WaterTime,Water,Chroma,Volume,DVolume,Flag", EvidenceAgreed},
	{2064, "上传平行样数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,Check,WaterTime,Water,Flag", EvidenceAgreed},
	{2065, "上传零点核查数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,Check,StandardValue,SpanValue,Flag", EvidenceAgreed},
	{2066, "上传跨度核查数据", ToField | FromField, Request | Upload, in25, "BeginTime,EndTime,DataTime,Check,StandardValue,SpanValue,Flag", EvidenceAgreed},
	{3042, "站点控制", ToField, Request, in25, "", EvidenceField},
	{3043, "系统重启", ToField, Request, in25, "", EvidenceField},
	{3044, "启动系统单次测试", ToField, Request, in25, "", EvidenceSingle},
	{3045, "站点控制", ToField, Request, in25, "", EvidenceField},
	{3046, "站点控制", ToField, Request, in25, "", EvidenceField},
	{3056, "站点控制", ToField, Request, in25, "", EvidenceField},
	{3080, "启动标样核查", ToField, Request, in25, "PolId", EvidenceSingle},
	{3081, "启动加标回收", ToField, Request, in25, "PolId", EvidenceInferred},
	{3082, "启动平行样测试", ToField, Request, in25, "PolId", EvidenceInferred},
	{3083, "启动零点核查", ToField, Request, in25, "PolId", EvidenceInferred},
	{3084, "启动跨度核查", ToField, Request, in25, "PolId", EvidenceInferred},
	{3085, "启动空白校准", ToField, Request, in25, "PolId", EvidenceSingle},
	{3086, "启动标样校准", ToField, Request, in25, "PolId", EvidenceSingle},
	{3100, "站点控制", ToField, Request, in25, "", EvidenceField},
	{9021, "登录或心跳", FromField, Notice, in3, "", EvidenceField},
}

// SurfaceWaterFlags lists the data flags of the surface-water protocol, in which F
// and B are not what they are in HJ 212.
var SurfaceWaterFlags = []DataFlagEntry{
	{"N", "正常", in25, EvidenceAgreed},
	{"T", "超上限", in25, EvidenceAgreed},
	{"L", "超下限", in25, EvidenceAgreed},
	{"P", "电源故障", in25, EvidenceInferred},
	{"D", "仪器故障", in25, EvidenceAgreed},
	{"F", "仪器通信故障", in25, EvidenceAgreed},
	{"B", "仪器离线", in25, EvidenceAgreed},
	{"Z", "取水点无水样", in25, EvidenceInferred},
	{"S", "手工输入数据", in25, EvidenceInferred},
	{"M", "维护调试数据", in25, EvidenceAgreed},
	{"C", "校准", in25, EvidenceSingle},
	{"hd", "现场启动测试", in25, EvidenceUnconfirmed},
	{"lr", "缺试剂", in25, EvidenceAgreed},
	{"lp", "缺纯水", in25, EvidenceAgreed},
	{"lw", "缺水样", in25, EvidenceAgreed},
	{"ls", "缺标样", in25, EvidenceAgreed},
	{"ra", "加标回收正常", in25, EvidenceSingle},
	{"pt", "平行样测试正常", in25, EvidenceSingle},
}

// SurfaceWaterFields lists the names of the data area that the surface-water
// protocol adds for quality control.
var SurfaceWaterFields = []FieldEntry{
	{"Check", true, "", "核查、回收或平行样的测定值", in25},
	{"SpanValue", true, "", "仪器跨度值", in25},
	{"WaterTime", true, "N14", "加标前或首次水样的测定时间", in25},
	{"Water", true, "", "加标前或首次水样的测定值", in25},
	{"Chroma", true, "", "加标母液浓度", in25},
	{"Volume", true, "", "加标体积", in25},
	{"DVolume", true, "", "加标水杯定容体积", in25},
}

// The results of the surface-water protocol that differ.
const (
	QnBusySurface = 9  // 系统繁忙
	QnCRCSurface  = 99 // CRC 校验错误
)

// QnRtnName returns the Chinese meaning of a QnRtn value, empty when it has none.
func (d Dialect) QnRtnName(n int) string {
	if d == DialectSurfaceWater {
		switch n {
		case QnBusySurface:
			return "系统繁忙不能执行"
		case QnCRCSurface:
			return "CRC 校验错误"
		}
	}
	return QnRtnName(n)
}

// Entry returns the description of a command of edition v, or nil.
func (d Dialect) Entry(c Command, v Version) *CommandEntry {
	if d == DialectSurfaceWater {
		for i := range SurfaceWaterCommands {
			if e := &SurfaceWaterCommands[i]; e.Command == c {
				return e
			}
		}
	}
	return c.Entry(v)
}

// DataFlagName returns the Chinese meaning of a data flag of edition v, empty when
// it has none.
func (d Dialect) DataFlagName(flag string, v Version) string {
	if d == DialectSurfaceWater {
		for i := range SurfaceWaterFlags {
			if SurfaceWaterFlags[i].Flag == flag {
				return SurfaceWaterFlags[i].Name
			}
		}
		return ""
	}
	return DataFlagName(flag, v)
}
