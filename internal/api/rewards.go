package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/sheet"
)

// rewards is the resource of rewards for reporters: proposals and their awards,
// the year's money, the rules, the figures.
type rewards struct {
	svc   *reward.Service
	names Names
	files Describer
	now   func() time.Time
}

// Rewards registers it. The public pages of awards come with Public.
func (a *API) Rewards(s *reward.Service, n Names, files Describer, now func() time.Time) {
	a.rewards = s
	r := rewards{s, n, files, now}
	get(a, "listRewards", "/rewards", "举报奖励", r.list, needs(auth.RewardRead))
	exportList(a, "exportRewards", "/rewards/export", "导出举报奖励", "举报奖励", rewardColumns, r.list, needs(auth.RewardRead))
	get(a, "listRewardCandidates", "/rewards/candidates", "公众举报查实、尚未提出奖励的问题", r.candidates, needs(auth.RewardHandle))
	get(a, "listRewardReports", "/rewards/candidates/{id}", "一个问题的各件举报", r.reports, needs(auth.RewardHandle))
	post(a, "tryReward", "/rewards/trial", "测算奖励", r.trial, needs(auth.RewardHandle))
	post(a, "proposeReward", "/rewards", "提出奖励", r.propose, needs(auth.RewardHandle))
	get(a, "getRewardPolicy", "/rewards/policy", "奖励规则", r.policy)
	get(a, "listRewardBudgets", "/rewards/budgets", "奖励预算", r.budgets, needs(auth.RewardRead))
	post(a, "setRewardBudget", "/rewards/budgets", "登记、调整奖励预算", r.setBudget, needs(auth.RewardBudget))
	get(a, "countRewards", "/rewards/statistics", "奖励统计", r.statistics, needs(auth.RewardRead))
	exportRows(a, "exportRewardStatistics", "/rewards/statistics/export", "导出奖励统计", "奖励统计", rewardStatColumns, r.eachStat, needs(auth.RewardRead))
	get(a, "getReward", "/rewards/{id}", "一项奖励", r.get, needs(auth.RewardRead))
	post(a, "amendReward", "/rewards/{id}/amend", "修改测算", r.amend, needs(auth.RewardHandle))
	post(a, "actOnReward", "/rewards/{id}/{verb}", "审核、审批、退回、不予奖励", r.act)
	get(a, "listAwards", "/awards", "奖金", r.listAwards, needs(auth.RewardRead))
	exportList(a, "exportAwards", "/awards/export", "导出付款记录", "奖金付款记录", awardColumns, r.listAwards, needs(auth.RewardRead))
	get(a, "getAward", "/awards/{id}", "一笔奖金", r.getAward, needs(auth.RewardRead))
	post(a, "actOnAward", "/awards/{id}/{verb}", "开付款单、核对领奖码付款、复核申诉", r.actAward)
}

// RewardView is one reward in lists.
type RewardView struct {
	ID          reward.ID  `json:"id"`
	Number      string     `json:"number"`
	State       flow.State `json:"state"`
	StateTitle  string     `json:"state_title"`
	Waits       string     `json:"waits"`
	IssueID     string     `json:"issue_id"`
	IssueNumber string     `json:"issue_number"`
	IssueTitle  string     `json:"issue_title"`
	Area        string     `json:"area"`
	AreaName    string     `json:"area_name"`
	Act         string     `json:"act"`
	ActTitle    string     `json:"act_title"`
	Document    string     `json:"document" doc:"处罚决定书等的文号"`
	Total       Number     `json:"total" doc:"元"`
	Reports     int        `json:"reports" doc:"几件举报"`
	Round       int64      `json:"round" doc:"第几次核定"`
	DueAt       string     `json:"due_at" doc:"应在此前告知举报人"`
	Late        bool       `json:"late"`
	CreatedAt   string     `json:"created_at"`
	Version     int64      `json:"version"`
}

func (r rewards) view(x reward.Reward) RewardView {
	row, _ := r.svc.Machine().Row(x.State)
	act, _ := r.svc.Rules().Act(x.Act, x.Sheet.Input.On)
	return RewardView{ID: x.ID, Number: x.Number, State: x.State, StateTitle: row.Title, Waits: row.Waits, IssueID: x.IssueID, IssueNumber: x.IssueNumber, IssueTitle: x.IssueTitle,
		Area: x.Area, AreaName: r.names.area(x.Area), Act: x.Act, ActTitle: act.Name, Document: x.Document, Total: Number{x.Total.Yuan()}, Reports: len(x.Sheet.Shares), Round: x.Round,
		DueAt: when(x.DueAt), Late: x.Deciding() && r.now().After(x.DueAt), CreatedAt: when(x.CreatedAt), Version: x.Version}
}

