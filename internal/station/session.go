package station

import (
	"bytes"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// session is what one station knows through all its connections: what is to be sent
// next and what waits for an answer. It has no socket and no clock.
type session struct {
	station *hj212.Station
	tools   *Instruments
	plan    Plan
	last    map[hj212.Command]time.Time // the period of each kind that was sent last
	pending map[string]*flight          // by QN
	sum     Summary
	show    func(Event)

	scanner hj212.Scanner
	half    int64     // place of the half frame that waits, -1 for none
	since   time.Time // since when
	frame   hj212.Frame
	area    hj212.Area
	plain   []byte
}

// Plan is what a station sends by itself.
type Plan struct {
	Periods   bool          // minute, hour and daily values
	Heartbeat time.Duration // of 2025; 0 = none
	AskKey    bool          // ask for a new key at the start (2025)
	Frames    int           // uploads and notices after which it ends; 0 = no limit
}

// Summary is what a run came to.
type Summary struct {
	Sent       int `json:"sent"`       // uploads and notices
	Answered   int `json:"answered"`   // of them by 9014 or 9013
	Refused    int `json:"refused"`    // by anything else
	Resent     int `json:"resent"`     // repeats
	Commands   int `json:"commands"`   // of the host, obeyed or refused
	Unreadable int `json:"unreadable"` // bytes of the host that are no frame
	Reconnects int `json:"reconnects"`
}

// Event is one frame, for people.
type Event struct {
	At     time.Time
	Out    bool // sent, else received
	Text   string
	Sealed bool   // its data area went encrypted
	Note   string // what it is, in Chinese
}

// flight is a frame that waits for its answer.
type flight struct {
	message hj212.Message
	sent    time.Time
	times   int
}

func newSession(st *hj212.Station, x *Instruments, p Plan, now func() time.Time, show func(Event)) *session {
	s := &session{station: st, tools: x, plan: p, last: map[hj212.Command]time.Time{}, pending: map[string]*flight{}, show: show, half: -1}
	st.Source = history{Instruments: x, station: st, now: now}
	return s
}

// greet writes what a station says first: its hardware while it has no MN, else its
// restart and the wish for the time.
func (s *session) greet(out []byte, now time.Time) []byte {
	if s.station.MN == "" {
		return s.notice(out, now, func(dst []byte) ([]byte, string, error) {
			return s.station.TellHardware(dst, "A800200A8C6D", "E86A643C7BBC", "A763742C1AE1", now)
		})
	}
	if s.station.Version > hj212.V2005 {
		at := string(hj212.AppendTime(nil, s.station.Now(now)))
		out = s.upload(out, 2081, []byte("DataTime="+at+";RestartTime="+at), now)
		out = s.notice(out, now, func(dst []byte) ([]byte, string, error) { return s.station.AskClock(dst, "", now) })
	}
	if s.plan.AskKey {
		out = s.notice(out, now, func(dst []byte) ([]byte, string, error) { return s.station.AskKey(dst, now) })
	}
	return out
}

// due writes what the time asks for.
func (s *session) due(out []byte, now time.Time) []byte {
	if s.station.MN == "" {
		return out
	}
	clock := s.station.Now(now)
	for _, k := range s.kinds() {
		start := floor(clock, k.length)
		if k.period {
			start = start.Add(-k.length)
		}
		if last, sent := s.last[k.cn]; sent && !start.After(last) || s.full() {
			continue
		}
		s.last[k.cn] = start
		if k.cn == hj212.Heartbeat {
			out = s.notice(out, now, func(dst []byte) ([]byte, string, error) { return s.station.Heartbeat(dst, now) })
			continue
		}
		out = s.upload(out, k.cn, s.areaOf(k, start), now)
	}
	return s.repeat(s.expire(out, now), now)
}

// kind is one report of the station.
type kind struct {
	cn     hj212.Command
	length time.Duration
	period bool // it reports the period that ended, else the moment
}

func (s *session) kinds() (all []kind) {
	set := &s.station.Settings
	if s.plan.Periods {
		all = append(all, kind{hj212.UploadDay, day, true}, kind{hj212.UploadHour, time.Hour, true},
			kind{hj212.UploadMinute, time.Duration(max(set.MinInterval, 1)) * time.Minute, true})
	}
	rtd := time.Duration(max(set.RtdInterval, 1)) * time.Second
	if set.Realtime {
		all = append(all, kind{hj212.UploadRealtime, rtd, false})
	}
	if set.States {
		all = append(all, kind{hj212.UploadStatus, rtd, false})
	}
	if s.plan.Heartbeat > 0 && s.station.Version >= hj212.V2025 {
		all = append(all, kind{hj212.Heartbeat, s.plan.Heartbeat, false})
	}
	return all
}

func (s *session) areaOf(k kind, at time.Time) []byte {
	switch k.cn {
	case hj212.UploadRealtime:
		return s.tools.Realtime(s.station.Version, at)
	case hj212.UploadStatus:
		return s.tools.States(at)
	}
	return s.tools.Period(s.station.Version, at, k.length)
}

// wake is when due has something to say next.
func (s *session) wake(now time.Time) time.Time {
	next := now.Add(time.Minute)
	sooner := func(t time.Time) {
		if t.Before(next) {
			next = t
		}
	}
	clock := s.station.Now(now)
	for _, k := range s.kinds() {
		sooner(now.Add(floor(clock, k.length).Add(k.length).Sub(clock)))
	}
	for _, f := range s.pending {
		sooner(f.sent.Add(s.overtime()))
	}
	if _, n := s.scanner.Pending(); n > 0 {
		sooner(now.Add(halfFrame))
	}
	return next
}

// overtime is how long an answer may take: what the host has set, else 10 s.
func (s *session) overtime() time.Duration {
	if n := s.station.Settings.OverTime; n > 0 {
		return time.Duration(n) * time.Second
	}
	return time.Duration(hj212.LinkMobile.Seconds) * time.Second
}

func (s *session) repeats() int {
	if n := s.station.Settings.ReCount; n > 0 {
		return n
	}
	return hj212.LinkMobile.Repeats
}

// full reports that the plan asks for no more frames.
func (s *session) full() bool { return s.plan.Frames > 0 && s.sum.Sent >= s.plan.Frames }

// over reports that all that was planned is sent and answered.
func (s *session) over() bool { return s.full() && len(s.pending) == 0 }

func (s *session) upload(out []byte, cn hj212.Command, area []byte, now time.Time) []byte {
	for _, m := range s.station.Messages(cn, area, true, now) {
		out = s.write(out, m, now)
	}
	return out
}

// write appends one message and waits for its answer, if one can come.
func (s *session) write(out []byte, m hj212.Message, now time.Time) []byte {
	from := len(out)
	out, err := s.station.Write(out, &m)
	if err != nil {
		s.tell(true, now, nil, fault.Sentence(err, "不能成帧"))
		return out
	}
	s.sum.Sent++
	s.out(out[from:], now)
	if m.QN != "" {
		s.pending[m.QN] = &flight{message: m, sent: now, times: 1}
	}
	return out
}

func (s *session) notice(out []byte, now time.Time, make func([]byte) ([]byte, string, error)) []byte {
	raw, _, err := make(nil)
	if err != nil {
		return out // the edition has no such notice
	}
	var f hj212.Frame
	hj212.ParseFrame(raw, &f)
	s.plain = s.station.Open(s.plain, &f)
	return s.write(out, messageOf(&f), now)
}

// messageOf makes a message again from its frame.
func messageOf(f *hj212.Frame) hj212.Message {
	return hj212.Message{QN: string(f.QN), ST: string(f.ST), CN: string(f.CN), PW: string(f.PW), MN: string(f.MN), Flag: f.Flag, NoFlag: !f.HasFlag,
		PNUM: f.PNUM, PNO: f.PNO, Area: bytes.Clone(f.Area)}
}

// repeat sends again what waits too long, as the standard counts.
func (s *session) repeat(out []byte, now time.Time) []byte {
	return s.again(out, now, func(f *flight) bool { return now.Sub(f.sent) >= s.overtime() })
}

// reconnected sends again all that waits: on a new connection nothing sent before
// can be answered. In 2025 it is marked as re-sent.
func (s *session) reconnected(out []byte, now time.Time) []byte {
	s.scanner.Reset()
	s.half = -1
	s.sum.Reconnects++
	for _, f := range s.pending {
		f.times = 0
		f.message.Resent = s.station.Version >= hj212.V2025 && f.message.CN[0] == '2'
	}
	return s.again(out, now, func(*flight) bool { return true })
}

func (s *session) again(out []byte, now time.Time, which func(*flight) bool) []byte {
	var late []*flight
	for _, f := range s.pending {
		if which(f) {
			late = append(late, f)
		}
	}
	sort.Slice(late, func(i, j int) bool { return late[i].message.QN < late[j].message.QN })
	for _, f := range late {
		from := len(out)
		f.message.PW = s.station.PW // the host may have set another one
		var err error
		if out, err = s.station.Write(out, &f.message); err != nil {
			continue
		}
		f.sent = now
		f.times++
		s.sum.Resent++
		s.out(out[from:], now)
	}
	return out
}

// lost reports that something was repeated often enough for the link to count as
// unusable.
func (s *session) lost(now time.Time) bool {
	for _, f := range s.pending {
		if f.times > s.repeats() && now.Sub(f.sent) >= s.overtime() {
			return true
		}
	}
	return false
}

// hear takes bytes of the host and appends the station's answers to out.
func (s *session) hear(out, in []byte, now time.Time) []byte {
	s.scanner.Write(in)
	return s.drain(out, now)
}

// expire ends the time of a half frame, so that a wrong length of the host holds
// nothing up for longer.
func (s *session) expire(out []byte, now time.Time) []byte {
	at, n := s.scanner.Pending()
	switch {
	case n == 0:
		s.half = -1
	case at != s.half:
		s.half, s.since = at, now
	case now.Sub(s.since) >= halfFrame:
		s.scanner.Expire()
		out = s.drain(out, now)
	}
	return out
}

// halfFrame is how long the rest of a frame may take.
const halfFrame = 10 * time.Second

// drain answers the frames that have come.
func (s *session) drain(out []byte, now time.Time) []byte {
	for s.scanner.Next(&s.frame) {
		f := &s.frame
		s.plain = s.station.Open(s.plain, f)
		if !f.OK() {
			s.sum.Unreadable++
			s.tell(false, now, f.Raw, f.Explain())
			continue
		}
		f.ParseItems(&s.area)
		s.tell(false, now, f.Segment, s.meaning(f))
		if f.Command == hj212.NoticeAnswer || f.Command == hj212.DataAnswer || f.Command == hj212.RequestAnswer {
			s.settle(f)
			continue
		}
		s.sum.Commands++
		from := len(out)
		known := s.station.MN
		out = s.station.Hear(out, f, &s.area, now)
		s.out(out[from:], now)
		if known == "" && s.station.MN != "" {
			out = s.greet(out, now)
		}
	}
	return out
}

// settle takes an answer to what the station sent.
func (s *session) settle(f *hj212.Frame) {
	qn := string(hj212.ExchangeQN(f, &s.area))
	if s.pending[qn] == nil {
		return
	}
	delete(s.pending, qn)
	if f.Command == hj212.RequestAnswer {
		s.sum.Refused++
		return
	}
	s.sum.Answered++
}

// meaning says in Chinese what a frame of the host is.
func (s *session) meaning(f *hj212.Frame) string {
	name := title(f, hj212.ToField)
	if qn, ok := s.area.Param("QnRtn"); ok {
		n := 0
		for _, c := range qn {
			n = n*10 + int(c-'0')
		}
		name += "：" + hj212.QnRtnName(n)
	}
	return name
}

// title is the Chinese name of a frame that by sent. Names of commands that both
// sides send say both.
func title(f *hj212.Frame, by hj212.Direction) string {
	e := f.Command.EntryBy(f.Version, by)
	if e == nil {
		return f.Command.Name(f.Version)
	}
	for _, both := range []string{"提取/上传", "取/上传"} {
		if rest, ok := strings.CutPrefix(e.Name, both); ok {
			if by == hj212.FromField {
				return "上传" + rest
			}
			return strings.TrimSuffix(both, "/上传") + rest
		}
	}
	return e.Name
}

// out shows the frames the station sends.
func (s *session) out(raw []byte, now time.Time) {
	var sc hj212.Scanner
	sc.Write(raw)
	sc.Close()
	var f hj212.Frame
	for sc.Next(&f) {
		sealed := f.Fault == hj212.FaultEncrypted
		s.plain = s.station.Open(s.plain, &f)
		name := title(&f, hj212.FromField)
		if f.Resent {
			name += "（补传）"
		}
		s.show(Event{At: now, Out: true, Text: string(f.Segment), Sealed: sealed, Note: name})
	}
}

func (s *session) tell(out bool, now time.Time, text []byte, note string) {
	s.show(Event{At: now, Out: out, Text: string(text), Sealed: s.frame.Decrypted && !out, Note: note})
}
