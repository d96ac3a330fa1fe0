package hj212

import (
	"strconv"
	"time"
)

// Station is the field side of HJ 212 (现场机): it obeys what a host orders and writes
// what a station sends, in the form of its edition. Like [Dialog] it has no clock, no
// socket and no goroutine: the caller reads, gives it frames and the time, and sends
// the bytes it returns. It serves device programs, simulators and tests of hosts.
type Station struct {
	Version    Version
	ST, PW, MN string
	Settings   StationSettings
	// Source answers for the instruments. Without one there are no data and every
	// order to an instrument is done.
	Source StationSource

	// Key encrypts the data area of what 2025 wants encrypted; nil sends plain text.
	// NewCipher makes the cipher of a key that the host sends (1014); without it such
	// a command is refused.
	Key       Cipher
	NewCipher func(key []byte) (Cipher, error)

	previous Cipher // frames may still come under it
	stamp    time.Time
	heard    string // QN and CN of the request answered last
	answered []byte // and the answer
}

// StationSettings is what a host reads and sets. Zero values are what a station has
// that was never told.
type StationSettings struct {
	OverTime, ReCount        int
	RtdInterval, MinInterval int           // seconds, minutes
	Realtime, States         bool          // whether they are sent
	ClockOffset              time.Duration // what the host's time is ahead of the caller's
	WarnTime                 int           // of 2005, like those below
	AlarmTarget, ReportTime  string
	Limits                   []AlarmLimit
	Sampling                 map[string]string // code to "CstartTime=..;CTime=.."
	LoggerID                 string            // i23005-Info, of 2025
	KeyCreated               string            // SKCreateTime
}

// StationQuery is what a host asks a history for.
type StationQuery struct {
	Command       Command
	PolID, InfoID string
	Begin, End    time.Time
}

// StationSource answers for the instruments of a [Station].
type StationSource interface {
	// Records returns the data areas of a history, oldest first.
	Records(q StationQuery) [][]byte
	// Info returns an information item (i12001), the serial number (SN), or the minutes
	// of an analysis (Stime) of a factor.
	Info(polID, item string) (value string, ok bool)
	// Act does what the host orders an instrument, and returns the ExeRtn.
	Act(cn Command, polID string, a *Area) int
}

// Now is the time of the station's own clock.
func (s *Station) Now(now time.Time) time.Time { return now.Add(s.Settings.ClockOffset) }

// Open decrypts f when it has to be, with the keys of the station. buf is as that
// of [Frame.Decrypt].
func (s *Station) Open(buf []byte, f *Frame) []byte {
	plain, _ := f.Decrypt(buf, s.Key, s.previous)
	return plain
}

// NextQN returns a QN the station did not use before.
func (s *Station) NextQN(now time.Time) string {
	now = s.Now(now).Truncate(time.Millisecond)
	if d := s.stamp.Sub(now); d >= 0 && d < time.Minute {
		now = s.stamp.Add(time.Millisecond)
	}
	s.stamp = now
	return string(AppendQN(nil, now))
}

// Messages makes the upload of a data area, several messages when it has to be split.
// wantsAnswer sets the answer bit. In the form of 2005 there is neither QN nor Flag, so
// that no answer can be asked for. Whoever sends one again keeps it and its QN, and
// sets Resent in 2025.
func (s *Station) Messages(cn Command, area []byte, wantsAnswer bool, now time.Time) []Message {
	m := s.message(cn, area)
	if s.Version == V2005 {
		return m.Parts(nil)
	}
	if wantsAnswer {
		m.Flag |= FlagAnswer
	}
	return m.Parts(func() string { return s.NextQN(now) })
}

// Upload appends the frames of [Station.Messages] to dst.
func (s *Station) Upload(dst []byte, cn Command, area []byte, wantsAnswer bool, now time.Time) ([]byte, error) {
	from := len(dst)
	for _, m := range s.Messages(cn, area, wantsAnswer, now) {
		var err error
		if dst, err = s.Write(dst, &m); err != nil {
			return dst[:from], err
		}
	}
	return dst, nil
}