// RewardQuery narrows a list of rewards or awards.
type RewardQuery struct {
	Q     string   `query:"q" maxLength:"100" doc:"编号、文号、问题；奖金为举报编号、付款单号"`
	State []string `query:"state" doc:"状态，可多个；open 为未办结"`
	Area  string   `query:"area" maxLength:"12"`
	Late  bool     `query:"late" doc:"只看已过时限的"`
	From  string   `query:"from" maxLength:"40"`
	To    string   `query:"to" maxLength:"40"`
}

func (q RewardQuery) query(m *flow.Machine, p Paging) (out reward.Query, err error) {
	out = reward.Query{Words: q.Q, States: states(m, q.State), Area: q.Area, Late: q.Late, Cursor: p.Cursor, Limit: p.Limit}
	out.From, out.To, err = period(q.From, q.To)
	return out, err
}

func (r rewards) list(ctx context.Context, in *struct {
	RewardQuery
	Paging
}) (out Page[RewardView], err error) {
	q, err := in.query(r.svc.Machine(), in.Paging)
	if err != nil {
		return out, err
	}
	page, err := r.svc.List(ctx, actor(ctx), q)
	return pageOf(page, r.view), err
}

var rewardColumns = []column[RewardView]{
	{sheet.Text("编号", 20), func(v RewardView) any { return v.Number }},
	{sheet.Text("状态", 14), func(v RewardView) any { return v.StateTitle }},
	{sheet.Text("问题编号", 20), func(v RewardView) any { return v.IssueNumber }},
	{sheet.Text("问题", 36), func(v RewardView) any { return v.IssueTitle }},
	{sheet.Text("辖区", 16), func(v RewardView) any { return v.AreaName }},
	{sheet.Text("违法行为", 30), func(v RewardView) any { return v.ActTitle }},
	{sheet.Text("文号", 26), func(v RewardView) any { return v.Document }},
	{sheet.Number("奖励总额").In("元"), func(v RewardView) any { return v.Total.Decimal }},
	{sheet.Number("举报件数"), func(v RewardView) any { return v.Reports }},
	{sheet.Time("应告知"), func(v RewardView) any { return v.DueAt }},
	{sheet.Time("提出"), func(v RewardView) any { return v.CreatedAt }},
}

// RewardCandidate is an issue that the public reported, for which no reward was
// proposed.
type RewardCandidate struct {
	IssueID  string `json:"issue_id"`
	Number   string `json:"number"`
	Title    string `json:"title"`
	AreaName string `json:"area_name"`
	Reports  int64  `json:"reports"`
	First    string `json:"first" doc:"最早一件举报的时间"`
}

func (r rewards) candidates(ctx context.Context, _ *None) ([]RewardCandidate, error) {
	list, err := r.svc.Candidates(ctx, actor(ctx))
	out := []RewardCandidate{}
	for _, c := range list {
		out = append(out, RewardCandidate{c.IssueID, c.Number, c.Title, r.names.area(c.Area), c.Reports, when(c.First)})
	}
	return out, err
}

// RewardReport is a report as the reward desk knows it.
type RewardReport struct {
	Number    string `json:"number"`
	Mode      string `json:"mode"`
	ModeTitle string `json:"mode_title"`
	At        string `json:"at"`
	Eligible  bool   `json:"eligible" doc:"这种方式的举报可以奖励"`
}

func (r rewards) reports(ctx context.Context, in *ByID) ([]RewardReport, error) {
	list, err := r.svc.Reports(ctx, actor(ctx), in.ID)
	out := []RewardReport{}
	for _, x := range list {
		out = append(out, RewardReport{x.Number, x.Mode, modeTitle(x.Mode), when(x.At), contains(r.svc.Rules().Modes, x.Mode)})
	}
	return out, err
}

