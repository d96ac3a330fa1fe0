package demo

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/profile"
)

// choice is what a member of the cast may do with a thing in a state, and how
// often in a hundred office hours.
type choice struct {
	role  auth.Role
	verb  flow.Verb
	often int
}

// habits say who does what: by kind of thing, then by its state. The first
// choice whose turn it is wins. They were tuned so that a month leaves things in
// every state behind.
var habits = map[string]map[string][]choice{
	"alarms": {
		"open":         {{auth.Duty, "acknowledge", 80}},
		"notified":     {{auth.Duty, "acknowledge", 80}},
		"acknowledged": {{auth.Duty, "handin", 25}, {auth.Duty, "handle", 70}},
	},
	"clues": {
		"new":      {{auth.Clerk, "consult", 6}, {auth.Clerk, "dismiss", 6}, {auth.Clerk, "refer", 5}, {auth.Clerk, "adopt", 45}},
		"referred": {{auth.Clerk, "settle", 20}},
	},
	"issues": {
		"pending":   {{auth.Clerk, "assign", 65}},
		"assigned":  {{auth.Agency, "return", 5}, {auth.Agency, "sign", 70}},
		"working":   {{auth.Leader, "approve", 60}, {auth.Agency, "extend", 4}, {auth.Agency, "progress", 14}, {auth.Agency, "submit", 17}},
		"submitted": {{auth.Inspector, "reject", 10}, {auth.Inspector, "accept", 40}},
		"accepted":  {{auth.Reviewer, "close", 45}},
	},
}

// atMost is how often a thing sees the verb.
var atMost = map[flow.Verb]int{"extend": 1, "progress": 3, "consult": 1, "return": 1, "reject": 1}

// order is the order of the loop, and of states within a kind from late to
// early, so that nothing passes two states in one hour.
var order = []struct{ kind, state string }{
	{"issues", "accepted"}, {"issues", "submitted"}, {"issues", "working"}, {"issues", "assigned"}, {"issues", "pending"},
	{"clues", "referred"}, {"clues", "new"}, {"alarms", "acknowledged"}, {"alarms", "notified"}, {"alarms", "open"},
}

// office is the cast at work.
type office struct {
	place    *profile.Profile
	people   map[auth.Role][]*person
	now      func() time.Time
	hour     int
	told     map[int]bool // tips that were brought
	imported bool         // the hotline's file was taken
}

// workHour lets everyone look once at what waits.
func (o *office) workHour(ctx context.Context) error {
	o.hour++
	for _, at := range order {
		if err := o.workState(ctx, at.kind, at.state); err != nil {
			return err
		}
	}
	return nil
}

// workState goes through what waits in one state. The list is read once, by
// somebody who sees everything; whoever's turn it is opens the thing.
func (o *office) workState(ctx context.Context, kind, state string) error {
	list, err := o.people[auth.Leader][0].list(ctx, kind, state)
	if err != nil {
		return err
	}
	for _, t := range list {
		for _, c := range habits[kind][state] {
			if !o.turn(t, c) {
				continue
			}
			acted, err := o.act(ctx, o.who(c.role, t), kind, t.ID, c.verb)
			if err != nil {
				return err
			}
			if acted {
				break
			}
		}
	}
	return nil
}

// who holds a role for a thing: the liaison of its lead agency, or the one
// person whom the whole city has.
func (o *office) who(role auth.Role, t thing) *person {
	for _, p := range o.people[role] {
		if role != auth.Agency || p.Agency == t.Lead {
			return p
		}
	}
	return nil
}

// turn draws whether the choice is made this hour; the same numbers and hours
// give the same story. One issue in six is slow: its agency neither rectifies it
// nor asks for more time, so that it becomes overdue and is escalated.
func (o *office) turn(t thing, c choice) bool {
	if (c.verb == "submit" || c.verb == "extend") && draw("slow"+t.Number)%6 == 0 {
		return false
	}
	return draw(fmt.Sprint(t.Number, c.verb, o.hour))%100 < uint64(c.often)
}

func draw(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s)) // never fails
	return h.Sum64() >> 7
}

// act does the verb if the thing offers it to the person.
func (o *office) act(ctx context.Context, p *person, kind, id string, verb flow.Verb) (bool, error) {
	if p == nil { // an agency without a liaison in the cast
		return false, nil
	}
	t, err := p.open(ctx, kind, id)
	if err != nil {
		return false, err
	}
	if most, limited := atMost[verb]; limited && t.times(verb) >= most {
		return false, nil
	}
	for _, a := range t.Actions {
		if a.Verb != verb || !a.Allowed {
			continue
		}
		form, err := o.form(ctx, p, t, a)
		if err != nil {
			return false, err
		}
		return true, p.do(ctx, kind, t, verb, form)
	}
	return false, nil
}

// form fills in what the verb asks for. Optional questions stay open, except
// those for files.
func (o *office) form(ctx context.Context, p *person, t thing, a flow.Action) (map[string]any, error) {
	form := map[string]any{}
	for _, f := range a.Fields {
		if !f.Required && !(f.Kind == flow.Files && a.Verb != "progress") {
			continue
		}
		v, err := o.answer(ctx, p, t, a.Verb, f)
		if err != nil {
			return nil, err
		}
		form[f.Name] = v
	}
	return form, nil
}

