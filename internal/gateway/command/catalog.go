package command

import (
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
)

// Kind tells the screen which control a parameter needs.
type Kind string

// The kinds of parameters.
const (
	Number Kind = "number" // Min to Max
	Choice Kind = "choice" // one of Options
	Factor Kind = "factor" // code of a factor of the outlet
	Code   Kind = "code"   // code of an information item, e.g. i13004
	Clock  Kind = "clock"  // time of day, hh:mm:ss
	Moment Kind = "moment" // RFC 3339
	Text   Kind = "text"
	Secret Kind = "secret" // never shown again
)

// Option is one choice.
type Option struct{ Value, Title string }

// Param is one question of a command's form. Name is the name in the data area.
type Param struct {
	Name     string
	Title    string
	Kind     Kind
	Required bool
	Min, Max int
	Unit     string
	Hint     string
	Default  string
	Options  []Option
}

// Spec is one command that can be sent.
type Spec struct {
	Name       string
	CN         hj212.Command
	Title      string
	Group      string // heading of the list
	Capability auth.Capability
	Danger     bool            // changes the station or costs a sample: ask once more
	Notice     bool            // answered by 9013 alone
	Since      hj212.Version   // first edition that has it
	Until      hj212.Version   // last edition that has it
	Slice      time.Duration   // longest stretch of one request; 0 = no stretch
	Patience   time.Duration   // how long the result may take after 9011; 0 = as the link
	Params     []Param         // BeginTime and EndTime are asked for when Slice is set
	Own        bool            // only the program sends it
	Data       []hj212.Command // uploads that answer it
}

const (
	groupClock = "时钟与参数"
	groupData  = "数据"
	groupField = "现场控制"
	groupKey   = "密码与密钥"
)

var (
	polID  = Param{Name: "PolId", Title: "监测因子", Kind: Factor, Required: true}
	polOpt = Param{Name: "PolId", Title: "监测因子", Kind: Factor, Hint: "不填为数采仪"}
	infoID = Param{Name: "InfoId", Title: "信息编码", Kind: Code, Required: true, Hint: "如 i13004 消解温度"}
)

const (
	day   = 24 * time.Hour
	slow  = 30 * time.Minute // sampling, calibration, analysis
	brisk = 2 * time.Minute  // the next frame of a history
)

