package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/protect/halt"
)

// halts is the resource of the emergency switch.
type halts struct {
	halt   *halt.Service
	people PeopleNames
	files  Describer
}

// Halts registers the emergency switch of the public's ways in.
func (a *API) Halts(s *halt.Service, people PeopleNames, files Describer) {
	r := halts{s, people, files}
	get(a, "listHalts", "/halts", "举报渠道的关闭记录", r.list, needs(auth.ChannelHalt, auth.ChannelReopen))
	get(a, "listHaltDoors", "/halts/doors", "可以关闭的举报渠道", r.doors, needs(auth.ChannelHalt, auth.ChannelReopen))
	post(a, "shutDoor", "/halts", "紧急关闭举报渠道", r.shut, needs(auth.ChannelHalt))
	get(a, "getHalt", "/halts/{id}", "一次关闭", r.get, needs(auth.ChannelHalt, auth.ChannelReopen))
	post(a, "actOnHalt", "/halts/{id}/{verb}", "提出、确认恢复", r.act)
}

// HaltDoor is a way of reporting that can be closed.
type HaltDoor struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	HaltID string `json:"halt_id" doc:"正在关闭的记录，空为开放"`
}

// HaltView is one closing in lists.
type HaltView struct {
	ID           halt.ID    `json:"id"`
	Door         string     `json:"door"`
	DoorTitle    string     `json:"door_title"`
	State        flow.State `json:"state"`
	StateTitle   string     `json:"state_title"`
	Reason       string     `json:"reason" doc:"公众看到的原因"`
	Note         string     `json:"note" doc:"内部情况"`
	ClosedBy     string     `json:"closed_by"`
	ClosedByName string     `json:"closed_by_name"`
	ClosedAt     string     `json:"closed_at"`
	EndedAt      string     `json:"ended_at" doc:"空为仍然关闭"`
	Version      int64      `json:"version"`
}

// HaltFile is everything about one closing.
type HaltFile struct {
	HaltView
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
}

func (r halts) views(ctx context.Context, list []halt.Halt) ([]HaltView, error) {
	ids := make([]string, 0, len(list))
	for _, h := range list {
		ids = append(ids, h.ClosedBy)
	}
	names, err := r.people.Names(ctx, ids...)
	out := make([]HaltView, 0, len(list))
	for _, h := range list {
		out = append(out, HaltView{h.ID, h.Door, r.halt.Title(h.Door), h.State, halt.Machine.StateTitle(h.State), h.Reason, h.Note,
			h.ClosedBy, names[h.ClosedBy], when(h.ClosedAt), when(h.EndedAt), h.Version})
	}
	return out, err
}

func (r halts) list(ctx context.Context, _ *None) ([]HaltView, error) {
	list, err := r.halt.List(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return r.views(ctx, list)
}

func (r halts) doors(ctx context.Context, _ *None) ([]HaltDoor, error) {
	now, err := r.halt.Now(ctx)
	out := []HaltDoor{}
	for _, d := range r.halt.Doors() {
		v := HaltDoor{ID: d.ID, Title: d.Title}
		for _, h := range now {
			if h.Door == d.ID {
				v.HaltID = string(h.ID)
			}
		}
		out = append(out, v)
	}
	return out, err
}

type shutInput struct {
	Body struct {
		Door   string `json:"door" maxLength:"64" doc:"关闭什么"`
		Reason string `json:"reason" maxLength:"2000" doc:"告诉公众的原因"`
		Note   string `json:"note,omitempty" maxLength:"4000" doc:"内部情况"`
	}
}

func (r halts) shut(ctx context.Context, in *shutInput) (HaltFile, error) {
	h, err := r.halt.Shut(ctx, actor(ctx), in.Body.Door, in.Body.Reason, in.Body.Note)
	if err != nil {
		return HaltFile{}, err
	}
	return r.file(ctx, h.ID)
}

func (r halts) get(ctx context.Context, in *ByID) (HaltFile, error) {
	return r.file(ctx, halt.ID(in.ID))
}

func (r halts) file(ctx context.Context, id halt.ID) (out HaltFile, err error) {
	o, err := r.halt.Get(ctx, actor(ctx), id)
	if err != nil {
		return out, err
	}
	views, err := r.views(ctx, []halt.Halt{o.Halt})
	if err != nil {
		return out, err
	}
	out = HaltFile{HaltView: views[0], Actions: o.Actions}
	out.Timeline, err = entryViews(ctx, r.files, o.Timeline)
	return out, err
}

func (r halts) act(ctx context.Context, in *Act) (HaltFile, error) {
	if err := r.halt.Do(ctx, actor(ctx), halt.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return HaltFile{}, err
	}
	return r.file(ctx, halt.ID(in.ID))
}
