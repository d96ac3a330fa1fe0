package reward

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Method is the version of the sum below. Whoever changes what it gives for the
// same input and rules raises it: stored sheets say by which they were made.
const Method = 1

// Basis is by which way an amount is found.
type Basis string

// The ways.
const (
	ByFine    Basis = "fine"    // share of the fine and extras
	BySpecial Basis = "special" // decided singly, especially serious
	ByBounty  Basis = "bounty"  // decided singly, a clue that was asked for
	ByFixed   Basis = "fixed"   // decided singly, nobody to be fined
)

// Bases lists them with their names and the figure that each needs.
var Bases = []struct {
	ID     Basis
	Title  string
	Figure Kind
}{
	{ByFine, "按罚款比例", Share}, {BySpecial, "特别严重，一次性奖励", Special}, {ByBounty, "悬赏", Bounty}, {ByFixed, "无责任主体，定额奖励", Fixed},
}

// Title is the way in Chinese.
func (b Basis) Title() string {
	for _, x := range Bases {
		if x.ID == b {
			return x.Title
		}
	}
	return string(b)
}

// Part is what a reporter contributed.
type Part string

// The parts. The first and those who reported jointly with the first share
// equally; those who supplement have a share of their own.
const (
	First Part = "first"
	Joint Part = "joint"
	Adds  Part = "supplement"
	None  Part = "none"
)

// Parts lists them with their names.
var Parts = []struct {
	ID    Part
	Title string
}{{First, "首先举报"}, {Joint, "共同举报"}, {Adds, "补充举报"}, {None, "不予奖励"}}

// Title is the part in Chinese.
func (p Part) Title() string {
	for _, x := range Parts {
		if x.ID == p {
			return x.Title
		}
	}
	return string(p)
}

// Reporter is one report on the act, with what it contributed. Ground says why
// one with the part None gets nothing.
type Reporter struct {
	Report string    `json:"report"` // number of the report
	Mode   string    `json:"mode"`
	At     time.Time `json:"at"` // when it was received
	Part   Part      `json:"part"`
	Ground string    `json:"ground,omitempty"`
}

// Offer is what a public call for clues (征集) promised when a report came that
// answered it.
type Offer struct {
	Call   string `json:"call"` // its number
	Title  string `json:"title"`
	Amount Fen    `json:"amount"`
	From   Day    `json:"from"`
	Report string `json:"report"`
}

// figure is the offer as a rule row of the sheet.
func (o Offer) figure() Figure {
	return Figure{ID: "call-" + o.Call, Kind: Bounty, Title: "征集公告的悬赏", Value: o.Amount.Yuan(), Source: "征集公告 " + o.Call + "《" + o.Title + "》", Certainty: "A", From: o.From}
}

// offer is the highest that a report answered which is rewarded; false when none
// did.
func (in Input) offer() (best Offer, ok bool) {
	for _, o := range in.Offers {
		paid := slices.ContainsFunc(in.Reporters, func(r Reporter) bool { return r.Report == o.Report && r.Part != None })
		if paid && (!ok || o.Amount > best.Amount) {
			best, ok = o, true
		}
	}
	return best, ok
}

// Input is everything that an amount depends on besides the rules.
type Input struct {
	On        Day        `json:"on"` // day of the decision: its rules apply
	Act       string     `json:"act"`
	Basis     Basis      `json:"basis"`
	Fine      Fen        `json:"fine"`              // 0 = none was imposed
	Document  string     `json:"document"`          // of the penalty or of handing the case over
	Events    []string   `json:"events,omitempty"`  // of the extras
	Decided   Fen        `json:"decided,omitempty"` // of the ways that are decided singly
	Consent   string     `json:"consent,omitempty"` // document of the government's consent, or of the public call
	Honour    bool       `json:"honour,omitempty"`  // offer honour besides
	Offers    []Offer    `json:"offers,omitempty"`  // of the calls that the reports answered
	Reporters []Reporter `json:"reporters"`
}

