package tip

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// The doors that somebody at the desk opens for a reporter.
const (
	Phone  Channel = "phone"
	Visit  Channel = "visit"
	Letter Channel = "letter"
	Media  Channel = "media"
	Order  Channel = "order"
	Mail   Channel = "mail"
)

// Door is one way in as data: what is asked besides the report itself, in which
// modes it may come, and whether the reporter gets a receipt.
type Door struct {
	Channel Channel
	Title   string
	About   string
	Source  string // of the clue
	Modes   []Mode
	Receipt bool // the clerk hands the reporter number and secret
	Entry   bool // clerks fill in the form; the others arrive by import or by mail
	Fields  []flow.Field
}

// Doors lists them in the order of the desk's form.
func Doors() []Door {
	line := func(name, title, hint string) flow.Field {
		return flow.Field{Name: name, Title: title, Kind: flow.Line, Hint: hint}
	}
	told := []Mode{Public, Anonymous, Confidential}
	return []Door{
		{Channel: Phone, Title: "来电", About: "边听边填；挂断之前把编号和查询码念给来电人", Source: "phone", Modes: told, Receipt: true, Entry: true,
			Fields: []flow.Field{line("line", "接听的电话", "例如 12345、12369、本单位值班电话"), line("record", "录音编号", "")}},
		{Channel: Visit, Title: "来访", About: "当面登记；打印回执交给来访人", Source: "visit", Modes: told, Receipt: true, Entry: true,
			Fields: []flow.Field{line("place", "接访地点", ""), {Name: "people", Title: "来访人数", Kind: flow.Line, Hint: "五人以上推选代表"}}},
		{Channel: Letter, Title: "来信", About: "扫描件作为附件上传；地址、姓名等不要写进内容", Source: "letter", Modes: told, Receipt: true, Entry: true,
			Fields: []flow.Field{line("letter", "信件编号", ""), {Name: "postmark", Title: "邮戳日期", Kind: flow.Date}}},
		{Channel: Media, Title: "媒体和舆情", About: "媒体报道、网络舆情、论坛和短视频", Source: "media", Modes: []Mode{Public}, Entry: true,
			Fields: []flow.Field{{Name: "outlet", Title: "媒体或平台", Kind: flow.Line, Required: true}, line("headline", "标题", ""),
				{Name: "published", Title: "发布日期", Kind: flow.Date}, line("reach", "传播情况", "例如 阅读量、转载数、是否上热搜")}},
		{Channel: Order, Title: "工单导入", About: "12345、12369 等平台派来的工单", Source: "phone", Modes: told},
		{Channel: Mail, Title: "电子邮件", About: "举报邮箱收到的邮件", Source: "web", Modes: told},
	}
}

// Door finds a channel's door; false for those that reporters open themselves.
func (c Channel) Door() (Door, bool) {
	for _, d := range Doors() {
		if d.Channel == c {
			return d, true
		}
	}
	return Door{}, false
}

// Sealer makes how to reach a reporter unreadable before anything is written. The
// clear words are in memory alone, and only as long as the call.
type Sealer interface {
	// Ready says in a sentence why nothing can be sealed at the moment.
	Ready(ctx context.Context) error
	// SealContact keeps a contact of a report in the caller's transaction so that
	// only the holders of the keys read it, together.
	SealContact(ctx context.Context, tx *db.Tx, id ID, contact string) error
}

// noSealer is what a program without keys has.
type noSealer struct{}

var errNoSeal = fault.Invalidf("这里现在不能保密：密钥还没有启用，联系方式不能封存").With("mode",
	"密钥还没有启用，联系方式不能封存：请不要在这里填写姓名和联系方式；当面转交举报奖励专岗，或改为匿名登记")

func (noSealer) Ready(context.Context) error                           { return errNoSeal }
func (noSealer) SealContact(context.Context, *db.Tx, ID, string) error { return errNoSeal }

// CanSeal says in a sentence why contacts cannot be kept confidentially now.
func (s *Service) CanSeal(ctx context.Context) error { return s.sealer.Ready(ctx) }

// Entry is a report that came through a door of the desk.
type Entry struct {
	New
	Details    map[string]any // the door's own questions
	ReceivedAt time.Time      // zero = now
	Files      []string       // uploaded by the clerk
	Platform   string         // the other system that sent it
	Outside    string         // its number there
	OutsideDue time.Time
}

// oldest is how long ago a report may have reached the desk.
const oldest = 366 * 24 * time.Hour

// Enter takes a report down for its reporter. Once marks the sending of one form.
func (s *Service) Enter(ctx context.Context, actor auth.Actor, e Entry, once string) (t Tip, r Receipt, err error) {
	d, ok := e.Channel.Door()
	if !ok || !d.Entry {
		return t, r, fault.Invalidf("请选择举报的来路").With("channel", "请从来电、来访、来信、媒体和舆情中选择")
	}
	if !s.policy.Anywhere(actor, auth.ClueTriage) {
		return t, r, fault.Forbiddenf("您没有“%s”的权限；如需登记举报请联系安全管理员", auth.ClueTriage.Title())
	}
	return s.enter(ctx, actor, d, e, once)
}

