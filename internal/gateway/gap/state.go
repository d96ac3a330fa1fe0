package gap

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// The states of a gap.
const (
	Open   flow.State = "open"
	Asked  flow.State = "asked"
	Closed flow.State = "closed"
	Lost   flow.State = "lost"
)

// The verbs of a gap; all but Retry are the program's own.
const (
	Ask    flow.Verb = "ask"
	Return flow.Verb = "return"
	Fill   flow.Verb = "fill"
	Lose   flow.Verb = "lose"
	Retry  flow.Verb = "retry"
)

// Machine is the life of a gap.
var Machine = &flow.Machine{
	Kind: "gap", Title: "缺数", Initial: Open,
	States: []flow.StateRow{
		{State: Open, Title: "待补取", Waits: "设备在线"},
		{State: Asked, Title: "补取中", Waits: "设备上传"},
		{State: Closed, Title: "已补齐", Terminal: true},
		{State: Lost, Title: "无法补取"},
	},
	Steps: []flow.Step{
		auto([]flow.State{Open}, Ask, Asked, "下发补取指令"),
		auto([]flow.State{Asked}, Return, Open, "没有补齐，稍后再取"),
		auto([]flow.State{Open, Asked, Lost}, Fill, Closed, "数据到齐"),
		auto([]flow.State{Open, Asked}, Lose, Lost, "确认无法补取"),
		{From: []flow.State{Lost}, Verb: Retry, To: Open, Title: "再次补取", Capability: string(auth.TelemetryCommand), Next: "设备在线时再次下发补取指令"},
	},
}

func auto(from []flow.State, v flow.Verb, to flow.State, title string) flow.Step {
	return flow.Step{From: from, Verb: v, To: to, Title: title, Capability: string(auth.TelemetryCommand), Auto: true}
}

// Times of the plan.
const (
	away      = 10 * time.Minute    // an absent device is looked for again
	busy      = 15 * time.Second    // another call-back of the device is under way
	refused   = 5 * time.Minute     // it may not be asked now
	emptyBack = time.Hour           // after an answer that brought nothing
	firstBack = 30 * time.Minute    // after the first failure, doubled with each
	longBack  = 24 * time.Hour      // but not more
	maxTries  = 6                   // failed call-backs
	maxEmpty  = 2                   // answers "done" that brought nothing
	lostLook  = 10 * time.Minute    // a lost gap is looked at again, ever more rarely
	lostUntil = 35 * 24 * time.Hour // and no longer after that
	never     = 100 * 365 * 24 * time.Hour
	tooOld    = 180 * 24 * time.Hour // stations keep a year by the standard, real ones less
)

// realtimeLooks are the ages at which a gap of realtime data is looked at again:
// nobody can be asked for them, but a station resends what was not answered.
var realtimeLooks = []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 72 * time.Hour}

// verdict says what becomes of a gap that a call-back has left open.
type verdict struct {
	lost   bool
	wait   time.Duration
	reason string
}

// judge decides after a call-back that is over. attempts counts it.
func judge(outcome int, note string, attempts int) verdict {
	switch {
	case outcome == exeNoData:
		return verdict{lost: true, reason: "设备答复没有这些数据"}
	case outcome == exeDone && attempts >= maxEmpty:
		return verdict{lost: true, reason: "设备两次答复执行成功，但没有上传这些数据"}
	case outcome == exeDone:
		return verdict{wait: emptyBack, reason: "设备答复执行成功，但没有上传全部数据"}
	case attempts >= maxTries:
		return verdict{lost: true, reason: "多次补取没有成功：" + note}
	}
	return verdict{wait: min(firstBack<<(max(attempts, 1)-1), longBack), reason: note}
}