// Line is one step of the sum.
type Line struct {
	Rule   string `json:"rule"` // id of the figure
	Title  string `json:"title"`
	Text   string `json:"text"`
	Amount Fen    `json:"amount"` // after the step
}

// Portion is what one report gets, and why.
type Portion struct {
	Report string `json:"report"`
	Part   Part   `json:"part"`
	Amount Fen    `json:"amount"`
	Text   string `json:"text"` // for the reporter too: names nobody else
	Ground string `json:"ground,omitempty"`
}

// Sheet is a computation with all that it takes to do it again: the input, the
// rule rows used and the versions.
type Sheet struct {
	Method int       `json:"method"`
	Policy string    `json:"policy"` // digest of all the place's rules
	Input  Input     `json:"input"`
	Rules  []Figure  `json:"rules"`
	Named  []Named   `json:"named"` // the act, and the reasons for giving nothing
	Lines  []Line    `json:"lines"`
	Total  Fen       `json:"total"`
	Shares []Portion `json:"shares"`
}

// Compute does the sum. It is a pure function of its two arguments; a fault says
// what is missing or contradicts itself, each at its field.
func Compute(p Policy, in Input) (Sheet, error) {
	s := Sheet{Method: Method, Policy: p.Digest(), Input: in, Rules: []Figure{}, Named: []Named{}, Lines: []Line{}, Shares: []Portion{}}
	if err := p.check(in); err != nil {
		return s, err
	}
	act, _ := p.Act(in.Act, in.On)
	s.Named = append(s.Named, act)
	if in.Basis == ByFine {
		s.byFine(p)
	} else {
		s.singly(p)
	}
	if in.Honour {
		f, _ := p.On(in.On, Honour, "")
		s.step(f, "征得举报人同意后同时给予精神奖励", s.Total)
	}
	s.split(p)
	return s, nil
}

func (s *Sheet) step(f Figure, text string, amount Fen) {
	s.Rules = append(s.Rules, f)
	s.Lines = append(s.Lines, Line{Rule: f.ID, Title: f.Title, Text: text, Amount: amount})
	s.Total = amount
}

func (s *Sheet) byFine(p Policy) {
	on, fine := s.Input.On, s.Input.Fine
	rate, _ := p.On(on, Share, "")
	if fine == 0 {
		s.step(rate, "没有处以罚款，罚款部分为零", 0)
	} else {
		s.step(rate, fmt.Sprintf("罚款 %s × %s%% = %s", fine, rate.Value, percent(rate.Value, fine)), percent(rate.Value, fine))
		if f, ok := p.On(on, Floor, ""); ok && s.Total < fenOf(f.Value) {
			s.step(f, fmt.Sprintf("不足 %s，按 %s 计", fenOf(f.Value), fenOf(f.Value)), fenOf(f.Value))
		}
		if f, ok := p.On(on, Cap, ""); ok && s.Total > fenOf(f.Value) {
			s.step(f, fmt.Sprintf("超过 %s，按 %s 计", fenOf(f.Value), fenOf(f.Value)), fenOf(f.Value))
		}
	}
	for _, e := range Events {
		f, ok := p.On(on, Extra, e.ID)
		if ok && slices.Contains(s.Input.Events, e.ID) {
			s.step(f, fmt.Sprintf("%s，另加 %s", e.Title, fenOf(f.Value)), s.Total+fenOf(f.Value))
		}
	}
	if f, ok := p.On(on, Ceiling, ""); ok && s.Total > fenOf(f.Value) {
		s.step(f, fmt.Sprintf("合计超过 %s，按 %s 计", fenOf(f.Value), fenOf(f.Value)), fenOf(f.Value))
	}
}

