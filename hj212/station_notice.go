package hj212

import "time"

// AskClock appends the notice by which a station asks for its clock to be set (1013,
// 现场机时间校准请求). polID may be empty: the logger's.
func (s *Station) AskClock(dst []byte, polID string, now time.Time) ([]byte, string, error) {
	return s.notice(dst, 1013, param("PolId", polID), now)
}

// AskKey appends the notice by which it asks for a new key (1014, 现场机获取新密钥).
func (s *Station) AskKey(dst []byte, now time.Time) ([]byte, string, error) {
	return s.notice(dst, 1014, "SKCreateTime="+s.Settings.KeyCreated, now)
}

// TellHardware appends the notice by which a station without MN says who it is (1001,
// 上传数采仪硬件序号). cpu, mac1 and mac2 go with the LoggerID of its settings.
func (s *Station) TellHardware(dst []byte, cpu, mac1, mac2 string, now time.Time) ([]byte, string, error) {
	return s.notice(dst, 1001, "i23005-Info="+s.Settings.LoggerID+";i23006-Info="+cpu+";i23007-Info="+mac1+";i23008-Info="+mac2, now)
}

// Heartbeat appends one (9015, 心跳包, 2025).
func (s *Station) Heartbeat(dst []byte, now time.Time) ([]byte, string, error) {
	return s.notice(dst, Heartbeat, "", now)
}

// notice appends a notice, if the edition has it.
func (s *Station) notice(dst []byte, cn Command, area string, now time.Time) ([]byte, string, error) {
	if e := cn.EntryBy(s.Version, FromField); e == nil || e.Exchange != Notice {
		return dst, "", ErrNotInEdition
	}
	station := *s
	if cn == Heartbeat {
		station.ST = "91"
	}
	m := station.message(cn, []byte(area))
	m.QN = s.NextQN(now)
	m.Flag |= FlagAnswer
	dst, err := station.Write(dst, &m)
	return dst, m.QN, err
}
