// Package auth decides who may do what: people, their roles, sessions and
// tokens, and one decision function over a table of capabilities by role ×
// administrative area × agency × person. Deny by default; every list query is
// scoped in SQL by the same table. 三员分立: the system administrator, the
// security administrator and the auditor are three people with disjoint powers.
//
// auth knows capabilities, not procedures: which capability a verb needs in
// which state stands in the feature's flow table.
package auth

import "strings"

// Role names a duty that a person holds.
type Role string

// The roles. A person may hold several, except that admin, secadmin and auditor
// exclude one another and every other role (三员分立).
const (
	Admin      Role = "admin"      // 系统管理员
	SecAdmin   Role = "secadmin"   // 安全管理员
	Auditor    Role = "auditor"    // 安全审计员
	Clerk      Role = "clerk"      // 受理员
	Duty       Role = "duty"       // 监控值班员
	Agency     Role = "agency"     // 责任单位联络员
	Inspector  Role = "inspector"  // 执法人员
	Reviewer   Role = "reviewer"   // 审核员
	Leader     Role = "leader"     // 分管领导
	Reward     Role = "reward"     // 举报奖励专岗
	Supervisor Role = "supervisor" // 督办监督员
	Grid       Role = "grid"       // 网格员
	Partner    Role = "partner"    // 社会组织
	Enterprise Role = "enterprise" // 企业环保负责人
	Head       Role = "head"       // 企业负责人
)

// Capability names one thing that may be done, e.g. "issue.assign".
type Capability string

// The capabilities that the policy table grants.
const (
	OverviewRead     Capability = "overview.read"
	PortalRead       Capability = "portal.read"
	RegistryRead     Capability = "registry.read"
	RegistryWrite    Capability = "registry.write"
	TelemetryRead    Capability = "telemetry.read"
	AmbientRead      Capability = "ambient.read"
	AmbientWrite     Capability = "ambient.write"
	TelemetryCommand Capability = "telemetry.command"
	TelemetryControl Capability = "telemetry.control"
	TelemetryKey     Capability = "telemetry.key"
	QuarantineRead   Capability = "quarantine.read"
	QuarantineWrite  Capability = "quarantine.write"
	MarkSet          Capability = "mark.set"
	MarkReview       Capability = "mark.review"
	FilingWrite      Capability = "filing.write"
	FilingFile       Capability = "filing.file"
	AlarmRead        Capability = "alarm.read"
	AlarmHandle      Capability = "alarm.handle"
	AlarmExplain     Capability = "alarm.explain"
	RuleRead         Capability = "rule.read"
	RuleWrite        Capability = "rule.write"
	RulePublish      Capability = "rule.publish"
	AlarmSilence     Capability = "alarm.silence"
	AlarmSilenceArea Capability = "alarm.silence.area"
	AlarmHead        Capability = "alarm.head"
	ObligationRead   Capability = "obligation.read"
	ObligationReport Capability = "obligation.report"
	ObligationReview Capability = "obligation.review"
	AlarmCheck       Capability = "alarm.check"
	ConsultRead      Capability = "consult.read"
	ConsultAsk       Capability = "consult.ask"
	ConsultAnswer    Capability = "consult.answer"
	ClueRead         Capability = "clue.read"
	ClueEnter        Capability = "clue.enter"
	ClueTriage       Capability = "clue.triage"
	SealRead         Capability = "seal.read"
	SealHold         Capability = "seal.hold"
	SealDesk         Capability = "seal.desk"
	SealOversee      Capability = "seal.oversee"
	SealRevoke       Capability = "seal.revoke"
	IssueRead        Capability = "issue.read"
	IssueAssign      Capability = "issue.assign"
	IssueSign        Capability = "issue.sign"
	IssueRectify     Capability = "issue.rectify"
	IssueApprove     Capability = "issue.approve"
	IssueAccept      Capability = "issue.accept"
	IssueClose       Capability = "issue.close"
	IssueReopen      Capability = "issue.reopen"
	IssueSupervise   Capability = "issue.supervise"
	RewardRead       Capability = "reward.read"
	RewardHandle     Capability = "reward.handle"
	RewardReview     Capability = "reward.review"
	RewardApprove    Capability = "reward.approve"
	RewardPay        Capability = "reward.pay"
	RewardBudget     Capability = "reward.budget"
	RiskRead         Capability = "risk.read"
	RiskEnter        Capability = "risk.enter"
	RiskSign         Capability = "risk.sign"
	RiskAnswer       Capability = "risk.answer"
	RiskFollow       Capability = "risk.follow"
	PublishRead      Capability = "publish.read"
	PublishWrite     Capability = "publish.write"
	PublishReview    Capability = "publish.review"
	PublishBounty    Capability = "publish.bounty"
	FileUpload       Capability = "file.upload"
	UserRead         Capability = "user.read"
	UserWrite        Capability = "user.write"
	UserGrant        Capability = "user.grant"
	SystemRead       Capability = "system.read"
	SystemWrite      Capability = "system.write"
	CircleManage     Capability = "circle.manage"
	ChannelHalt      Capability = "channel.halt"
	ChannelReopen    Capability = "channel.reopen"
	RetentionPropose Capability = "retention.propose"
	RetentionApprove Capability = "retention.approve"
	AccessReview     Capability = "access.review"
	LeakTrace        Capability = "leak.trace"
	AuditRead        Capability = "audit.read"
	AuditExport      Capability = "audit.export"
)

