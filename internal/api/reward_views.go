package api

import (
	"context"
	"slices"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/sheet"
)

func contains(list []string, s string) bool { return slices.Contains(list, s) }

func modeTitle(mode string) string {
	row, ok := tip.Mode(mode).Row()
	if !ok {
		return mode
	}
	return row.Title
}

// RewardFigure is one rule row.
type RewardFigure struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	KindTitle string `json:"kind_title"`
	Title     string `json:"title"`
	When      string `json:"when"`
	Value     string `json:"value" doc:"空为没有数值"`
	Unit      string `json:"unit"`
	Source    string `json:"source"`
	Certainty string `json:"certainty" enum:"A,B,C" doc:"A 官方文本，B 转引，C 本地约定"`
	From      string `json:"from"`
	Until     string `json:"until"`
}

func figureView(f reward.Figure) RewardFigure {
	v := RewardFigure{ID: f.ID, Kind: string(f.Kind), KindTitle: f.Kind.Title(), Title: f.Title, When: f.When, Unit: f.Kind.Unit(), Source: f.Source, Certainty: f.Certainty, From: string(f.From), Until: string(f.Until)}
	if v.Unit != "" {
		v.Value = f.Value.String()
	}
	return v
}

// RewardChoice is one entry of a list with its source.
type RewardChoice struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Source    string `json:"source"`
	Certainty string `json:"certainty"`
}

// RewardPolicy is the place's rules, and what a proposal may choose from today.
type RewardPolicy struct {
	Open       bool           `json:"open" doc:"本地有举报奖励"`
	Document   string         `json:"document"`
	Digest     string         `json:"digest" doc:"规则全文的摘要"`
	Figures    []RewardFigure `json:"figures" nullable:"false"`
	Acts       []RewardChoice `json:"acts" nullable:"false"`
	Exclusions []RewardChoice `json:"exclusions" nullable:"false"`
	Bases      []flow.Option  `json:"bases" nullable:"false" doc:"今天适用的计算办法"`
	Events     []flow.Option  `json:"events" nullable:"false" doc:"今天适用的另加情形"`
	Parts      []flow.Option  `json:"parts" nullable:"false"`
	Honour     bool           `json:"honour"`
	Modes      []string       `json:"modes" nullable:"false"`
}

func (r rewards) policy(context.Context, *None) (RewardPolicy, error) {
	p, on := r.svc.Rules(), reward.DayOf(r.now())
	out := RewardPolicy{Open: p.Open(), Document: p.Document, Digest: p.Digest(), Figures: []RewardFigure{}, Bases: []flow.Option{}, Events: []flow.Option{}, Parts: []flow.Option{}, Modes: append([]string{}, p.Modes...)}
	for _, f := range p.Figures {
		out.Figures = append(out.Figures, figureView(f))
	}
	out.Acts, out.Exclusions = choicesOf(p.Acts, on), choicesOf(p.Exclusions, on)
	for _, b := range reward.Bases {
		if _, ok := p.On(on, b.Figure, ""); ok {
			out.Bases = append(out.Bases, flow.Option{Value: string(b.ID), Title: b.Title})
		}
	}
	for _, e := range reward.Events {
		if _, ok := p.On(on, reward.Extra, e.ID); ok {
			out.Events = append(out.Events, flow.Option{Value: e.ID, Title: e.Title})
		}
	}
	for _, x := range reward.Parts {
		out.Parts = append(out.Parts, flow.Option{Value: string(x.ID), Title: x.Title})
	}
	_, out.Honour = p.On(on, reward.Honour, "")
	return out, nil
}

func choicesOf(list []reward.Named, on reward.Day) []RewardChoice {
	out := []RewardChoice{}
	for _, n := range reward.Valid(list, on) {
		out = append(out, RewardChoice{n.ID, n.Name, n.Source, n.Certainty})
	}
	return out
}