// message is what the station sends, without QN.
func (s *Station) message(cn Command, area []byte) Message {
	return Message{ST: s.ST, CN: cn.String(), PW: s.PW, MN: s.MN, NoFlag: s.Version == V2005, Flag: Flag(0).WithVersion(s.Version), Area: area}
}

// Write appends the frame of m, encrypted where 2025 wants it: data, 1014 and 3020.
func (s *Station) Write(dst []byte, m *Message) ([]byte, error) {
	n, _ := digits([]byte(m.CN))
	if s.Key != nil && s.Version >= V2025 && (n/1000 == 2 || n == 1014 || n == 3020) {
		return AppendEncrypted(dst, m, s.Key, FormBytes)
	}
	return AppendFrame(dst, m)
}

// Hear takes a frame of the host, decrypted, and its data area, and appends all that
// the station answers to dst. Answers of the host (9013, 9014) are the caller's and
// give nothing. A request that comes again with the same QN is not obeyed again: the
// host did not hear the answer, so it gets it once more.
func (s *Station) Hear(dst []byte, f *Frame, a *Area, now time.Time) []byte {
	if !f.OK() || f.Command >= RequestAnswer && f.Command <= DataAnswer {
		return dst
	}
	exchange := string(ExchangeQN(f, a)) + " " + f.Command.String()
	if len(f.QN) > 0 && exchange == s.heard {
		return append(dst, s.answered...)
	}
	from := len(dst)
	dst = s.obey(dst, f, a, now)
	s.heard, s.answered = exchange, append(s.answered[:0], dst[from:]...)
	return dst
}

// obey answers one request or notice.
func (s *Station) obey(dst []byte, f *Frame, a *Area, now time.Time) []byte {
	if refusal := s.refuses(f, a); refusal != 0 {
		return AppendAnswer(dst, f, RequestAnswer, s.known(QnResults, refusal, QnRefused))
	}
	switch f.Command {
	case 2012:
		s.Settings.Realtime = false
		return AppendAnswer(dst, f, NoticeAnswer, 0)
	case 2022:
		s.Settings.States = false
		return AppendAnswer(dst, f, NoticeAnswer, 0)
	}
	dst = AppendAnswer(dst, f, RequestAnswer, QnAccepted)
	dst, code := s.execute(dst, f, a, now)
	return AppendAnswer(dst, f, ExecuteResult, s.known(ExeResults, code, ExeFailed))
}

// known replaces a result code that 2005 does not have.
func (s *Station) known(table []ResultEntry, code, instead int) int {
	for _, e := range table {
		if e.Code == code && e.Editions.Has(s.Version) {
			return code
		}
	}
	return instead
}

// refuses says why a frame is not for the station to obey; 0 when it is.
func (s *Station) refuses(f *Frame, a *Area) int {
	assigned := f.Command == 1002 && s.MN == ""
	if id, _ := a.Param("i23005-Info"); assigned && len(id) == 0 {
		if it := a.Item("i23005"); it != nil {
			id, _ = it.Get("Info")
		}
		assigned = string(id) == s.Settings.LoggerID
	}
	switch {
	case string(f.MN) != s.MN && !assigned:
		return QnMN
	case string(f.PW) != s.PW:
		return QnPW
	case f.Dialect().HostExchange(f.Command, s.Version) == 0:
		return QnCN
	case f.Command == 1014 && s.NewCipher == nil:
		return QnRefused
	}
	return 0
}