// RewardBody is a proposal as it is entered. Amounts are yuan, written out.
type RewardBody struct {
	IssueID  string   `json:"issue_id,omitempty" maxLength:"64"`
	On       string   `json:"on" maxLength:"10" doc:"处罚决定（或移送）的日期，适用当日的规则"`
	Act      string   `json:"act" maxLength:"40" doc:"违法行为"`
	Basis    string   `json:"basis" maxLength:"20" doc:"fine 按罚款比例，special 特别严重，bounty 悬赏，fixed 定额"`
	Fine     string   `json:"fine,omitempty" maxLength:"20" doc:"罚款，元；没有罚款不填"`
	Document string   `json:"document" maxLength:"200" doc:"处罚决定书、移送书或判决书的文号"`
	Events   []string `json:"events,omitempty" maxItems:"10" doc:"另加的情形"`
	Decided  string   `json:"decided,omitempty" maxLength:"20" doc:"逐案决定的金额，元"`
	Consent  string   `json:"consent,omitempty" maxLength:"200" doc:"同级政府同意或悬赏公告的文号"`
	Honour   bool     `json:"honour,omitempty" doc:"征询举报人是否同意精神奖励"`
	Text     string   `json:"text,omitempty" maxLength:"2000"`
	Reports  []struct {
		Number string `json:"number" maxLength:"40"`
		Part   string `json:"part" maxLength:"20" doc:"first、joint、supplement、none"`
		Ground string `json:"ground,omitempty" maxLength:"40" doc:"none 的情形"`
	} `json:"reports" maxItems:"200"`
}

func (b RewardBody) proposal() (p reward.Proposal, err error) {
	p = reward.Proposal{IssueID: b.IssueID, Text: b.Text, Input: reward.Input{On: reward.Day(b.On), Act: b.Act, Basis: reward.Basis(b.Basis), Document: b.Document,
		Events: b.Events, Consent: b.Consent, Honour: b.Honour}}
	for _, x := range []struct {
		name, text string
		to         *reward.Fen
	}{{"fine", b.Fine, &p.Input.Fine}, {"decided", b.Decided, &p.Input.Decided}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = reward.ParseYuan(x.text); err != nil {
			return p, fault.Invalidf("请检查金额").With(x.name, "应为金额（元），最多两位小数，例如 1200000 或 1200000.50")
		}
	}
	for _, x := range b.Reports {
		p.Input.Reporters = append(p.Input.Reporters, reward.Reporter{Report: x.Number, Part: reward.Part(x.Part), Ground: x.Ground})
	}
	return p, nil
}

func (r rewards) trial(ctx context.Context, in *struct{ Body RewardBody }) (RewardSheet, error) {
	p, err := in.Body.proposal()
	if err != nil {
		return RewardSheet{}, err
	}
	s, err := r.svc.Try(ctx, actor(ctx), p)
	if err != nil {
		return RewardSheet{}, err
	}
	return sheetView(s), nil
}

func (r rewards) propose(ctx context.Context, in *struct{ Body RewardBody }) (RewardFile, error) {
	p, err := in.Body.proposal()
	if err != nil {
		return RewardFile{}, err
	}
	x, err := r.svc.Propose(ctx, actor(ctx), p)
	if err != nil {
		return RewardFile{}, err
	}
	return r.file(ctx, x.ID)
}

func (r rewards) amend(ctx context.Context, in *struct {
	ByID
	Body struct {
		Version int64 `json:"version"`
		RewardBody
	}
}) (RewardFile, error) {
	p, err := in.Body.proposal()
	if err != nil {
		return RewardFile{}, err
	}
	if err := r.svc.Amend(ctx, actor(ctx), reward.ID(in.ID), in.Body.Version, p); err != nil {
		return RewardFile{}, err
	}
	return r.file(ctx, reward.ID(in.ID))
}

func (r rewards) get(ctx context.Context, in *ByID) (RewardFile, error) {
	return r.file(ctx, reward.ID(in.ID))
}

func (r rewards) act(ctx context.Context, in *Act) (RewardFile, error) {
	if err := r.svc.Do(ctx, actor(ctx), reward.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return RewardFile{}, err
	}
	return r.file(ctx, reward.ID(in.ID))
}

func (r rewards) listAwards(ctx context.Context, in *struct {
	RewardQuery
	Paging
}) (out Page[AwardView], err error) {
	q, err := in.query(reward.AwardMachine, in.Paging)
	if err != nil {
		return out, err
	}
	page, err := r.svc.ListAwards(ctx, actor(ctx), q)
	return pageOf(page, func(a reward.Award) AwardView { return r.award(actor(ctx), a) }), err
}

func (r rewards) getAward(ctx context.Context, in *ByID) (AwardFile, error) {
	return r.awardFile(ctx, reward.AwardID(in.ID))
}

func (r rewards) actAward(ctx context.Context, in *Act) (AwardFile, error) {
	id := reward.AwardID(in.ID)
	if err := r.svc.DoAward(ctx, actor(ctx), id, flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return AwardFile{}, err
	}
	return r.awardFile(ctx, id)
}
