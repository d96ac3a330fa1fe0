package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// Doors registers what the desk takes down for reporters: calls, visits, letters,
// the media.
func (a *API) Doors(s *tip.Service, n Names, files Describer) {
	r := tips{s, n, files}
	get(a, "listDoors", "/tip-doors", "登记举报的来路、举报方式与事项", r.doors, needs(auth.ClueTriage))
	post(a, "enterTip", "/tips", "登记来电、来访、来信、媒体举报", r.enter, needs(auth.ClueTriage))
}

// DoorsView is what the form of the desk is made from.
type DoorsView struct {
	Doors []DoorView     `json:"doors" nullable:"false"`
	Modes []DoorMode     `json:"modes" nullable:"false"`
	Kinds []DoorKindView `json:"kinds" nullable:"false"`
}

// DoorView is one door.
type DoorView struct {
	Channel string       `json:"channel"`
	Title   string       `json:"title"`
	About   string       `json:"about"`
	Modes   []string     `json:"modes" nullable:"false"`
	Receipt bool         `json:"receipt" doc:"把编号和查询码交给举报人"`
	Entry   bool         `json:"entry" doc:"由受理员填表；否则由导入或邮件而来"`
	Fields  []flow.Field `json:"fields" nullable:"false"`
}

// DoorMode is a mode with what it means.
type DoorMode struct {
	Mode    string `json:"mode"`
	Title   string `json:"title"`
	Contact string `json:"contact" doc:"谁能看到联系方式"`
	Why     string `json:"why" doc:"现在不能用的原因，空为可用"`
}

// DoorKindView is one thing that may be reported, with its questions.
type DoorKindView struct {
	Code      string         `json:"code"`
	Name      string         `json:"name"`
	About     string         `json:"about"`
	Group     string         `json:"group"`
	Questions []DoorQuestion `json:"questions" nullable:"false"`
}

// DoorQuestion is one question of a kind.
type DoorQuestion struct {
	Code     string        `json:"code"`
	Title    string        `json:"title"`
	Hint     string        `json:"hint"`
	Type     string        `json:"type" enum:"string,text,number,datetime,singlevaluelist,multivaluelist"`
	Required bool          `json:"required"`
	Options  []flow.Option `json:"options" nullable:"false"`
}

func kindViews(kinds []tip.Kind) []DoorKindView {
	out := []DoorKindView{}
	for _, k := range kinds {
		v := DoorKindView{k.Code, k.Name, k.About, k.Group, []DoorQuestion{}}
		for _, q := range k.Questions {
			v.Questions = append(v.Questions, DoorQuestion{q.Code, q.Title, q.Hint, string(q.Type), q.Required, append([]flow.Option{}, q.Options...)})
		}
		out = append(out, v)
	}
	return out
}

func (r tips) doors(ctx context.Context, _ *None) (DoorsView, error) {
	out := DoorsView{Doors: []DoorView{}, Modes: []DoorMode{}, Kinds: kindViews(r.tips.Kinds())}
	for _, d := range tip.Doors() {
		v := DoorView{string(d.Channel), d.Title, d.About, []string{}, d.Receipt, d.Entry, append([]flow.Field{}, d.Fields...)}
		for _, m := range d.Modes {
			v.Modes = append(v.Modes, string(m))
		}
		out.Doors = append(out.Doors, v)
	}
	for _, m := range tip.Modes() {
		if m.Mode == tip.Insider {
			continue
		}
		v := DoorMode{Mode: string(m.Mode), Title: m.Title, Contact: m.Contact}
		if m.Mode == tip.Confidential {
			if err := r.tips.CanSeal(ctx); err != nil {
				v.Why = fault.Sentence(err, "现在不能保密")
			}
		}
		out.Modes = append(out.Modes, v)
	}
	return out, nil
}

// NewTip is a report that a clerk takes down.
type NewTip struct {
	Channel    string              `json:"channel" enum:"phone,visit,letter,media"`
	Mode       string              `json:"mode" enum:"public,anonymous,confidential,insider"`
	Kind       string              `json:"kind" maxLength:"40"`
	Text       string              `json:"text"`
	Suspect    string              `json:"suspect,omitempty"`
	Area       string              `json:"area,omitempty" maxLength:"12"`
	Address    string              `json:"address,omitempty"`
	Lng        float64             `json:"lng,omitempty" doc:"WGS-84，0 为不详"`
	Lat        float64             `json:"lat,omitempty"`
	Answers    map[string][]string `json:"answers,omitempty"`
	MediaURL   string              `json:"media_url,omitempty"`
	Contact    string              `json:"contact,omitempty" doc:"公开举报的；实名保密的不收明文"`
	Sealed     *SealedEnvelope     `json:"sealed,omitempty" doc:"实名保密的联系方式，在受理员的浏览器里封存，见 /seal/channel"`
	ReceivedAt string              `json:"received_at,omitempty" maxLength:"40" doc:"举报人反映的时间，RFC 3339；空为现在"`
	Details    map[string]any      `json:"details,omitempty" doc:"来路自己的栏目，见 /tip-doors"`
	Files      []string            `json:"files,omitempty"`
	Once       string              `json:"once,omitempty" maxLength:"64" doc:"同一张表只登记一次"`
}