func (s *Sheet) singly(p Policy) {
	f, _ := p.On(s.Input.On, figureOf(s.Input.Basis), "")
	if o, ok := s.Input.offer(); ok && s.Input.Basis == ByBounty {
		s.step(f, fmt.Sprintf("本地规定的悬赏不超过 %s", fenOf(f.Value)), fenOf(f.Value))
		f = o.figure()
	}
	text := fmt.Sprintf("决定给予 %s，不超过 %s", s.Input.Decided, fenOf(f.Value))
	if s.Input.Consent != "" {
		text += "；依据 " + s.Input.Consent
	}
	s.step(f, text, s.Input.Decided)
}

func figureOf(b Basis) Kind {
	for _, x := range Bases {
		if x.ID == b {
			return x.Figure
		}
	}
	return ""
}

// split gives everybody a part of the total. What does not divide goes, a fen
// each, to those who reported first.
func (s *Sheet) split(p Policy) {
	main, adds := []Reporter{}, []Reporter{}
	for _, r := range s.Input.Reporters {
		switch r.Part {
		case First, Joint:
			main = append(main, r)
		case Adds:
			adds = append(adds, r)
		}
	}
	got, why := map[string]Fen{}, map[string]string{}
	pool := s.Total
	if len(adds) > 0 && len(main) > 0 {
		f, _ := p.On(s.Input.On, Supplement, "")
		part := percent(f.Value, s.Total)
		s.Rules = append(s.Rules, f)
		s.Lines = append(s.Lines, Line{Rule: f.ID, Title: f.Title, Text: fmt.Sprintf("%s × %s%% = %s，由 %d 位补充举报人平均分配", s.Total, f.Value, part, len(adds)), Amount: part})
		share(part, adds, got)
		for _, r := range adds {
			why[r.Report] = fmt.Sprintf("补充举报共得奖励总额的 %s%%", f.Value) + among(len(adds))
		}
		pool -= part
	}
	share(pool, main, got)
	for _, r := range main {
		why[r.Report] = r.Part.Title() + among(len(main))
		if len(adds) > 0 {
			why[r.Report] += "，已扣除补充举报的份额"
		}
	}
	for _, r := range s.Input.Reporters {
		x := Portion{Report: r.Report, Part: r.Part, Amount: got[r.Report], Text: why[r.Report], Ground: r.Ground}
		if r.Part == None {
			g, _ := p.Exclusion(r.Ground, s.Input.On)
			x.Text = g.Name
			s.Named = append(s.Named, g)
		}
		s.Shares = append(s.Shares, x)
	}
}

func among(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("，与另外 %d 位举报人平均分配", n-1)
}

func share(total Fen, list []Reporter, got map[string]Fen) {
	if len(list) == 0 {
		return
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Reporter) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Report, b.Report))
	})
	n := Fen(len(list))
	for i, r := range list {
		got[r.Report] = total / n
		if Fen(i) < total%n {
			got[r.Report]++
		}
	}
}