// execute does what a request asks, appends its results, and returns the ExeRtn.
func (s *Station) execute(dst []byte, f *Frame, a *Area, now time.Time) ([]byte, int) {
	polID := textOf(a, "PolId")
	set := func(code int) ([]byte, int) { return dst, code }
	tell := func(area string) ([]byte, int) { return s.result(dst, f, area), ExeDone }
	switch c := f.Command; c {
	case 1000, 1001, 1062, 1064:
		return set(s.setNumbers(a))
	case 1002:
		s.MN = string(f.MN)
		return set(ExeDone)
	case 1011:
		return tell(params(";", param("PolId", polID), "SystemTime="+stamp(s.Now(now))))
	case 1012:
		return set(s.setClock(a, now))
	case 1014:
		return set(s.setKey(a))
	case 1021:
		return tell(s.limits(a))
	case 1022:
		return set(s.setLimits(a))
	case 1031:
		return tell("AlarmTarget=" + s.Settings.AlarmTarget)
	case 1041:
		return tell("ReportTime=" + s.Settings.ReportTime)
	case 1032, 1042, 1072:
		return set(s.setTexts(a))
	case 1061:
		return tell("RtdInterval=" + strconv.Itoa(s.Settings.RtdInterval))
	case 1063:
		return tell("MinInterval=" + strconv.Itoa(s.Settings.MinInterval))
	case UploadRealtime:
		if _, asked := a.Param("BeginTime"); asked {
			return s.history(dst, f, a, now)
		}
		s.Settings.Realtime = true
		return set(ExeDone)
	case UploadStatus:
		s.Settings.States = true
		return set(ExeDone)
	case UploadDay, UploadRunTime, UploadMinute, UploadHour, 2013, 2052, 2062, 2063, 2064, 2065, 2066, 2071:
		return s.history(dst, f, a, now)
	case 3014, 3016:
		if c == 3016 || s.Version == V2005 {
			return set(s.setSampling(a, polID))
		}
	case 3017:
		if cycle := s.Settings.Sampling[polID]; cycle != "" {
			return tell(params(";", param("PolId", polID), cycle))
		}
		return set(ExeNoData)
	case 3018, 3019, 3020:
		return s.inform(dst, f, a, now)
	}
	if s.Source == nil {
		return set(ExeDone)
	}
	return set(s.Source.Act(f.Command, polID, a))
}

// result appends a message that carries what a request asked for, under its QN.
func (s *Station) result(dst []byte, f *Frame, area string) []byte {
	if s.Version == V2005 {
		area = params(";", param("QN", string(f.QN)), area)
	}
	m := s.message(f.Command, []byte(area))
	if s.Version > V2005 {
		m.QN = string(f.QN)
	}
	sent, err := s.Write(dst, &m)
	if err != nil {
		return dst // 9012 tells
	}
	return sent
}

// history appends the records of a stretch, each under a QN of its own.
func (s *Station) history(dst []byte, f *Frame, a *Area, now time.Time) ([]byte, int) {
	begin, ok := ParseTime([]byte(textOf(a, "BeginTime")))
	end, also := ParseTime([]byte(textOf(a, "EndTime")))
	if !ok || !also || end.Before(begin) {
		return dst, ExeArgument
	}
	if s.Source == nil {
		return dst, ExeNoData
	}
	records := s.Source.Records(StationQuery{Command: f.Command, PolID: textOf(a, "PolId"), InfoID: textOf(a, "InfoId"), Begin: begin, End: end})
	for _, area := range records {
		sent, err := s.Upload(dst, f.Command, area, false, now)
		if err != nil {
			return dst, ExeFailed
		}
		dst = sent
	}
	if len(records) == 0 {
		return dst, ExeNoData
	}
	return dst, ExeDone
}

// inform answers what is asked of an instrument: its log, state or parameter (3020),
// serial number (3019), time of analysis (3018).
func (s *Station) inform(dst []byte, f *Frame, a *Area, now time.Time) ([]byte, int) {
	if _, asked := a.Param("BeginTime"); asked {
		return s.history(dst, f, a, now)
	}
	polID, item := textOf(a, "PolId"), textOf(a, "InfoId")
	switch f.Command {
	case 3018:
		item = "Stime"
	case 3019:
		item = "SN"
	}
	value, ok := "", false
	if s.Source != nil {
		value, ok = s.Source.Info(polID, item)
	}
	if !ok {
		return dst, ExeNoData
	}
	area := param("PolId", polID)
	switch f.Command {
	case 3018:
		area = params(";", area, "Stime="+value)
	case 3019:
		area = params(";", area, polID+"-SN="+value)
	default:
		area = params(";", "DataTime="+stamp(s.Now(now)), area, item+"-Info="+value)
	}
	return s.result(dst, f, area), ExeDone
}

func textOf(a *Area, name string) string {
	value, _ := a.Param(name)
	return string(value)
}