// Entered is what the clerk tells the reporter.
type Entered struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Secret string `json:"secret" doc:"查询码，只出现这一次；不给回执的来路为空"`
	Area   string `json:"area"`
	Agency string `json:"area_name"`
	Mine   bool   `json:"mine" doc:"属于登记人的辖区"`
}

func (r tips) enter(ctx context.Context, in *struct{ Body NewTip }) (out Entered, err error) {
	b := in.Body
	e := tip.Entry{New: tip.New{Mode: tip.Mode(b.Mode), Channel: tip.Channel(b.Channel), Kind: b.Kind, Text: b.Text, Suspect: b.Suspect, Area: b.Area, Address: b.Address,
		Lng: b.Lng, Lat: b.Lat, HasPoint: b.Lng != 0 || b.Lat != 0, Answers: b.Answers, MediaURL: b.MediaURL, Contact: b.Contact}, Details: b.Details, Files: b.Files}
	if b.ReceivedAt != "" {
		if e.ReceivedAt, err = time.Parse(time.RFC3339, b.ReceivedAt); err != nil {
			return out, fault.Invalidf("反映的时间无法识别").With("received_at", "应为时间，例如 2026-11-20T08:15:30+08:00")
		}
	}
	if b.Sealed != nil {
		sealed, err := b.Sealed.envelope()
		if err != nil {
			return out, err
		}
		e.Sealed = &sealed
	}
	t, receipt, err := r.tips.Enter(ctx, actor(ctx), e, b.Once)
	if err != nil {
		return out, err
	}
	mine := r.tips.See(ctx, actor(ctx), string(t.ID)) == nil
	return Entered{string(t.ID), receipt.Number, receipt.Secret, t.Area, r.names.area(t.Area), mine}, nil
}

// TipRoute is whose duty a report may be.
type TipRoute struct {
	Agency string `json:"agency" doc:"本地单位编号，空为外部机关"`
	Name   string `json:"name"`
	Ours   bool   `json:"ours"`
	Why    string `json:"why"`
}

// TipDesk is what the desk knows of a report beside the report.
type TipDesk struct {
	Answer      string `json:"answer" enum:",accepted,refused,elsewhere" doc:"是否受理的答复，空为尚未答复"`
	AnswerTitle string `json:"answer_title"`
	AcceptBy    string `json:"accept_by" doc:"答复是否受理的时限，空为不计时"`
	AnsweredAt  string `json:"answered_at"`
	Overdue     bool   `json:"answer_overdue"`
	ReceivedAt  string `json:"received_at" doc:"举报人反映的时间"`
	Outside     string `json:"outside" doc:"其他平台的工单编号"`
	Platform    string `json:"platform"`
	OutsideDue  string `json:"outside_due"`
	Score       string `json:"score" enum:",solved,partly,unsolved" doc:"举报人的评价"`
	Reopened    int    `json:"reopened" doc:"举报人要求重新办理的次数"`
}

func deskView(t tip.Tip, now time.Time) TipDesk {
	d := t.Desk
	title := d.Answer.Title()
	if d.Answer == "" && d.AcceptBy.IsZero() {
		title = "—"
	}
	return TipDesk{Answer: string(d.Answer), AnswerTitle: title, AcceptBy: when(d.AcceptBy), AnsweredAt: when(d.AnsweredAt),
		Overdue: d.Answer == "" && !d.AcceptBy.IsZero() && now.After(d.AcceptBy), ReceivedAt: when(d.ReceivedAt), Outside: d.Outside, Platform: d.Platform,
		OutsideDue: when(d.OutsideDue), Score: d.Score, Reopened: d.Reopened}
}

func (r tips) routes(t tip.Tip) []TipRoute {
	out := []TipRoute{}
	for _, x := range r.tips.Suggest(t) {
		v := TipRoute{Agency: x.Agency, Name: x.Body, Ours: x.Agency != "", Why: x.Why}
		if v.Ours {
			v.Name = r.names.agency(x.Agency)
		}
		out = append(out, v)
	}
	return out
}