// check finds everything that is wrong with an input.
func (p Policy) check(in Input) error {
	bad := fault.Invalidf("奖励测算有内容需要补充或修改，请按各项提示填写")
	if in.On.Time().IsZero() {
		return bad.With("on", "请填写处罚决定（或移送）的日期")
	}
	if _, ok := p.Act(in.Act, in.On); !ok {
		bad = bad.With("act", "请选择当日规定可以奖励的违法行为")
	}
	if strings.TrimSpace(in.Document) == "" {
		bad = bad.With("document", "请填写处罚决定书（或移送书、判决书）的文号")
	}
	if in.Fine < 0 || in.Decided < 0 {
		bad = bad.With("fine", "金额不能为负")
	}
	bad = p.checkBasis(bad, in)
	if _, ok := p.On(in.On, Honour, ""); in.Honour && !ok {
		bad = bad.With("honour", "本地的文件没有规定精神奖励")
	}
	bad = p.checkReporters(bad, in)
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func (p Policy) checkBasis(bad *fault.Error, in Input) *fault.Error {
	f, ok := p.On(in.On, figureOf(in.Basis), "")
	if figureOf(in.Basis) == "" || !ok {
		return bad.With("basis", "本地的文件在 %s 没有规定“%s”", in.On, in.Basis.Title())
	}
	if in.Basis == ByFine {
		for _, e := range in.Events {
			if _, ok := p.On(in.On, Extra, e); !ok {
				bad = bad.With("events", "本地的文件没有规定因“%s”另加奖励", eventTitle(e))
			}
		}
		if in.Decided != 0 {
			bad = bad.With("decided", "按罚款比例的金额由规则算出，不另填写")
		}
		return bad
	}
	if len(in.Events) > 0 {
		bad = bad.With("events", "“%s”按决定的金额，不与其他情形相加", in.Basis.Title())
	}
	switch most := fenOf(f.Value); {
	case in.Decided <= 0:
		bad = bad.With("decided", "请填写决定的金额")
	case in.Decided > most:
		bad = bad.With("decided", "不能超过 %s（%s）", most, f.Source)
	}
	offer, called := in.offer()
	if called = called && in.Basis == ByBounty; called && in.Decided > offer.Amount {
		bad = bad.With("decided", "不能超过征集公告 %s 的悬赏 %s", offer.Call, offer.Amount)
	}
	if in.Basis != ByFixed && !called && strings.TrimSpace(in.Consent) == "" {
		bad = bad.With("consent", "请填写同级政府同意或悬赏公告的文号")
	}
	return bad
}

func eventTitle(id string) string {
	for _, e := range Events {
		if e.ID == id {
			return e.Title
		}
	}
	return id
}

func (p Policy) checkReporters(bad *fault.Error, in Input) *fault.Error {
	if len(in.Reporters) == 0 {
		return bad.With("reporters", "至少选择一件举报")
	}
	at := func(i int) string { return fmt.Sprintf("reporters[%d]", i) }
	first, supplement := -1, false
	seen := map[string]bool{}
	for i, r := range in.Reporters {
		switch {
		case seen[r.Report]:
			bad = bad.With(at(i), "举报 %s 写了两次", r.Report)
		case r.Part.Title() == string(r.Part):
			bad = bad.With(at(i), "请选择贡献：首先、共同、补充或不予奖励")
		case r.Part == None:
			if _, ok := p.Exclusion(r.Ground, in.On); !ok {
				bad = bad.With(at(i), "请选择不予奖励的情形")
			}
		case r.Ground != "":
			bad = bad.With(at(i), "给予奖励的不填不予奖励的情形")
		case !slices.Contains(p.Modes, r.Mode):
			bad = bad.With(at(i), "按本地规定，这种方式的举报不予奖励")
		case r.Part == First && first >= 0:
			bad = bad.With(at(i), "首先举报的只有一件；同时举报的选“共同举报”")
		case r.Part == First:
			first = i
		case r.Part == Adds:
			supplement = true
		}
		seen[r.Report] = true
	}
	return p.checkOrder(bad, in, first, supplement)
}

func (p Policy) checkOrder(bad *fault.Error, in Input, first int, supplement bool) *fault.Error {
	paid := slices.ContainsFunc(in.Reporters, func(r Reporter) bool { return r.Part != None })
	if first < 0 {
		if paid {
			bad = bad.With("reporters", "请选择首先举报的一件")
		}
		return bad
	}
	for i, r := range in.Reporters {
		if r.Part == Adds && r.At.Before(in.Reporters[first].At) {
			bad = bad.With(fmt.Sprintf("reporters[%d]", i), "它早于“首先举报”的 %s，应为首先、共同或不予奖励", in.Reporters[first].Report)
		}
	}
	if _, ok := p.On(in.On, Supplement, ""); supplement && !ok {
		bad = bad.With("reporters", "本地没有规定补充举报的份额，请按共同举报或不予奖励办理")
	}
	return bad
}

// Difference is one way in which doing a sum again does not give what was
// stored.
type Difference struct {
	What   string `json:"what"`
	Stored string `json:"stored"`
	Now    string `json:"now"`
}
