package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/safety"
)

// circles is the resource of who may read a sensitive report, and of what is done
// for its reporter's safety.
type circles struct {
	circle *circle.Service
	safety *safety.Service
	names  Names
	people PeopleNames
	files  Describer
}

// Circles registers the circles of readers. Whoever is outside finds nothing, so
// the operations are open to every account and the service decides.
func (a *API) Circles(s *circle.Service, plans *safety.Service, n Names, people PeopleNames, files Describer) {
	r := circles{s, plans, n, people, files}
	get(a, "listCircles", "/circles", "知悉范围列表", r.list)
	get(a, "hiddenReports", "/circles/hidden", "本岗有几件举报限定给别人", r.hidden)
	get(a, "circleOf", "/circles/of", "一件举报的知悉范围和可选人员", r.of)
	post(a, "drawCircle", "/circles", "限定知悉范围", r.set)
	get(a, "getCircle", "/circles/{id}", "知悉范围", r.get)
	post(a, "redrawCircle", "/circles/{id}/members", "调整知悉人员", r.redraw)
	post(a, "actOnCircle", "/circles/{id}/{verb}", "解除知悉范围", r.act)
	get(a, "getSafety", "/circles/{id}/safety", "举报人安全措施（仅知悉人员）", r.plan)
	post(a, "actOnSafety", "/circles/{id}/safety/{verb}", "评估、复核、修订、结束安全措施", r.do)
}

// CircleMember is one who may read.
type CircleMember struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CircleView is one circle in lists.
type CircleView struct {
	ID         circle.ID      `json:"id"`
	Kind       string         `json:"kind" enum:"tip,insider"`
	Subject    string         `json:"subject" doc:"举报的内部编号"`
	Number     string         `json:"number"`
	Area       string         `json:"area"`
	AreaName   string         `json:"area_name"`
	State      flow.State     `json:"state"`
	StateTitle string         `json:"state_title"`
	Reason     string         `json:"reason"`
	Members    []CircleMember `json:"members" nullable:"false"`
	Mine       bool           `json:"mine" doc:"我在知悉范围内"`
	SetBy      string         `json:"set_by_name"`
	SetAt      string         `json:"set_at"`
	EndedAt    string         `json:"ended_at" doc:"空为限定中"`
	ReviewAt   string         `json:"review_at" doc:"安全措施的复核日期，空为没有"`
	Late       bool           `json:"late" doc:"安全措施到期未复核"`
	Version    int64          `json:"version"`
}

// CircleFile is everything about one circle.
type CircleFile struct {
	CircleView
	Manage   bool           `json:"manage" doc:"可以调整知悉人员"`
	Eligible []CircleMember `json:"eligible" nullable:"false" doc:"可以选为知悉人员的人"`
	Timeline []EntryView    `json:"timeline" nullable:"false"`
	Actions  []flow.Action  `json:"actions" nullable:"false"`
}

func membersView(list []circle.Member) []CircleMember {
	out := make([]CircleMember, 0, len(list))
	for _, m := range list {
		out = append(out, CircleMember{m.UserID, m.Name})
	}
	return out
}

func (r circles) views(ctx context.Context, list []circle.Circle) ([]CircleView, error) {
	var ids, subjects []string
	for _, c := range list {
		ids, subjects = append(ids, c.SetBy), append(subjects, c.Subject)
	}
	names, err := r.people.Names(ctx, ids...)
	if err != nil {
		return nil, err
	}
	due, err := r.safety.Due(ctx, subjects...)
	out := make([]CircleView, 0, len(list))
	for _, c := range list {
		at := time.Time{}
		if c.State == circle.Held {
			at = due[c.Subject]
		}
		out = append(out, CircleView{c.ID, c.Kind, c.Subject, c.Number, c.Area, r.names.area(c.Area), c.State, circle.Machine.StateTitle(c.State), c.Reason, membersView(c.Members), c.Has(actor(ctx).ID),
			names[c.SetBy], when(c.SetAt), when(c.EndedAt), when(at), !at.IsZero() && at.Before(r.safety.Now()), c.Version})
	}
	return out, err
}

