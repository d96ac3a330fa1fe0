package rule

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// MeasureID names a measure.
type MeasureID string

// Measure is one answer of the bureau to an alarm (监管措施): a remote warning, a
// check on site or key supervision. Each kind has a flow table of its own.
type Measure struct {
	ID             MeasureID
	Number         string // WZ-C-2026-000012
	Kind           MeasureKind
	State          flow.State
	AlarmID        ID
	AlarmNumber    string // read only
	EnterpriseID   string
	EnterpriseName string // read only, as the next
	OutletName     string
	OutletID       string
	Area           string
	Person         string    // who checks on site
	DueAt          time.Time // by when it is answered or checked; the end of supervision
	Overdue        bool      // was not done by then
	Words          string    // the warning's text, the check's task, the reason of supervision
	Result         string    // of a check: true, false, unclear
	CreatedBy      string
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// MeasureKind is the kind of measure.
type MeasureKind string

// The kinds, as the documents name them.
const (
	Warning     MeasureKind = "warning"     // 远程预警
	Check       MeasureKind = "check"       // 现场核查
	Supervision MeasureKind = "supervision" // 重点督办
)

// Machine is the flow table of the kind.
func (k MeasureKind) Machine() *flow.Machine { return measureMachines[k] }

// Title is the kind in Chinese.
func (k MeasureKind) Title() string {
	if m := k.Machine(); m != nil {
		return m.Title
	}
	return string(k)
}

// Scope is where the measure lies and whom it concerns. A check is not announced:
// the enterprise does not see it.
func (m Measure) Scope() auth.Scope {
	s := auth.Scope{Area: m.Area, Enterprise: m.EnterpriseID, Persons: []string{m.Person}}
	if m.Kind == Check {
		s.Enterprise = ""
	}
	return s
}

// MeasureFile is everything about one measure for the person who opened it.
type MeasureFile struct {
	Measure  Measure
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// The states of measures.
const (
	StateIssued     flow.State = "issued"
	StateAnswered   flow.State = "answered"
	StateAssigned   flow.State = "assigned"
	StateChecked    flow.State = "checked"
	StateSupervised flow.State = "supervised"
	StateDone       flow.State = "done"
	StateRevoked    flow.State = "revoked"
)

// The verbs of measures.
const (
	Begin    flow.Verb = "begin" // the beginning; not in the tables
	Answer   flow.Verb = "answer"
	Approve  flow.Verb = "approve"
	Decline  flow.Verb = "sendback"
	Revoke   flow.Verb = "revoke"
	Report   flow.Verb = "report"
	Reassign flow.Verb = "reassign"
	Prolong  flow.Verb = "prolong"
	Lift     flow.Verb = "lift"
	Expire   flow.Verb = "expire"
	Overdue  flow.Verb = "overdue"
	Overlate flow.Verb = "overlate"
)

const (
	capCheck     = "alarm.check"
	capSupervise = "issue.supervise"
)

// assignee says that the person is the one who was sent.
const assignee flow.Fact = "assignee"

// results are what a check on site may find.
var results = []flow.Option{{Value: "true", Title: "属实"}, {Value: "false", Title: "不属实"}, {Value: "unclear", Title: "需进一步查明"}}

var revoke = []flow.Field{{Name: "text", Title: "撤销的理由", Kind: flow.Text, Required: true}}

// measureMachines are the lives of the three measures.
var measureMachines = map[MeasureKind]*flow.Machine{
	Warning: {
		Kind: "warning", Title: "远程预警", Initial: StateIssued,
		States: []flow.StateRow{
			{State: StateIssued, Title: "待企业答复", Waits: "企业"}, {State: StateAnswered, Title: "答复待审核", Waits: "监控值班岗"},
			{State: StateDone, Title: "已办结", Terminal: true}, {State: StateRevoked, Title: "已撤销", Terminal: true}},
		Steps: []flow.Step{
			{From: []flow.State{StateIssued}, Verb: Answer, To: StateAnswered, Title: "答复", Capability: capExplain, Next: "由监控值班岗审核",
				Fields: []flow.Field{{Name: "text", Title: "查明的原因和已采取的措施", Kind: flow.Text, Required: true}, {Name: "files", Title: "证明材料", Kind: flow.Files}}},
			{From: []flow.State{StateAnswered}, Verb: Approve, To: StateDone, Title: "认可答复", Capability: capHandle,
				Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text, Hint: "可不填"}}},
			{From: []flow.State{StateAnswered}, Verb: Decline, To: StateIssued, Title: "退回答复", Capability: capHandle, Danger: true, Next: "企业须重新答复，时限重新计算",
				Fields: []flow.Field{{Name: "text", Title: "退回的理由", Kind: flow.Text, Required: true}}},
			{From: []flow.State{StateIssued, StateAnswered}, Verb: Revoke, To: StateRevoked, Title: "撤销", Capability: capHandle, Danger: true, Fields: revoke},
			{From: []flow.State{StateIssued}, Verb: Overdue, Title: "逾期未答复，提醒上级", Capability: capHandle, Auto: true},
			{From: []flow.State{StateIssued}, Verb: Overlate, Title: "仍未答复，提醒市级", Capability: capHandle, Auto: true},
		}},
	Check: {
		Kind: "check", Title: "现场核查", Initial: StateAssigned,
		States: []flow.StateRow{{State: StateAssigned, Title: "待核查", Waits: "核查人"}, {State: StateChecked, Title: "已核查", Terminal: true}, {State: StateRevoked, Title: "已撤销", Terminal: true}},
		Steps: []flow.Step{
			{From: []flow.State{StateAssigned}, Verb: Report, To: StateChecked, Title: "报告核查结果", Capability: capCheck, Next: "属实的，预警即行认定并转为线索，附证据包",
				Guards: []flow.Guard{{Fact: assignee, Refuse: "现场核查由被指派的人员报告；如需更换人员，请监控值班岗改派"}},
				Fields: []flow.Field{
					{Name: "result", Title: "核查结论", Kind: flow.Choice, Required: true, Options: results},
					{Name: "text", Title: "核查情况", Kind: flow.Text, Required: true, Hint: "到场时间、在场人员、看到的情况"},
					{Name: "place", Title: "核查位置", Kind: flow.Place, Hint: "在现场时点“取当前位置”；取不到的写明地点"},
					{Name: "files", Title: "现场照片和笔录", Kind: flow.Files, Required: true}}},
			{From: []flow.State{StateAssigned}, Verb: Reassign, Title: "改派", Capability: capHandle, Next: "新的核查人收到通知",
				Fields: []flow.Field{{Name: "person", Title: "核查人", Kind: flow.Person, Required: true, Role: "inspector"},
					{Name: "days", Title: "时限", Kind: flow.Days, Hint: "工作日，不填为原定时限"}}},
			{From: []flow.State{StateAssigned}, Verb: Revoke, To: StateRevoked, Title: "撤销", Capability: capHandle, Danger: true, Fields: revoke},
			{From: []flow.State{StateAssigned}, Verb: Overdue, Title: "逾期未核查，提醒上级", Capability: capHandle, Auto: true},
			{From: []flow.State{StateAssigned}, Verb: Overlate, Title: "仍未核查，提醒市级", Capability: capHandle, Auto: true},
		}},
	Supervision: {
		Kind: "supervision", Title: "重点督办", Initial: StateSupervised,
		States: []flow.StateRow{{State: StateSupervised, Title: "督办中", Waits: "企业整改"}, {State: StateDone, Title: "已解除", Terminal: true}},
		Steps: []flow.Step{
			{From: []flow.State{StateSupervised}, Verb: Prolong, Title: "延长", Capability: capSupervise,
				Fields: []flow.Field{{Name: "until", Title: "督办至", Kind: flow.Date, Required: true}, {Name: "text", Title: "延长的理由", Kind: flow.Text, Required: true}}},
			{From: []flow.State{StateSupervised}, Verb: Lift, To: StateDone, Title: "解除督办", Capability: capSupervise, Danger: true,
				Fields: []flow.Field{{Name: "text", Title: "解除的理由", Kind: flow.Text, Required: true}}},
			{From: []flow.State{StateSupervised}, Verb: Expire, To: StateDone, Title: "期满解除", Capability: capSupervise, Auto: true},
		}},
}

// MeasureMachines lists the three flow tables.
func MeasureMachines() []*flow.Machine {
	return []*flow.Machine{Warning.Machine(), Check.Machine(), Supervision.Machine()}
}

// begins says which verb of an alarm begins which measure.
var begins = map[flow.Verb]MeasureKind{Warn: Warning, Inspect: Check, Supervise: Supervision}

// beginning is the first entry of a measure's timeline.
func (k MeasureKind) beginning(fields []flow.Field) flow.Step {
	return flow.Step{Verb: Begin, To: k.Machine().Initial, Title: map[MeasureKind]string{Warning: "发出远程预警", Check: "指派现场核查", Supervision: "列入重点督办"}[k], Capability: capHandle, Fields: fields}
}
