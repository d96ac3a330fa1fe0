package notify

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
)

// The states of a channel.
const (
	Running flow.State = "running"
	Paused  flow.State = "paused"
	Ended   flow.State = "ended"
)

// The verbs of a channel.
const (
	Pause  flow.Verb = "pause"
	Resume flow.Verb = "resume"
	End    flow.Verb = "end"
)

// Machine is the life of a channel.
var Machine = &flow.Machine{
	Kind: "channel", Title: "通知渠道", Initial: Running,
	States: []flow.StateRow{
		{State: Running, Title: "使用中", Waits: "新通知"},
		{State: Paused, Title: "已暂停", Waits: "恢复"},
		{State: Ended, Title: "已停用", Terminal: true},
	},
	Steps: []flow.Step{
		step([]flow.State{Running}, Pause, Paused, "暂停", false, "不再发出；已排队的留到恢复后，超过时效的放弃"),
		step([]flow.State{Paused}, Resume, Running, "恢复", false, "继续发送排队中的通知"),
		step([]flow.State{Running, Paused}, End, Ended, "停用", true, "不再使用，排队中的放弃；以后须重新添加"),
	},
}

func step(from []flow.State, v flow.Verb, to flow.State, title string, danger bool, next string) flow.Step {
	return flow.Step{From: from, Verb: v, To: to, Title: title, Capability: string(auth.SystemWrite), Danger: danger, Next: next}
}

// State is what has become of a delivery.
type State string

// The states of a delivery.
const (
	Queued     State = "queued"
	Sending    State = "sending"
	Sent       State = "sent"
	Failed     State = "failed" // will be tried again
	GivenUp    State = "given_up"
	Suppressed State = "suppressed" // never tried, see its reason
)

// Title is the Chinese word.
func (s State) Title() string {
	return map[State]string{Queued: "排队中", Sending: "发送中", Sent: "已送达", Failed: "将重试", GivenUp: "未送达", Suppressed: "未发送"}[s]
}

// States lists them in the order of a delivery's life.
func States() []State { return []State{Queued, Sending, Sent, Failed, GivenUp, Suppressed} }

const (
	// keepTrying is how long a message is worth sending.
	keepTrying = 24 * time.Hour
	// sendFor bounds one attempt; the hold outlasts it, so that a message is taken
	// over only from a process that is dead.
	sendFor = time.Minute
	holdFor = 2 * time.Minute
	// longestPause is how long a channel out of reach is left alone at most.
	longestPause = 5 * time.Minute
)

// outcome is what an attempt makes of a delivery, and of its channel.
type outcome struct {
	state  State
	reason string
	error  string
	next   time.Time
	pause  time.Duration // the channel sends nothing so long
}

// decide maps an attempt's result; pure. failures counts how often in a row the
// channel had been out of reach before.
func decide(now, expires time.Time, attempt, failures int, err error) outcome {
	if err == nil {
		return outcome{state: Sent, next: now}
	}
	f := failure(err)
	o := outcome{state: Failed, error: clip(f.Sentence)}
	if f.Permanent {
		o.state, o.reason, o.next = GivenUp, "对方拒收", now
		if f.Unreached {
			o.reason = "没有连上对方"
		}
		return o
	}
	wait := max(job.Backoff(attempt), f.After)
	if f.Unreached {
		o.pause = min(job.Backoff(failures+1), longestPause)
	}
	o.pause = max(o.pause, f.After)
	o.next = now.Add(wait)
	if !o.next.Before(expires) {
		o.state, o.reason, o.next = GivenUp, "超过时效仍未送达", now
	}
	return o
}

// clip keeps a text to what a list can bear.
func clip(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}