func (r circles) list(ctx context.Context, _ *None) ([]CircleView, error) {
	list, err := r.circle.List(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return r.views(ctx, list)
}

// HiddenReports is how many reports of the desk are kept for others.
type HiddenReports struct {
	Count int `json:"count"`
}

func (r circles) hidden(ctx context.Context, _ *None) (HiddenReports, error) {
	n, err := r.circle.Hidden(ctx, actor(ctx))
	return HiddenReports{n}, err
}

// CircleOf is the circle of a report, if it has one, and who might be in it.
type CircleOf struct {
	CircleID string         `json:"circle_id" doc:"空为没有限定"`
	Members  []CircleMember `json:"members" nullable:"false"`
	Eligible []CircleMember `json:"eligible" nullable:"false"`
}

func (r circles) of(ctx context.Context, in *struct {
	Kind    string `query:"kind" enum:"tip,insider"`
	Subject string `query:"subject" maxLength:"64"`
}) (out CircleOf, err error) {
	may, err := r.circle.Eligible(ctx, actor(ctx), in.Kind, in.Subject)
	if err != nil {
		return out, err
	}
	c, _, err := r.circle.On(ctx, actor(ctx), in.Subject)
	return CircleOf{string(c.ID), membersView(c.Members), membersView(may)}, err
}

func (r circles) set(ctx context.Context, in *struct {
	Body struct {
		Kind    string   `json:"kind" enum:"tip,insider"`
		Subject string   `json:"subject" maxLength:"64" doc:"举报的内部编号"`
		Members []string `json:"members" maxItems:"100" nullable:"false" doc:"知悉人员"`
		Reason  string   `json:"reason" maxLength:"2000"`
	}
}) (CircleFile, error) {
	b := in.Body
	c, err := r.circle.Set(ctx, actor(ctx), b.Kind, b.Subject, b.Members, b.Reason)
	if err != nil {
		return CircleFile{}, err
	}
	if _, mine, err := r.circle.On(ctx, actor(ctx), c.Subject); err != nil || !mine { // who drew it stays outside
		views, e := r.views(ctx, []circle.Circle{{ID: c.ID, Kind: c.Kind, Subject: c.Subject, Number: c.Number, Area: c.Area, State: c.State, SetBy: c.SetBy, SetAt: c.SetAt}})
		if err == nil && e == nil {
			return CircleFile{CircleView: views[0], Eligible: []CircleMember{}, Timeline: []EntryView{}, Actions: []flow.Action{}}, nil
		}
		return CircleFile{}, err
	}
	return r.file(ctx, c.ID)
}

func (r circles) get(ctx context.Context, in *ByID) (CircleFile, error) {
	return r.file(ctx, circle.ID(in.ID))
}

func (r circles) file(ctx context.Context, id circle.ID) (out CircleFile, err error) {
	o, err := r.circle.Get(ctx, actor(ctx), id)
	if err != nil {
		return out, err
	}
	views, err := r.views(ctx, []circle.Circle{o.Circle})
	if err != nil {
		return out, err
	}
	out = CircleFile{CircleView: views[0], Manage: o.Manage, Eligible: []CircleMember{}, Actions: o.Actions}
	if o.Manage {
		may, err := r.circle.Eligible(ctx, actor(ctx), o.Circle.Kind, o.Circle.Subject)
		if err != nil {
			return out, err
		}
		out.Eligible = membersView(may)
	}
	out.Timeline, err = entryViews(ctx, r.files, o.Timeline)
	return out, err
}

func (r circles) redraw(ctx context.Context, in *struct {
	ByID
	Body struct {
		Version int64    `json:"version"`
		Members []string `json:"members" maxItems:"100" nullable:"false"`
		Reason  string   `json:"reason" maxLength:"2000"`
	}
}) (CircleFile, error) {
	if err := r.circle.Redraw(ctx, actor(ctx), circle.ID(in.ID), in.Body.Version, in.Body.Members, in.Body.Reason); err != nil {
		return CircleFile{}, err
	}
	return r.file(ctx, circle.ID(in.ID))
}

func (r circles) act(ctx context.Context, in *Act) (CircleFile, error) {
	if err := r.circle.Do(ctx, actor(ctx), circle.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return CircleFile{}, err
	}
	return r.file(ctx, circle.ID(in.ID))
}

// SafetyPlan is what threatens a reporter and what is done about it, for members.
type SafetyPlan struct {
	State           flow.State    `json:"state" enum:"none,running,ended"`
	StateTitle      string        `json:"state_title"`
	Level           string        `json:"level"`
	LevelTitle      string        `json:"level_title"`
	Risk            string        `json:"risk"`
	From            string        `json:"from"`
	Since           string        `json:"since"`
	Measures        string        `json:"measures"`
	Police          string        `json:"police"`
	ResponsibleName string        `json:"responsible_name"`
	ReviewAt        string        `json:"review_at"`
	Late            bool          `json:"late"`
	Timeline        []EntryView   `json:"timeline" nullable:"false"`
	Actions         []flow.Action `json:"actions" nullable:"false"`
	Version         int64         `json:"version"`
}

func (r circles) plan(ctx context.Context, in *ByID) (out SafetyPlan, err error) {
	o, err := r.safety.Get(ctx, actor(ctx), circle.ID(in.ID))
	if err != nil {
		return out, err
	}
	p := o.Plan
	names, err := r.people.Names(ctx, p.Responsible)
	if err != nil {
		return out, err
	}
	out = SafetyPlan{State: p.State, StateTitle: safety.Machine.StateTitle(p.State), Level: p.Level, LevelTitle: flow.Field{Options: safety.Levels}.ShowChoice(p.Level), Risk: p.Body.Risk, From: p.Body.From, Since: p.Body.Since,
		Measures: p.Body.Measures, Police: safety.PoliceTitle(p.Body.Police), ResponsibleName: names[p.Responsible], ReviewAt: when(p.ReviewAt), Late: p.State == safety.Running && p.ReviewAt.Before(r.safety.Now()), Actions: o.Actions, Version: p.Version}
	out.Timeline, err = entryViews(ctx, r.files, o.Timeline)
	return out, err
}

func (r circles) do(ctx context.Context, in *Act) (SafetyPlan, error) {
	if err := r.safety.Do(ctx, actor(ctx), circle.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return SafetyPlan{}, err
	}
	return r.plan(ctx, &ByID{in.ID})
}
