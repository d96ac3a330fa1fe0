package hj212

import (
	"fmt"
	"strconv"
	"time"
)

// StartRealtime asks for realtime values from now on (2011, 取污染物实时数据).
func (o Orders) StartRealtime(qn string) (Message, error) { return o.order(qn, UploadRealtime, "") }

// StopRealtime ends them; it is a notice (2012, 停止察看污染物实时数据).
func (o Orders) StopRealtime(qn string) (Message, error) { return o.order(qn, 2012, "") }

// StartStates asks for the states of facilities from now on (2021, 取设备运行状态数据).
func (o Orders) StartStates(qn string) (Message, error) { return o.order(qn, UploadStatus, "") }

// StopStates ends them; it is a notice (2022, 停止察看设备运行状态).
func (o Orders) StopStates(qn string) (Message, error) { return o.order(qn, 2022, "") }

// between writes the stretch of a query. Where the standards print a comma between
// the two, so does this.
func between(begin, end time.Time, comma bool) string {
	separator := ";"
	if comma {
		separator = ","
	}
	return "BeginTime=" + stamp(begin) + separator + "EndTime=" + stamp(end)
}

// History asks for the values of a stretch again: cn is 2031, 2041, 2051, 2061; 2013,
// 2052, 2062 since 2025; 2071 in 2005; and 2062 to 2066 of surface water
// (取历史数据). Realtime values of electricity (ST=44) can be asked for by 2011.
func (o Orders) History(qn string, cn Command, begin, end time.Time) (Message, error) {
	switch cn {
	case UploadDay, UploadRunTime, UploadMinute, UploadHour, 2013, 2052, 2062, 2071:
	case 2063, 2064, 2065, 2066:
		if o.Dialect != DialectSurfaceWater {
			return Message{}, fmt.Errorf("%w：%v", ErrNotInEdition, cn)
		}
	case UploadRealtime:
		if o.Version < V2025 || o.ST != "44" {
			return Message{}, fmt.Errorf("%w：实时历史只有 2025 版用电监控（ST=44）才有", ErrNotInEdition)
		}
	default:
		return Message{}, fmt.Errorf("%w：%v 不是取历史数据的命令", ErrOrderValue, cn)
	}
	if end.Before(begin) {
		return Message{}, fmt.Errorf("%w：EndTime 早于 BeginTime", ErrOrderValue)
	}
	return o.order(qn, cn, between(begin, end, o.Version == V2005 || o.Version == V2017 && cn == UploadRunTime))
}

// Calibrate starts the calibration of zero, or of span (3011, 零点校准量程校准). The
// editions before 2025 do not tell the two apart.
func (o Orders) Calibrate(qn, polID string, span bool) (Message, error) {
	if o.Version < V2025 {
		return o.factored(qn, 3011, polID)
	}
	if err := plainValue("PolId", polID, 6); err != nil {
		return Message{}, err
	}
	kind := "0"
	if span {
		kind = "1"
	}
	return o.order(qn, 3011, "PolId="+polID+",CalibrationType="+kind)
}

// SampleNow has a sample taken and measured (3012, 即时采样).
func (o Orders) SampleNow(qn, polID string) (Message, error) { return o.factored(qn, 3012, polID) }

// Clean starts cleaning or blow-back (3013, 启动清洗/反吹; 2005: 设备操作命令).
func (o Orders) Clean(qn, polID string) (Message, error) { return o.factored(qn, 3013, polID) }

// Compare has a sample taken for comparison (3014, 比对采样, 2017).
func (o Orders) Compare(qn, polID string) (Message, error) {
	if o.Version == V2005 {
		return Message{}, fmt.Errorf("%w：2005 版的 3014 是设置采样时间周期", ErrNotInEdition)
	}
	return o.factored(qn, 3014, polID)
}

// KeepSample has a sample kept: 3015 (超标留样) in 2017, 3022 (即时留样) for the factor in
// 2025.
func (o Orders) KeepSample(qn, polID string) (Message, error) {
	if o.Version >= V2025 {
		return o.factored(qn, 3022, polID)
	}
	return o.order(qn, 3015, "")
}

// CheckStandard starts the measurement of a standard sample (3024, 启动标样核查, 2025).
func (o Orders) CheckStandard(qn, polID string) (Message, error) { return o.factored(qn, 3024, polID) }

// SetSampling sets when the first sample of the day is taken and the hours to the
// next (3016, 设置采样时间周期, 2017). In 2005 (3014) hours are those of the day, one for
// each sample, and first is not used.
func (o Orders) SetSampling(qn, polID string, first time.Duration, hours ...int) (Message, error) {
	for _, h := range hours {
		if err := within("CTime", h, 0, 24); err != nil {
			return Message{}, err
		}
	}
	if o.Version == V2005 {
		var all []string
		for _, h := range hours {
			all = append(all, "CTime="+strconv.Itoa(h))
		}
		return o.factored(qn, 3014, polID, all...)
	}
	if len(hours) != 1 || hours[0] == 0 || first < 0 || first >= 24*time.Hour {
		return Message{}, fmt.Errorf("%w：采样周期须是一个小时数，首次采样须在一天之内", ErrOrderValue)
	}
	s := int(first / time.Second)
	return o.factored(qn, 3016, polID, fmt.Sprintf("CstartTime=%02d%02d%02d", s/3600, s/60%60, s%60), "CTime="+strconv.Itoa(hours[0]))
}

// ReadSampling asks for them (3017, 提取采样时间周期).
func (o Orders) ReadSampling(qn, polID string) (Message, error) { return o.factored(qn, 3017, polID) }

// ReadDuration asks how long an analysis takes (3018, 提取出样时间).
func (o Orders) ReadDuration(qn, polID string) (Message, error) { return o.factored(qn, 3018, polID) }

// ReadSerial asks for the identity of an instrument (3019, 提取设备唯一标识).
func (o Orders) ReadSerial(qn, polID string) (Message, error) { return o.factored(qn, 3019, polID) }

// ReadInfo asks for a state or parameter of the station (3020, 提取现场机信息).
func (o Orders) ReadInfo(qn, polID, infoID string) (Message, error) {
	if err := plainValue("InfoId", infoID, 6); err != nil {
		return Message{}, err
	}
	return o.factored(qn, 3020, polID, param("InfoId", infoID))
}

// ReadLog asks for the log of a stretch (3020, 提取现场机信息（日志）).
func (o Orders) ReadLog(qn, polID, infoID string, begin, end time.Time) (Message, error) {
	if err := plainValue("InfoId", infoID, 6); err != nil {
		return Message{}, err
	}
	return o.factored(qn, 3020, polID, param("InfoId", infoID), between(begin, end, o.Version < V2025))
}

// WriteInfo sets a parameter of the station (3021, 设置现场机参数).
func (o Orders) WriteInfo(qn, polID, infoID, value string) (Message, error) {
	if err := plainValue("InfoId", infoID, 6); err != nil {
		return Message{}, err
	}
	if err := plainValue("Info", value, 890); err != nil {
		return Message{}, err
	}
	return o.factored(qn, 3021, polID, param("InfoId", infoID), infoID+"-Info="+value)
}

// StartQuality starts a quality control of a surface-water station: cn is one of 3080
// to 3086, see [SurfaceWaterCommands].
func (o Orders) StartQuality(qn string, cn Command, polID string) (Message, error) {
	if o.Dialect != DialectSurfaceWater || cn < 3080 || cn > 3086 {
		return Message{}, fmt.Errorf("%w：%v", ErrNotInEdition, cn)
	}
	return o.factored(qn, cn, polID)
}