// Reach says how far a grant goes.
type Reach int

// The reaches, from nothing to everything. Where several roles grant one
// capability, each grant counts by itself.
const (
	Nothing      Reach = iota
	Own                // things the person answers for
	OfEnterprise       // things of the person's enterprise
	OfAgency           // things led or assisted by the person's agency
	OfArea             // things within the person's administrative area
	Everywhere         // the whole jurisdiction
)

// Actor is who acts: the person signed in, with the powers of that moment.
type Actor struct {
	ID         string
	Login      string
	Name       string
	Roles      []Role
	Area       string // region code, "" = the whole jurisdiction
	Agency     string
	Enterprise string
	Deputises  []string // ids of people on leave for whom this person stands in
	Session    string   // session or token id, "" for the system
	ByToken    bool     // came with a personal access token, not a session
	MustChange bool     // may do nothing before choosing a new password
	MustEnrol  bool     // may do nothing before switching two-step sign-in on
}

// System is the actor of work nobody started, e.g. a rule or a clock.
func System(part string) Actor { return Actor{ID: "system:" + part, Name: "系统"} }

// OfEnterprise reports whether the role is held by people of an enterprise.
func (r Role) OfEnterprise() bool { return r == Enterprise || r == Head }

// IsSystem reports whether no person acts.
func (a Actor) IsSystem() bool { return strings.HasPrefix(a.ID, "system:") }

// Has reports whether the actor holds the role.
func (a Actor) Has(r Role) bool {
	for _, x := range a.Roles {
		if x == r {
			return true
		}
	}
	return false
}

// Is reports whether the id is the actor's own or that of someone the actor
// deputises for.
func (a Actor) Is(id string) bool {
	if id == "" {
		return false
	}
	if id == a.ID {
		return true
	}
	for _, d := range a.Deputises {
		if d == id {
			return true
		}
	}
	return false
}

// OnBehalf names the person on leave for whom the actor acts when one of the
// ids concerned is theirs and none is the actor's own; otherwise it is empty.
// Timelines and the audit log record it beside the actor.
func (a Actor) OnBehalf(concerned ...string) string {
	found := ""
	for _, id := range concerned {
		switch {
		case id == "":
		case id == a.ID:
			return ""
		case found == "" && a.Is(id):
			found = id
		}
	}
	return found
}

// Scope is what a thing offers to the decision: where it lies and who is
// concerned with it. Empty parts match nothing but Everywhere.
type Scope struct {
	Area       string
	Agencies   []string
	Persons    []string
	Enterprise string
}
