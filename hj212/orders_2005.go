package hj212

import (
	"fmt"
	"strings"
)

// The commands that 2005 alone has.

// AlarmLimit is what a device of 2005 compares a factor with by itself. An empty
// bound is none.
type AlarmLimit struct{ Code, Low, Up string }

// SetWarnTime sets how long a value has to be over its limit, in seconds, before the
// device tells (1001, 设置超限报警时间).
func (o Orders) SetWarnTime(qn string, seconds int) (Message, error) {
	return o.numbered(qn, 1001, "WarnTime", seconds, 0, 99999)
}

// ReadLimits asks for the limits of factors (1021, 提取污染物报警门限值).
func (o Orders) ReadLimits(qn string, polIDs ...string) (Message, error) {
	all := make([]string, len(polIDs))
	for i, id := range polIDs {
		if err := plainValue("PolId", id, 6); err != nil {
			return Message{}, err
		}
		all[i] = "PolId=" + id
	}
	return o.order(qn, 1021, strings.Join(all, ";"))
}

// SetLimits sets them (1022, 设置污染物报警门限值).
func (o Orders) SetLimits(qn string, limits ...AlarmLimit) (Message, error) {
	var b AreaBuilder
	for _, l := range limits {
		if l.Code == "" {
			return Message{}, fmt.Errorf("%w：缺因子编码", ErrOrderValue)
		}
		for _, bound := range [...]struct{ name, value string }{{"LowValue", l.Low}, {"UpValue", l.Up}} {
			if bound.value == "" {
				continue
			}
			if _, ok := ParseDecimal([]byte(bound.value)); !ok || plainValue("PolId", l.Code, 6) != nil {
				return Message{}, fmt.Errorf("%w：%s-%s", ErrOrderValue, l.Code, bound.name)
			}
			b.Pair(l.Code, bound.name, bound.value)
		}
	}
	return o.order(qn, 1022, string(b.Bytes()))
}

// ReadTarget asks for the address of the host (1031, 提取上位机地址).
func (o Orders) ReadTarget(qn string) (Message, error) { return o.order(qn, 1031, "") }

// SetTarget sets it (1032, 设置上位机地址).
func (o Orders) SetTarget(qn, target string) (Message, error) {
	if err := plainValue("AlarmTarget", target, 20); err != nil {
		return Message{}, err
	}
	return o.order(qn, 1032, "AlarmTarget="+target)
}

// ReadReportTime asks when daily values are sent (1041, 提取数据上报时间).
func (o Orders) ReadReportTime(qn string) (Message, error) { return o.order(qn, 1041, "") }

// SetReportTime sets it (1042, 设置数据上报时间).
func (o Orders) SetReportTime(qn string, hour, minute int) (Message, error) {
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return Message{}, fmt.Errorf("%w：ReportTime 须是一天中的时刻", ErrOrderValue)
	}
	return o.order(qn, 1042, fmt.Sprintf("ReportTime=%02d%02d", hour, minute))
}