// RewardLine is one step of the sum.
type RewardLine struct {
	Rule   string `json:"rule"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Amount Number `json:"amount"`
}

// RewardShare is what one report gets.
type RewardShare struct {
	Report    string `json:"report"`
	Mode      string `json:"mode_title"`
	At        string `json:"at"`
	Part      string `json:"part"`
	PartTitle string `json:"part_title"`
	Ground    string `json:"ground"`
	Amount    Number `json:"amount"`
	Text      string `json:"text"`
}

// RewardSheet is the computation with the rule rows used.
type RewardSheet struct {
	Method     int            `json:"method" doc:"算法版本"`
	Policy     string         `json:"policy" doc:"测算时规则全文的摘要"`
	On         string         `json:"on"`
	Act        string         `json:"act"`
	Basis      string         `json:"basis"`
	BasisTitle string         `json:"basis_title"`
	Fine       Number         `json:"fine"`
	Decided    Number         `json:"decided"`
	Document   string         `json:"document"`
	Consent    string         `json:"consent"`
	Events     []string       `json:"events" nullable:"false"`
	Honour     bool           `json:"honour"`
	Rules      []RewardFigure `json:"rules" nullable:"false"`
	Lines      []RewardLine   `json:"lines" nullable:"false"`
	Total      Number         `json:"total"`
	Shares     []RewardShare  `json:"shares" nullable:"false"`
}

func sheetView(s reward.Sheet) RewardSheet {
	in := s.Input
	out := RewardSheet{Method: s.Method, Policy: s.Policy, On: string(in.On), Act: in.Act, Basis: string(in.Basis), BasisTitle: in.Basis.Title(), Fine: Number{in.Fine.Yuan()}, Decided: Number{in.Decided.Yuan()},
		Document: in.Document, Consent: in.Consent, Events: append([]string{}, in.Events...), Honour: in.Honour, Rules: []RewardFigure{}, Lines: []RewardLine{}, Total: Number{s.Total.Yuan()}, Shares: []RewardShare{}}
	for _, f := range s.Rules {
		out.Rules = append(out.Rules, figureView(f))
	}
	for _, l := range s.Lines {
		out.Lines = append(out.Lines, RewardLine{l.Rule, l.Title, l.Text, Number{l.Amount.Yuan()}})
	}
	for i, p := range s.Shares {
		v := RewardShare{Report: p.Report, Part: string(p.Part), PartTitle: p.Part.Title(), Ground: p.Ground, Amount: Number{p.Amount.Yuan()}, Text: p.Text}
		if i < len(in.Reporters) {
			v.Mode, v.At = modeTitle(in.Reporters[i].Mode), when(in.Reporters[i].At)
		}
		out.Shares = append(out.Shares, v)
	}
	return out
}

// RewardChange is a difference that doing the sum by today's rules would make.
type RewardChange struct {
	What   string `json:"what"`
	Stored string `json:"stored"`
	Now    string `json:"now"`
}

// RewardFile is everything about one reward.
type RewardFile struct {
	RewardView
	Sheet    RewardSheet    `json:"sheet"`
	Same     bool           `json:"same" doc:"按存下的规则重新测算，与存下的一致"`
	Changed  []RewardChange `json:"changed" nullable:"false" doc:"按现行规则测算的差异"`
	Awards   []AwardView    `json:"awards" nullable:"false"`
	Budget   *RewardBudget  `json:"budget" doc:"本年度适用的预算"`
	Timeline []EntryView    `json:"timeline" nullable:"false"`
	Actions  []flow.Action  `json:"actions" nullable:"false"`
}

func (r rewards) file(ctx context.Context, id reward.ID) (RewardFile, error) {
	f, err := r.svc.Get(ctx, actor(ctx), id)
	if err != nil {
		return RewardFile{}, err
	}
	out := RewardFile{RewardView: r.view(f.Reward), Sheet: sheetView(f.Reward.Sheet), Same: f.Same, Changed: []RewardChange{}, Awards: []AwardView{}, Actions: f.Actions}
	for _, c := range f.Changed {
		out.Changed = append(out.Changed, RewardChange(c))
	}
	for _, a := range f.Awards {
		out.Awards = append(out.Awards, r.award(actor(ctx), a))
	}
	if f.Budget.ID != "" {
		b := r.budget(f.Budget)
		out.Budget = &b
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

// AwardView is what one report gets, and how far it has come.
type AwardView struct {
	ID           reward.AwardID `json:"id"`
	RewardID     reward.ID      `json:"reward_id"`
	RewardNumber string         `json:"reward_number"`
	Report       string         `json:"report" doc:"举报编号"`
	AreaName     string         `json:"area_name"`
	PartTitle    string         `json:"part_title"`
	Amount       Number         `json:"amount" doc:"元"`
	Words        string         `json:"words"`
	State        flow.State     `json:"state"`
	StateTitle   string         `json:"state_title"`
	Waits        string         `json:"waits"`
	Way          string         `json:"way_title" doc:"领取方式"`
	Honour       string         `json:"honour" enum:"offered,yes,no," doc:"精神奖励：已征询、同意、不同意"`
	Voucher      string         `json:"voucher"`
	Place        string         `json:"place"`
	CodeAt       string         `json:"code_at" doc:"何时取得领奖码"`
	DueAt        string         `json:"due_at"`
	Late         bool           `json:"late"`
	ToldAt       string         `json:"told_at"`
	PaidAt       string         `json:"paid_at"`
	Round        int64          `json:"round"`
	Version      int64          `json:"version"`
	Actions      []flow.Action  `json:"actions" nullable:"false"`
}

func (r rewards) award(who auth.Actor, a reward.Award) AwardView {
	row, _ := reward.AwardMachine.Row(a.State)
	way := ""
	for _, w := range reward.Ways {
		if w.Value == a.Way {
			way = w.Title
		}
	}
	return AwardView{ID: a.ID, RewardID: a.RewardID, RewardNumber: a.RewardNumber, Report: a.Report, AreaName: r.names.area(a.Area), PartTitle: a.Part.Title(), Amount: Number{a.Amount.Yuan()}, Words: a.Words,
		State: a.State, StateTitle: row.Title, Waits: row.Waits, Way: way, Honour: a.Honour, Voucher: a.Voucher, Place: a.Place, CodeAt: when(a.CodeAt), DueAt: when(a.DueAt),
		Late: !row.Terminal && !a.DueAt.IsZero() && r.now().After(a.DueAt), ToldAt: when(a.ToldAt), PaidAt: when(a.PaidAt), Round: a.Round, Version: a.Version, Actions: r.svc.AwardActions(who, a)}
}

// awardColumns name no report: what goes to the finance office must not lead to
// one.
var awardColumns = []column[AwardView]{
	{sheet.Text("奖励编号", 20), func(v AwardView) any { return v.RewardNumber }},
	{sheet.Text("付款单号", 20), func(v AwardView) any { return v.Voucher }},
	{sheet.Text("状态", 14), func(v AwardView) any { return v.StateTitle }},
	{sheet.Number("金额").In("元"), func(v AwardView) any { return v.Amount.Decimal }},
	{sheet.Text("辖区", 16), func(v AwardView) any { return v.AreaName }},
	{sheet.Text("领取方式", 28), func(v AwardView) any { return v.Way }},
	{sheet.Time("告知"), func(v AwardView) any { return v.ToldAt }},
	{sheet.Time("付款"), func(v AwardView) any { return v.PaidAt }},
}

// AwardFile is an award with its history.
type AwardFile struct {
	AwardView
	Timeline []EntryView `json:"timeline" nullable:"false"`
}

func (r rewards) awardFile(ctx context.Context, id reward.AwardID) (out AwardFile, err error) {
	f, err := r.svc.GetAward(ctx, actor(ctx), id)
	if err != nil {
		return out, err
	}
	out.AwardView = r.award(actor(ctx), f.Award)
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

// RewardBudget is what a year has for an area.
type RewardBudget struct {
	ID       string `json:"id"`
	Year     int    `json:"year"`
	Area     string `json:"area"`
	AreaName string `json:"area_name"`
	Amount   Number `json:"amount"`
	Reserved Number `json:"reserved" doc:"已批准未付"`
	Paid     Number `json:"paid"`
	Left     Number `json:"left"`
	Document string `json:"document"`
	Version  int64  `json:"version"`
}

func (r rewards) budget(b reward.Budget) RewardBudget {
	return RewardBudget{ID: b.ID, Year: b.Year, Area: b.Area, AreaName: r.names.area(b.Area), Amount: Number{b.Amount.Yuan()}, Reserved: Number{b.Reserved.Yuan()}, Paid: Number{b.Paid.Yuan()},
		Left: Number{b.Left().Yuan()}, Document: b.Document, Version: b.Version}
}

func (r rewards) budgets(ctx context.Context, _ *None) ([]RewardBudget, error) {
	list, err := r.svc.Budgets(ctx, actor(ctx))
	out := []RewardBudget{}
	for _, b := range list {
		out = append(out, r.budget(b))
	}
	return out, err
}

func (r rewards) setBudget(ctx context.Context, in *struct {
	Body struct {
		ID       string `json:"id,omitempty" maxLength:"64" doc:"空为新登记"`
		Year     int    `json:"year" minimum:"2000" maximum:"2100"`
		Area     string `json:"area" maxLength:"12"`
		Amount   string `json:"amount" maxLength:"20" doc:"元"`
		Document string `json:"document" maxLength:"200" doc:"预算文件的文号"`
		Version  int64  `json:"version,omitempty"`
	}
}) (RewardBudget, error) {
	b := in.Body
	amount, err := reward.ParseYuan(b.Amount)
	if err != nil {
		return RewardBudget{}, fault.Invalidf("请检查金额").With("amount", "应为金额（元），最多两位小数")
	}
	out, err := r.svc.SetBudget(ctx, actor(ctx), reward.Budget{ID: b.ID, Year: b.Year, Area: b.Area, Amount: amount, Document: b.Document, Version: b.Version})
	if err != nil {
		return RewardBudget{}, err
	}
	return r.budget(out), nil
}

// RewardStatQuery is a time; without one it is the last twelve months.
type RewardStatQuery struct {
	From string `query:"from" maxLength:"40"`
	To   string `query:"to" maxLength:"40"`
}

// RewardStat is one line of the statistics; the one without a month is the whole.
type RewardStat struct {
	Month    string `json:"month"`
	AreaName string `json:"area_name"`
	Act      string `json:"act_title"`
	Count    int    `json:"count"`
	Amount   Number `json:"amount"`
	Paid     int    `json:"paid"`
	PaidSum  Number `json:"paid_amount"`
	Days     int    `json:"median_days" doc:"告知至付款的天数中位数，-1 为尚无付款"`
}

func (r rewards) statistics(ctx context.Context, in *RewardStatQuery) ([]RewardStat, error) {
	from, to, err := period(in.From, in.To)
	if err != nil {
		return nil, err
	}
	if to.IsZero() {
		to = r.now()
	}
	if from.IsZero() {
		from = to.AddDate(-1, 0, 0)
	}
	list, err := r.svc.Statistics(ctx, actor(ctx), from, to)
	out := []RewardStat{}
	for _, s := range list {
		v := RewardStat{Month: s.Month, Count: s.Count, Amount: Number{s.Amount.Yuan()}, Paid: s.Paid, PaidSum: Number{s.PaidFen.Yuan()}, Days: s.Days}
		if s.Month != "" {
			act, _ := r.svc.Rules().Act(s.Act, reward.DayOf(to))
			v.AreaName, v.Act = r.names.area(s.Area), act.Name
		}
		out = append(out, v)
	}
	return out, err
}

var rewardStatColumns = []column[RewardStat]{
	{sheet.Text("月份", 10), func(v RewardStat) any { return whole(v.Month) }},
	{sheet.Text("辖区", 16), func(v RewardStat) any { return v.AreaName }},
	{sheet.Text("违法行为", 30), func(v RewardStat) any { return v.Act }},
	{sheet.Number("笔数"), func(v RewardStat) any { return v.Count }},
	{sheet.Number("批准金额").In("元"), func(v RewardStat) any { return v.Amount.Decimal }},
	{sheet.Number("已付笔数"), func(v RewardStat) any { return v.Paid }},
	{sheet.Number("已付金额").In("元"), func(v RewardStat) any { return v.PaidSum.Decimal }},
	{sheet.Number("付款天数中位数"), func(v RewardStat) any {
		if v.Days < 0 {
			return nil
		}
		return v.Days
	}},
}

func whole(month string) string {
	if month == "" {
		return "合计"
	}
	return month
}

func (r rewards) eachStat(ctx context.Context, in *RewardStatQuery, row func(RewardStat) error) error {
	list, err := r.statistics(ctx, in)
	for _, v := range list {
		if err := row(v); err != nil {
			return err
		}
	}
	return err
}
