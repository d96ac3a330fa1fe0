package auth

import "slices"

// RoleTitle is one role as people read it.
type RoleTitle struct {
	Role  Role
	Title string // the duty's name, e.g. 受理员
	Duty  string // one sentence: what the person answers for
}

// roles stands in the order in which screens list them.
var roles = []RoleTitle{
	{Admin, "系统管理员", "开设和停用账号、维护系统运行，不授权、不看案件内容"},
	{SecAdmin, "安全管理员", "授予岗位、辖区和单位，不开设账号、不看案件内容"},
	{Auditor, "安全审计员", "查阅、核验和导出审计日志，不能更改任何内容"},
	{Clerk, "受理员", "登记和研判线索，立为问题并交办"},
	{Duty, "监控值班员", "值守监测预警，处置预警、转为线索、审核标记、登记设备"},
	{Agency, "责任单位联络员", "签收本单位承办的问题，组织整改并提交材料"},
	{Inspector, "执法人员", "现场核查与验收"},
	{Reviewer, "审核员", "审核验收材料并销号，必要时重新打开"},
	{Leader, "分管领导", "审批延期、督办催办、重新打开"},
	{Reward, "举报奖励专岗", "提出举报奖励，开付款单，核对领奖码付款；兼保密岗，阅办内部知情人举报，经监督方同意方能知道举报人是谁"},
	{Supervisor, "督办监督员", "跟踪督办事项；审批举报人身份的开启"},
	{Grid, "网格员", "日常巡查，发现问题即时上报"},
	{Partner, "社会组织", "受托巡查，提交线索"},
	{Enterprise, "企业环保负责人", "查看本企业监测数据，说明预警原因，标记停运、维护等时段，履行各项义务"},
	{Head, "企业负责人", "对本企业的预警负总责，接收升级的预警，督促说明和整改"},
}

// Roles lists every role with its title, in display order.
func Roles() []RoleTitle { return slices.Clone(roles) }

// Known reports whether the role exists.
func (r Role) Known() bool {
	return slices.ContainsFunc(roles, func(t RoleTitle) bool { return t.Role == r })
}

// Title is the Chinese name of the role, or the role itself when unknown.
func (r Role) Title() string {
	for _, t := range roles {
		if t.Role == r {
			return t.Title
		}
	}
	return string(r)
}

// Officer reports whether the role is one of the three that exclude each other
// and all others (三员).
func (r Role) Officer() bool { return r == Admin || r == SecAdmin || r == Auditor }

type capabilityTitle struct {
	Capability Capability
	Title      string
}

