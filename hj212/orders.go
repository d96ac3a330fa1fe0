package hj212

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrNotInEdition is returned when the edition of a device has no such command.
var ErrNotInEdition = errors.New("该版标准没有这个命令")

// ErrOrderValue is wrapped by the errors for what a command cannot carry.
var ErrOrderValue = errors.New("命令参数不合要求")

// Orders writes the commands of a host to one device (下行命令), each in the form of
// the device's edition. Its methods return the message, ready for [AppendFrame] or
// [AppendEncrypted] and for [StartDialog]; they fail with [ErrNotInEdition] or
// [ErrOrderValue]. qn identifies the exchange: see [AppendQN].
type Orders struct {
	Version    Version
	Dialect    Dialect
	ST, PW, MN string
}

// HostExchange is the way c is answered when a host sends it: [Request] or
// [Notice], 0 when hosts of edition v do not send it.
func (c Command) HostExchange(v Version) Exchange {
	if e := c.EntryBy(v, ToField); e != nil {
		return e.Exchange & (Request | Notice)
	}
	return 0
}

// HostExchange is [Command.HostExchange] in the dialect.
func (d Dialect) HostExchange(c Command, v Version) Exchange {
	if e := d.Entry(c, v); d == DialectSurfaceWater && e != nil && e.Direction&ToField != 0 {
		return e.Exchange & (Request | Notice)
	}
	return c.HostExchange(v)
}

// order makes the message of a command that takes the area.
func (o Orders) order(qn string, cn Command, area string) (Message, error) {
	e := cn.EntryBy(o.Version, ToField)
	if o.Dialect == DialectSurfaceWater {
		e = o.Dialect.Entry(cn, o.Version)
	}
	if e == nil || !e.Editions.Has(o.Version) || e.Direction&ToField == 0 {
		return Message{}, fmt.Errorf("%w：%v", ErrNotInEdition, cn)
	}
	return NewOrder(o.Version, cn, qn, o.ST, o.PW, o.MN, []byte(area)), nil
}

// param writes name=value, nothing when the value is empty.
func param(name, value string) string {
	if value == "" {
		return ""
	}
	return name + "=" + value
}

// params joins what is not empty.
func params(separator string, all ...string) string {
	kept := all[:0]
	for _, p := range all {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}

// plainValue refuses what would change the structure of the data area.
func plainValue(name, value string, size int) error {
	for i := range len(value) {
		if c := value[i]; c <= ' ' || strings.IndexByte(",;=&", c) >= 0 {
			return fmt.Errorf("%w：%s 含空白、逗号、分号、等号或 &", ErrOrderValue, name)
		}
	}
	if len(value) > size {
		return fmt.Errorf("%w：%s 超过 %d 个字符", ErrOrderValue, name, size)
	}
	return nil
}

// within refuses a number out of its range.
func within(name string, n, low, high int) error {
	if n < low || n > high {
		return fmt.Errorf("%w：%s 须在 %d 与 %d 之间", ErrOrderValue, name, low, high)
	}
	return nil
}

// stamp writes a moment as 14 digits.
func stamp(t time.Time) string { return string(AppendTime(nil, t)) }

// numbered is a command with one number.
func (o Orders) numbered(qn string, cn Command, name string, n, low, high int) (Message, error) {
	if err := within(name, n, low, high); err != nil {
		return Message{}, err
	}
	return o.order(qn, cn, name+"="+strconv.Itoa(n))
}

// factored is a command to the instrument of one factor; without a factor it goes
// to the logger.
func (o Orders) factored(qn string, cn Command, polID string, rest ...string) (Message, error) {
	if err := plainValue("PolId", polID, 6); err != nil {
		return Message{}, err
	}
	return o.order(qn, cn, params(";", append([]string{param("PolId", polID)}, rest...)...))
}

// SetTimeouts sets time-out and number of repeats (1000, 设置超时时间及重发次数).
func (o Orders) SetTimeouts(qn string, t LinkTiming) (Message, error) {
	longest := 99
	if o.Version == V2005 {
		longest = 99999
	}
	if err := errors.Join(within("OverTime", t.Seconds, 1, longest), within("ReCount", t.Repeats, 1, 99)); err != nil {
		return Message{}, err
	}
	return o.order(qn, 1000, "OverTime="+strconv.Itoa(t.Seconds)+";ReCount="+strconv.Itoa(t.Repeats))
}

// ReadClock asks for the time of the logger, or of an instrument (1011, 提取现场机时间).
func (o Orders) ReadClock(qn, polID string) (Message, error) { return o.factored(qn, 1011, polID) }

// SetClock sets the time of the logger, or of an instrument (1012, 设置现场机时间).
func (o Orders) SetClock(qn, polID string, at time.Time) (Message, error) {
	return o.factored(qn, 1012, polID, "SystemTime="+stamp(at))
}

// ReadRealtimeInterval asks for the interval of realtime values (1061, 提取实时数据间隔).
func (o Orders) ReadRealtimeInterval(qn string) (Message, error) { return o.order(qn, 1061, "") }

// SetRealtimeInterval sets it, in seconds (1062, 设置实时数据间隔).
func (o Orders) SetRealtimeInterval(qn string, seconds int) (Message, error) {
	low, high := 30, 3600
	if o.Version == V2005 {
		low, high = 1, 9999
	}
	return o.numbered(qn, 1062, "RtdInterval", seconds, low, high)
}

// ReadMinuteInterval asks for the interval of minute values (1063, 提取分钟数据间隔).
func (o Orders) ReadMinuteInterval(qn string) (Message, error) { return o.order(qn, 1063, "") }

// SetMinuteInterval sets it, to one of [MinIntervals] (1064, 设置分钟数据间隔).
func (o Orders) SetMinuteInterval(qn string, minutes int) (Message, error) {
	for _, n := range MinIntervals {
		if n == minutes {
			return o.order(qn, 1064, "MinInterval="+strconv.Itoa(minutes))
		}
	}
	return Message{}, fmt.Errorf("%w：MinInterval 须是 1、2、3、4、5、6、10、12、15、20 或 30 分钟", ErrOrderValue)
}

// SetPassword sets the password of the device (1072, 设置现场机密码); 2005 calls the
// parameter PW.
func (o Orders) SetPassword(qn, password string) (Message, error) {
	if err := plainValue("NewPW", password, 6); err != nil {
		return Message{}, err
	}
	name := "NewPW="
	if o.Version == V2005 {
		name = "PW="
	}
	return o.order(qn, 1072, name+password)
}

// AssignMN gives a device that reported its hardware its number, the MN of o (1002,
// 设置数采仪 MN 编码). loggerID is the i23005-Info it sent.
func (o Orders) AssignMN(qn, loggerID string) (Message, error) {
	if err := plainValue("i23005-Info", loggerID, 24); err != nil {
		return Message{}, err
	}
	return o.order(qn, 1002, "i23005-Info="+loggerID)
}

// SendKey sends the key that encrypts from now on, 16 characters (1014, 上位机下发新密钥).
// The command itself has to be encrypted under the current one.
func (o Orders) SendKey(qn string, created time.Time, key string) (Message, error) {
	if err := plainValue("NewSK", key, 16); err != nil {
		return Message{}, err
	}
	if len(key) != cipherBlock {
		return Message{}, fmt.Errorf("%w：NewSK 须是 16 个字符", ErrOrderValue)
	}
	return o.order(qn, 1014, "SKCreateTime="+string(AppendQN(nil, created))+",NewSK="+key)
}
