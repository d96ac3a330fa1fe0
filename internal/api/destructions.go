package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/protect/retention"
)

// destructions is the resource of destroying who reported.
type destructions struct {
	kept   *retention.Service
	people PeopleNames
	files  Describer
}

// Destructions registers the destroying of what is kept no longer.
func (a *API) Destructions(s *retention.Service, people PeopleNames, files Describer) {
	r := destructions{s, people, files}
	get(a, "listDestructions", "/destructions", "到期销毁的记录", r.list, needs(auth.RetentionPropose, auth.RetentionApprove))
	get(a, "listDueDestructions", "/destructions/due", "到期可以销毁的举报", r.due, needs(auth.RetentionPropose, auth.RetentionApprove))
	post(a, "proposeDestruction", "/destructions", "提出销毁", r.propose, needs(auth.RetentionPropose))
	get(a, "getDestruction", "/destructions/{id}", "一次销毁", r.get, needs(auth.RetentionPropose, auth.RetentionApprove))
	post(a, "actOnDestruction", "/destructions/{id}/{verb}", "批准、不批准、撤回销毁", r.act)
}

// DestructionLine is one report of a destruction.
type DestructionLine struct {
	Subject  string `json:"subject"`
	Number   string `json:"number" doc:"举报编号"`
	What     string `json:"what" doc:"销毁什么"`
	ClosedAt string `json:"closed_at" doc:"办结时间"`
	Sealed   int    `json:"sealed" doc:"销毁的密件数"`
	Plain    bool   `json:"plain" doc:"清空了明文联系方式"`
	Digest   string `json:"digest" doc:"所销毁密文的 SHA-256；明文联系方式不计摘要"`
	Outcome  string `json:"outcome" enum:",destroyed,spared" doc:"destroyed 已销毁，spared 批准前重新办理或限定知悉而留下，空为待批准"`
	Left     int    `json:"left" doc:"此刻库里还有几份"`
}

// DestructionView is one destruction in lists.
type DestructionView struct {
	ID           retention.ID `json:"id"`
	Number       string       `json:"number"`
	State        flow.State   `json:"state"`
	StateTitle   string       `json:"state_title"`
	Reason       string       `json:"reason"`
	Digest       string       `json:"digest" doc:"对逐件编号与摘要的 SHA-256，同写在审计日志里"`
	ProposedBy   string       `json:"proposed_by"`
	ProposedName string       `json:"proposed_name"`
	ProposedAt   string       `json:"proposed_at"`
	DecidedName  string       `json:"decided_name"`
	DecidedAt    string       `json:"decided_at"`
	Version      int64        `json:"version"`
}

// DestructionFile is everything about one destruction.
type DestructionFile struct {
	DestructionView
	Lines    []DestructionLine `json:"lines" nullable:"false"`
	Timeline []EntryView       `json:"timeline" nullable:"false"`
	Actions  []flow.Action     `json:"actions" nullable:"false"`
}

func (r destructions) views(ctx context.Context, list []retention.Batch) ([]DestructionView, error) {
	ids := []string{}
	for _, b := range list {
		ids = append(ids, b.ProposedBy, b.DecidedBy)
	}
	names, err := r.people.Names(ctx, ids...)
	out := make([]DestructionView, 0, len(list))
	for _, b := range list {
		out = append(out, DestructionView{b.ID, b.Number, b.State, retention.Machine.StateTitle(b.State), b.Reason, b.Digest,
			b.ProposedBy, names[b.ProposedBy], when(b.ProposedAt), names[b.DecidedBy], when(b.DecidedAt), b.Version})
	}
	return out, err
}

func (r destructions) lines(list []retention.Line) []DestructionLine {
	out := make([]DestructionLine, 0, len(list))
	for _, l := range list {
		out = append(out, DestructionLine{l.Subject, l.Number, r.kept.Title(l.Kind), when(l.ClosedAt), l.Sealed, l.Plain, l.Digest, l.Outcome, l.Left})
	}
	return out
}

func (r destructions) list(ctx context.Context, _ *None) ([]DestructionView, error) {
	list, err := r.kept.List(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return r.views(ctx, list)
}

// DueDestructions is what may be destroyed now.
type DueDestructions struct {
	Days  int               `json:"days" doc:"办结后保存多少天"`
	Lines []DestructionLine `json:"lines" nullable:"false"`
}

func (r destructions) due(ctx context.Context, _ *None) (out DueDestructions, err error) {
	list, err := r.kept.Due(ctx, actor(ctx))
	return DueDestructions{r.kept.Days, r.lines(list)}, err
}

type proposeInput struct {
	Body struct {
		Subjects []string `json:"subjects" maxItems:"200" doc:"要销毁的举报"`
		Reason   string   `json:"reason" maxLength:"2000"`
	}
}

func (r destructions) propose(ctx context.Context, in *proposeInput) (DestructionFile, error) {
	b, err := r.kept.Begin(ctx, actor(ctx), in.Body.Subjects, in.Body.Reason)
	if err != nil {
		return DestructionFile{}, err
	}
	return r.file(ctx, b.ID)
}

func (r destructions) get(ctx context.Context, in *ByID) (DestructionFile, error) {
	return r.file(ctx, retention.ID(in.ID))
}

func (r destructions) file(ctx context.Context, id retention.ID) (out DestructionFile, err error) {
	o, err := r.kept.Get(ctx, actor(ctx), id)
	if err != nil {
		return out, err
	}
	views, err := r.views(ctx, []retention.Batch{o.Batch})
	if err != nil {
		return out, err
	}
	out = DestructionFile{DestructionView: views[0], Lines: r.lines(o.Batch.Lines), Actions: o.Actions}
	out.Timeline, err = entryViews(ctx, r.files, o.Timeline)
	return out, err
}

func (r destructions) act(ctx context.Context, in *Act) (DestructionFile, error) {
	if err := r.kept.Do(ctx, actor(ctx), retention.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return DestructionFile{}, err
	}
	return r.file(ctx, retention.ID(in.ID))
}