// capabilities stands in the order of the loop, for the role matrix.
var capabilities = []capabilityTitle{
	{OverviewRead, "查看工作台"},
	{PortalRead, "使用企业工作台"},
	{RegistryRead, "查看企业与设备档案"},
	{RegistryWrite, "维护企业与设备档案"},
	{TelemetryRead, "查看监测数据"},
	{AmbientRead, "查看环境质量"},
	{AmbientWrite, "维护环境监测站点与数据"},
	{TelemetryCommand, "向设备下发指令"},
	{TelemetryControl, "远程采样、校准与参数设置"},
	{TelemetryKey, "设置设备密码与密钥"},
	{QuarantineRead, "查看隔离区"},
	{QuarantineWrite, "处置隔离区报文"},
	{MarkSet, "标记监测数据"},
	{MarkReview, "审核标记"},
	{FilingWrite, "登记停限产、审核变更备案"},
	{FilingFile, "备案工艺、设备与参数的变更"},
	{AlarmRead, "查看预警"},
	{AlarmHandle, "处置预警"},
	{AlarmExplain, "说明预警原因"},
	{RuleRead, "查看规则库"},
	{RuleWrite, "起草与停用自定义规则、规则设置"},
	{RulePublish, "审核发布自定义规则、规则设置"},
	{AlarmSilence, "静默一家企业、一个监控点的预警"},
	{AlarmSilenceArea, "静默一个区域的预警"},
	{AlarmHead, "以企业负责人身份接收预警"},
	{ObligationRead, "查看应尽义务"},
	{ObligationReport, "报告义务已履行"},
	{ObligationReview, "核实义务履行"},
	{AlarmCheck, "现场核查预警"},
	{ConsultRead, "查看企业咨询"},
	{ConsultAsk, "向监控值班岗咨询"},
	{ConsultAnswer, "答复企业咨询"},
	{ClueRead, "查看线索"},
	{ClueEnter, "登记线索"},
	{ClueTriage, "研判线索"},
	{SealRead, "查看保密密钥与身份开启记录"},
	{SealHold, "保管保密密钥"},
	{SealDesk, "阅办内部知情人举报、申请开启身份"},
	{SealOversee, "审批并参与开启身份"},
	{SealRevoke, "吊销保密密钥"},
	{IssueRead, "查看问题"},
	{IssueAssign, "交办问题"},
	{IssueSign, "签收问题"},
	{IssueRectify, "整改问题"},
	{IssueApprove, "审批延期"},
	{IssueAccept, "现场验收"},
	{IssueClose, "审核销号"},
	{IssueReopen, "重新打开问题"},
	{IssueSupervise, "督办催办"},
	{RewardRead, "查看举报奖励"},
	{RewardHandle, "提出举报奖励、开付款单"},
	{RewardReview, "审核举报奖励、复核申诉"},
	{RewardApprove, "审批举报奖励"},
	{RewardPay, "核对领奖码并付款"},
	{RewardBudget, "登记举报奖励预算"},
	{RiskRead, "查看风险预警图"},
	{RiskEnter, "登记风险预警图的事实、冻结"},
	{RiskSign, "签发风险预警图"},
	{RiskAnswer, "答复跟踪问效、报告成效"},
	{RiskFollow, "跟踪帮扶：登记帮扶、核验成效"},
	{PublishRead, "查看公开稿件"},
	{PublishWrite, "草拟公开稿件、征集线索"},
	{PublishReview, "审核公开稿件、撤回"},
	{PublishBounty, "批准悬赏"},
	{FileUpload, "上传附件"},
	{UserRead, "查看账号"},
	{UserWrite, "开设与停用账号"},
	{UserGrant, "授予岗位与范围"},
	{SystemRead, "查看系统运行状况"},
	{SystemWrite, "维护系统"},
	{CircleManage, "设定举报的知悉范围"},
	{ChannelHalt, "紧急关闭举报渠道"},
	{ChannelReopen, "确认恢复举报渠道"},
	{RetentionPropose, "提出销毁到期举报"},
	{RetentionApprove, "批准销毁到期举报"},
	{AccessReview, "查阅举报查看记录"},
	{LeakTrace, "按阅件编号追查泄露"},
	{AuditRead, "查阅审计日志"},
	{AuditExport, "导出审计日志"},
}

// Title is the Chinese name of the capability, or the capability itself when
// unknown.
func (c Capability) Title() string {
	for _, t := range capabilities {
		if t.Capability == c {
			return t.Title
		}
	}
	return string(c)
}

var reaches = map[Reach][2]string{
	Nothing:      {"nothing", "无"},
	Own:          {"own", "本人经办"},
	OfEnterprise: {"enterprise", "本企业"},
	OfAgency:     {"agency", "本单位承办"},
	OfArea:       {"area", "本辖区"},
	Everywhere:   {"everywhere", "全域"},
}

// String is the reach's name in the interface, e.g. "area".
func (r Reach) String() string { return reaches[r][0] }

// Title is the reach's Chinese name, e.g. 本辖区.
func (r Reach) Title() string { return reaches[r][1] }

// MatrixRow is one role's line of the role matrix.
type MatrixRow struct {
	RoleTitle
	Grants []Granted
}

// Granted is one cell of the role matrix: what a role may do and how far.
type Granted struct {
	Capability Capability
	Title      string
	Reach      Reach
}

// Matrix writes the policy as a table for people: roles in display order, each
// with its capabilities in the order of the loop.
func (p Policy) Matrix() []MatrixRow {
	out := make([]MatrixRow, 0, len(roles))
	for _, r := range roles {
		row := MatrixRow{RoleTitle: r, Grants: []Granted{}}
		for _, c := range capabilities {
			if reach := p[r.Role][c.Capability]; reach != Nothing {
				row.Grants = append(row.Grants, Granted{c.Capability, c.Title, reach})
			}
		}
		out = append(out, row)
	}
	return out
}