func (s *Service) enter(ctx context.Context, actor auth.Actor, d Door, e Entry, once string) (t Tip, r Receipt, err error) {
	e.tidy()
	details, err := s.wrong(ctx, d, e)
	if err != nil {
		return t, r, err
	}
	w := s.entering(actor, d, e, details)
	k, _ := s.rules.Kind(e.Kind)
	if w.tip.Files, err = s.pictures(ctx, w.tip, e.Photos); err != nil {
		return t, r, err
	}
	w.tip.Files = append(w.tip.Files, e.Files...)
	r.Secret = newSecret()
	w.proof = verifier(r.Secret, w.tip.ID)
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return s.keep(ctx, tx, &w, k, once) }); err != nil {
		return t, Receipt{}, err
	}
	if r.Number = w.tip.Number; !d.Receipt {
		r.Secret = ""
	}
	return w.tip, r, nil
}

// entering is what will be written of an entry.
func (s *Service) entering(actor auth.Actor, d Door, e Entry, details flow.Form) intake {
	k, _ := s.rules.Kind(e.Kind)
	t := Tip{ID: ID(db.NewID()), Mode: e.Mode, Channel: e.Channel, Kind: e.Kind, Text: e.Text, Suspect: e.Suspect, Area: locate(s.regions, s.seats, e.New),
		Address: e.Address, MediaURL: e.MediaURL, Answers: k.answers(e.Answers), Files: []string{}, Review: Fresh}
	if e.HasPoint {
		t.Lng, t.Lat = e.Lng, e.Lat
	}
	t.Desk = Desk{Details: details, EnteredBy: actor.ID, ReceivedAt: e.ReceivedAt, Platform: e.Platform, Outside: e.Outside, OutsideDue: e.OutsideDue, Handed: d.Receipt}
	w := intake{tip: t, actor: actor, source: d.Source, contact: e.Contact}
	if e.Mode == Confidential {
		w.contact, w.sealed, w.envelope = "", e.Contact, e.Sealed
	}
	return w
}

// wrong names everything that is wrong with an entry, and gives the door's
// answers as they are kept.
func (s *Service) wrong(ctx context.Context, d Door, e Entry) (flow.Form, error) {
	bad := fault.Invalidf("登记的内容需要补充或修改，请按提示填写")
	plain := e.New
	if e.Mode == Confidential {
		plain.Mode, plain.Sealed = Public, nil // what is asked of the words is the same; the contact is sealed
	}
	if err := s.rules.Check(plain); err != nil {
		f, ok := err.(*fault.Error) //nolint:errorlint // Check makes it
		if !ok || !fault.Is(err, fault.Invalid) {
			return nil, err
		}
		if bad.Fields = slices.Clone(f.Fields); !d.Entry {
			bad.Fields = answersOnly(bad.Fields)
		}
	}
	if e.Text == "" {
		bad = bad.With("text", "请写明反映的情况")
	}
	switch {
	case e.Mode == Insider:
		bad = bad.With("mode", "内部知情人的举报不在这里登记，请当面转交保密岗")
	case !slices.Contains(d.Modes, e.Mode):
		bad = bad.With("mode", "“%s”请从所列方式中选择", d.Title)
	case e.Mode == Confidential && e.Contact == "" && e.Sealed == nil:
		bad = bad.With("contact", "实名保密须留联系方式；不愿留的请改为匿名")
	case e.Mode == Confidential:
		if err := s.sealer.Ready(ctx); err != nil {
			return nil, err
		}
		if d.Entry && e.Contact != "" { // the clerk's browser can seal; imports and mail cannot
			bad = bad.With("contact", "实名保密的联系方式须在受理员的浏览器里封存后提交，明文没有收下；请刷新页面后重新登记")
		}
	}
	if now := s.db.Now(); !e.ReceivedAt.IsZero() && (e.ReceivedAt.After(now.Add(time.Minute)) || now.Sub(e.ReceivedAt) > oldest) {
		bad = bad.With("received_at", "应为过去一年之内的时间")
	}
	if len(e.Files) > 30 {
		bad = bad.With("files", "最多 30 个附件")
	}
	form, err := flow.Step{Title: d.Title, Fields: d.Fields}.Fill(e.Details)
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // Fill makes it
		for _, x := range f.Fields {
			bad = bad.With("details."+strings.TrimPrefix(x.Name, "form."), "%s", x.Message)
		}
	} else if err != nil {
		return nil, err
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return form, nil
}

// DoorLines shows what a door asked besides, as people read it.
func (t Tip) DoorLines() []Said {
	d, _ := t.Channel.Door()
	out := []Said{}
	for _, f := range d.Fields {
		if v := t.Desk.Details.Text(f.Name); v != "" {
			out = append(out, Said{f.Title, []string{v}})
		}
	}
	return out
}
