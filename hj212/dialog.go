package hj212

import "time"

// DialogState is where an exchange that a host began stands.
type DialogState uint8

// The states of a [Dialog]. Those from [DialogDone] on are final.
const (
	DialogSent     DialogState = iota // no answer yet
	DialogAccepted                    // 9011 with QnRtn=1, or a result, came
	DialogDone                        // 9012 with ExeRtn=1, or the 9013 of a notice
	DialogRefused                     // 9011 with another QnRtn: see Code
	DialogFailed                      // 9012 with another ExeRtn: see Code
	DialogTimeout                     // no answer after the last repeat, or no end
)

// Dialog follows one exchange on the side of the host (通讯流程): the request, 9011,
// results, 9012; or the notice and 9013. It sends nothing and has no clock: the
// caller sends, gives it what came and the time. Use [StartDialog].
type Dialog struct {
	State   DialogState
	Code    int // the QnRtn or ExeRtn that ended it
	Repeats int // how often the request was to be sent again
	// Deadline is when Tick has something to say.
	Deadline time.Time

	qn     string
	cn     Command
	notice bool
	timing LinkTiming
}

// StartDialog begins the exchange of m, which was sent at now. kind is [Request] or
// [Notice].
func StartDialog(m *Message, kind Exchange, timing LinkTiming, now time.Time) Dialog {
	n, _ := digits([]byte(m.CN))
	d := Dialog{qn: m.QN, cn: Command(n), notice: kind == Notice, timing: timing}
	d.Alive(now)
	return d
}

// Over reports that nothing more can come of it.
func (d *Dialog) Over() bool { return d.State >= DialogDone }

// Alive starts the time-out again, for instance when a history record came, which
// has a QN of its own.
func (d *Dialog) Alive(now time.Time) {
	d.Deadline = now.Add(time.Duration(d.timing.Seconds) * time.Second)
}

// Hear takes a frame from the device and its data area, and reports whether it
// belongs to this exchange by its QN, wherever that stands. A 9011 that was lost
// holds nothing up.
func (d *Dialog) Hear(f *Frame, a *Area, now time.Time) bool {
	if d.Over() || !f.OK() || string(ExchangeQN(f, a)) != d.qn {
		return false
	}
	switch f.Command {
	case RequestAnswer:
		d.accepted(a, now)
	case ExecuteResult:
		d.Code = resultOf(a, "ExeRtn")
		if d.State = DialogFailed; d.Code == ExeDone {
			d.State = DialogDone
		}
	case NoticeAnswer:
		if !d.notice {
			return false
		}
		d.State = DialogDone
	case d.cn:
		d.State = DialogAccepted
		d.Alive(now)
	default:
		return false
	}
	return true
}

func (d *Dialog) accepted(a *Area, now time.Time) {
	if code := resultOf(a, "QnRtn"); code != QnAccepted {
		d.State, d.Code = DialogRefused, code
		return
	}
	d.State = DialogAccepted
	d.Alive(now)
}

func resultOf(a *Area, name string) int {
	value, _ := a.Param(name)
	n, ok := digits(value)
	if !ok {
		return -1
	}
	return n
}

// Tick says what the time asks for: again is true when the request has to be sent
// once more, with the same QN. After the last repeat, or when an accepted request
// gets no end, the state becomes [DialogTimeout].
func (d *Dialog) Tick(now time.Time) (again bool) {
	if d.Over() || now.Before(d.Deadline) {
		return false
	}
	if d.State == DialogSent && d.Repeats < d.timing.Repeats {
		d.Repeats++
		d.Alive(now)
		return true
	}
	d.State = DialogTimeout
	return false
}