// specs is the catalogue, in the order of the screen.
var specs = []Spec{
	{Name: "clock.read", CN: 1011, Title: "提取现场机时间", Group: groupClock, Capability: auth.TelemetryCommand, Params: []Param{polOpt}},
	{Name: "clock.set", CN: 1012, Title: "设置现场机时间", Group: groupClock, Capability: auth.TelemetryCommand, Params: []Param{polOpt}},
	{Name: "timeout.set", CN: 1000, Title: "设置超时时间及重发次数", Group: groupClock, Capability: auth.TelemetryCommand, Params: []Param{
		{Name: "OverTime", Title: "超时时间", Kind: Number, Required: true, Min: 1, Max: 99, Unit: "秒", Default: "10"},
		{Name: "ReCount", Title: "重发次数", Kind: Number, Required: true, Min: 1, Max: 99, Unit: "次", Default: "3"}}},
	{Name: "rtd.read", CN: 1061, Title: "提取实时数据间隔", Group: groupClock, Capability: auth.TelemetryCommand},
	{Name: "rtd.set", CN: 1062, Title: "设置实时数据间隔", Group: groupClock, Capability: auth.TelemetryCommand, Params: []Param{
		{Name: "RtdInterval", Title: "间隔", Kind: Number, Required: true, Min: 30, Max: 3600, Unit: "秒", Default: "60"}}},
	{Name: "minute.read", CN: 1063, Title: "提取分钟数据间隔", Group: groupClock, Capability: auth.TelemetryCommand, Since: hj212.V2017},
	{Name: "minute.set", CN: 1064, Title: "设置分钟数据间隔", Group: groupClock, Capability: auth.TelemetryCommand, Since: hj212.V2017, Params: []Param{
		{Name: "MinInterval", Title: "间隔", Kind: Choice, Required: true, Default: "10", Options: minutes("1", "2", "3", "4", "5", "6", "10", "12", "15", "20", "30")}}},
	{Name: "info.read", CN: 3020, Title: "提取现场机信息", Group: groupClock, Capability: auth.TelemetryCommand, Since: hj212.V2017, Params: []Param{polID, infoID}},
	{Name: "info.set", CN: 3021, Title: "设置现场机参数", Group: groupClock, Capability: auth.TelemetryControl, Danger: true, Since: hj212.V2017, Params: []Param{polID, infoID,
		{Name: "Info", Title: "参数值", Kind: Text, Required: true}}},
	{Name: "sn.read", CN: 3019, Title: "提取设备唯一标识", Group: groupClock, Capability: auth.TelemetryCommand, Since: hj212.V2017, Params: []Param{polID}},

	{Name: "history.minute", CN: 2051, Title: "补取分钟数据", Group: groupData, Capability: auth.TelemetryCommand, Slice: 12 * time.Hour, Patience: brisk, Data: []hj212.Command{2051}},
	{Name: "history.hour", CN: 2061, Title: "补取小时数据", Group: groupData, Capability: auth.TelemetryCommand, Slice: 7 * day, Patience: brisk, Data: []hj212.Command{2061}},
	{Name: "history.day", CN: 2031, Title: "补取日数据", Group: groupData, Capability: auth.TelemetryCommand, Slice: 31 * day, Patience: brisk, Data: []hj212.Command{2031}},
	{Name: "history.run", CN: 2041, Title: "补取设施运行时间", Group: groupData, Capability: auth.TelemetryCommand, Slice: 31 * day, Patience: brisk, Data: []hj212.Command{2041}},
	{Name: "history.raw", CN: 2013, Title: "补取原始监测数据", Group: groupData, Capability: auth.TelemetryCommand, Since: hj212.V2025, Slice: day, Patience: brisk, Data: []hj212.Command{2013}},
	{Name: "history.check", CN: 2062, Title: "补取标样核查数据", Group: groupData, Capability: auth.TelemetryCommand, Since: hj212.V2025, Slice: 31 * day, Patience: brisk, Data: []hj212.Command{2062}},
	{Name: "log.read", CN: 3020, Title: "补取运行日志", Group: groupData, Capability: auth.TelemetryCommand, Since: hj212.V2017, Slice: day, Patience: brisk, Data: []hj212.Command{3020},
		Params: []Param{polID, {Name: "InfoId", Title: "日志", Kind: Choice, Required: true, Default: "i11001", Options: []Option{
			{"i11001", "仪表运行日志"}, {"i21001", "数采仪运行日志"}, {"i31001", "门禁日志"}}}}},
	{Name: "realtime.on", CN: 2011, Title: "开始上传实时数据", Group: groupData, Capability: auth.TelemetryCommand},
	{Name: "realtime.off", CN: 2012, Title: "停止上传实时数据", Group: groupData, Capability: auth.TelemetryControl, Danger: true, Notice: true},
	{Name: "state.on", CN: 2021, Title: "开始上传设施运行状态", Group: groupData, Capability: auth.TelemetryCommand},
	{Name: "state.off", CN: 2022, Title: "停止上传设施运行状态", Group: groupData, Capability: auth.TelemetryControl, Danger: true, Notice: true},

	{Name: "sample.now", CN: 3012, Title: "即时采样", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Patience: slow, Params: []Param{polID}},
	{Name: "sample.keep", CN: 3022, Title: "即时留样", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Since: hj212.V2025, Patience: slow, Params: []Param{polID}},
	{Name: "sample.bottle", CN: 3015, Title: "超标留样", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Since: hj212.V2017, Until: hj212.V2017, Patience: slow},
	{Name: "sample.compare", CN: 3014, Title: "比对采样", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Since: hj212.V2017, Until: hj212.V2017, Patience: slow, Params: []Param{polID}},
	{Name: "calibrate", CN: 3011, Title: "零点、量程校准", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Patience: slow, Params: []Param{polID,
		{Name: "CalibrationType", Title: "校准类型", Kind: Choice, Hint: "仅 2025 版", Options: []Option{{"0", "零点校准"}, {"1", "量程校准"}}}}},
	{Name: "clean", CN: 3013, Title: "清洗、反吹", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Patience: slow, Params: []Param{polID}},
	{Name: "check", CN: 3024, Title: "标样核查", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Since: hj212.V2025, Patience: slow, Params: []Param{polID}},
	{Name: "cycle.read", CN: 3017, Title: "提取采样周期", Group: groupField, Capability: auth.TelemetryCommand, Since: hj212.V2017, Until: hj212.V2017, Params: []Param{polID}},
	{Name: "cycle.set", CN: 3016, Title: "设置采样周期", Group: groupField, Capability: auth.TelemetryControl, Danger: true, Since: hj212.V2017, Until: hj212.V2017, Params: []Param{polID,
		{Name: "CstartTime", Title: "首次采样时刻", Kind: Clock, Required: true, Default: "00:00:00"},
		{Name: "CTime", Title: "周期", Kind: Number, Required: true, Min: 1, Max: 24, Unit: "小时", Default: "2"}}},
	{Name: "duration.read", CN: 3018, Title: "提取出样时间", Group: groupField, Capability: auth.TelemetryCommand, Since: hj212.V2017, Params: []Param{polID}},

	{Name: "password.set", CN: 1072, Title: "设置访问密码", Group: groupKey, Capability: auth.TelemetryKey, Danger: true, Params: []Param{
		{Name: "NewPW", Title: "新密码", Kind: Secret, Required: true, Min: 6, Max: 6, Hint: "6 位字母或数字；设备执行成功后本系统同步更新"}}},
	{Name: "key.renew", CN: 1014, Title: "下发新密钥", Group: groupKey, Capability: auth.TelemetryKey, Danger: true, Since: hj212.V2025, Own: true},
	{Name: "mn.assign", CN: 1002, Title: "分配 MN", Group: groupKey, Capability: auth.TelemetryKey, Danger: true, Since: hj212.V2025, Own: true},
}

func minutes(values ...string) []Option {
	out := make([]Option, len(values))
	for i, v := range values {
		out[i] = Option{v, v + " 分钟"}
	}
	return out
}

var byName = func() map[string]*Spec {
	out := make(map[string]*Spec, len(specs))
	for i := range specs {
		s := &specs[i]
		if s.Until == 0 {
			s.Until = hj212.V2025
		}
		out[s.Name] = s
	}
	return out
}()

// Catalog lists the commands that people can send, in the order of the screen.
func Catalog() []Spec {
	var out []Spec
	for _, s := range specs {
		if !s.Own {
			out = append(out, s)
		}
	}
	return out
}

// Title is the Chinese name of a command of the catalogue.
func Title(name string) string {
	if s := byName[name]; s != nil {
		return s.Title
	}
	return name
}

// in reports whether an edition has the command.
func (s *Spec) in(v hj212.Version) bool { return v >= s.Since && v <= s.Until }

// Capability is what sending a command, or calling it off, takes.
func Capability(name string) auth.Capability {
	if s := byName[name]; s != nil {
		return s.Capability
	}
	return auth.TelemetryControl
}