func (o *office) answer(ctx context.Context, p *person, t thing, verb flow.Verb, f flow.Field) (any, error) {
	switch f.Kind {
	case flow.Choice:
		if len(f.Options) == 0 {
			return nil, fmt.Errorf("%s of %s offers no choice", f.Name, verb)
		}
		return pick(t, f), nil
	case flow.Agency:
		if verb == "refer" {
			return orElse(o.place, "zhzf", o.place.Agencies.All()[2].ID), nil
		}
		return liaison(o.place, t.Area), nil
	case flow.Agencies:
		return []string{}, nil
	case flow.Person:
		return o.colleague(ctx, p, t, f.Role)
	case flow.Files:
		id, err := p.upload(ctx, f.Title+".png", picture(t.Number+f.Name))
		return []string{id}, err
	case flow.Date:
		return o.now().In(beijing).Format(time.DateOnly), nil
	case flow.Days:
		return 5 + draw(t.Number)%10, nil
	case flow.Area:
		return t.Area, nil
	}
	return o.words(t, verb, f), nil
}

// pick chooses as somebody would who has read the thing: its own category, or
// what its title is about; most things are not grave; other choices vary.
func pick(t thing, f flow.Field) string {
	n := draw(t.Number + f.Name)
	switch f.Name {
	case "category":
		want := t.Category
		if want == "" {
			want = "air"
			if strings.Contains(t.Title, "水") {
				want = "water"
			}
		}
		for _, o := range f.Options {
			if o.Value == want {
				return want
			}
		}
	case "severity": // from light to grave
		switch {
		case n%20 == 0:
			return f.Options[len(f.Options)-1].Value
		case n%20 < 7 && len(f.Options) > 2:
			return f.Options[1].Value
		}
		return f.Options[0].Value
	}
	return f.Options[n%uint64(len(f.Options))].Value
}

// colleague finds somebody of the role in the person's own agency.
func (o *office) colleague(ctx context.Context, p *person, t thing, role string) (string, error) {
	q := url.Values{"agency": {p.Agency}}
	if role != "" {
		q.Set("role", role)
	}
	var list []struct {
		ID string `json:"id"`
	}
	if err := p.call(ctx, http.MethodGet, "/people?"+q.Encode(), nil, &list); err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", fmt.Errorf("%s finds nobody with role %s in %s for %s", p.Login, role, p.Agency, t.Number)
	}
	return list[0].ID, nil
}

// words are what people write, by verb and field; several for variety.
var words = map[string][]string{
	"assign.requirement": {"请立即到现场核查，查清原因，限期整改，并将整改情况和佐证材料上传系统。", "请会同属地街道核实情况，属实的依法处置，举一反三排查同类问题。"},
	"sign.measures":      {"一、责令企业查找原因并落实整改；二、整改期间加密监测；三、完成后组织自查。", "组织现场核查，督促企业检修治理设施，建立运行台账，每日报告数据。"},
	"return.reason":      {"经现场核实，该点位不在本辖区管理范围内，请重新交办。"},
	"progress.text":      {"已到现场核查，企业正在检修治理设施，预计三日内完成。", "已约谈企业负责人，更换了失效的药剂泵，数据趋于稳定。"},
	"extend.reason":      {"治理设施核心部件需返厂维修，原定期限内无法完成，申请延长。"},
	"submit.result":      {"治理设施已修复并稳定运行，近期监测数据全部达标，自查合格。", "污染源已清除，现场已恢复，建立了日常巡查制度，自查合格。"},
	"accept.opinion":     {"现场核查与申报材料一致，设施运行正常，同意验收。"},
	"reject.reason":      {"现场仍有跑冒滴漏，台账记录不完整，请继续整改。"},
	"close.file_number":  {"温环销〔2026〕"},
	"dismiss.reason":     {"经两次现场核实，未发现反映的情况，排口水质达标，已向反映人说明。"},
	"refer.reason":       {"经研判，属综合行政执法事项，移送主管部门办理。"},
	"settle.result":      {"接收单位已责令清理并立案查处，结果已告知反映人。"},
	"consult.opinion":    {"会商认为需先核实污染来源，由属地分局和街道联合溯源后再定性。"},
	"acknowledge.text":   {"已电话联系企业环保负责人核实。"},
	"handle.text":        {"经与企业核实，系工况调整引起的短时波动，已恢复正常，继续关注。"},
	"handin.text":        {"已电话核实，治理设施出现故障，企业正在检修，建议现场核查。"},
}

func (o *office) words(t thing, verb flow.Verb, f flow.Field) string {
	list := words[string(verb)+"."+f.Name]
	if len(list) == 0 {
		return f.Title + "：已核实，情况属实。"
	}
	text := list[(draw(t.Number)+uint64(t.times(verb)))%uint64(len(list))]
	if strings.HasSuffix(text, "〕") {
		text += fmt.Sprintf("%d号", draw(t.ID)%900+100)
	}
	return text
}

// picture draws a small image that is no photograph and does not look like one.
func picture(seed string) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	n := draw(seed)
	a, b := uint8(90+n%120), uint8(90+n>>8%120)
	for y := range 200 {
		for x := range 320 {
			c := color.RGBA{R: a, G: uint8(120 + y/3), B: b, A: 255}
			if (x/40+y/40)%2 == 0 {
				c.R += 20
			}
			img.SetRGBA(x, y, c)
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return buf.Bytes()
}
