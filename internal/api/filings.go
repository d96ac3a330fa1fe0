package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/filing"
	"github.com/qingshao/qingshao/internal/flow"
)

// filings is the resource of what is on file: orders to stop, changes put on
// record.
type filings struct{ service *filing.Service }

// Filings registers it.
func (a *API) Filings(s *filing.Service) {
	r := filings{s}
	get(a, "listFilings", "/enterprises/{id}/filings", "停限产与变更备案", r.list, needs(auth.RegistryRead))
	post(a, "enterFiling", "/enterprises/{id}/filings", "登记停限产或备案变更", r.enter)
	post(a, "actOnFiling", "/filings/{id}/{verb}", "审核、解除、撤销登记", r.act)
}

// FilingView is one thing on file.
type FilingView struct {
	ID            filing.ID     `json:"id"`
	Number        string        `json:"number"`
	State         flow.State    `json:"state"`
	StateTitle    string        `json:"state_title"`
	Waits         string        `json:"waits"`
	Kind          string        `json:"kind"`
	KindTitle     string        `json:"kind_title"`
	Order         bool          `json:"order" doc:"期间不得生产"`
	OutletID      string        `json:"outlet_id" doc:"空为全厂"`
	OutletName    string        `json:"outlet_name"`
	Document      string        `json:"document" doc:"文号"`
	Reason        string        `json:"reason"`
	From          string        `json:"from"`
	Until         string        `json:"until" doc:"空为直至解除；变更没有结束"`
	CreatedByName string        `json:"created_by_name"`
	CreatedAt     string        `json:"created_at"`
	Version       int64         `json:"version"`
	Actions       []flow.Action `json:"actions" nullable:"false"`
}

// FilingKind is one kind of filing for a form.
type FilingKind struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Order bool   `json:"order"`
	Hint  string `json:"hint"`
}

// FilingList is what is on file about an enterprise, and what may be entered.
type FilingList struct {
	Items []FilingView `json:"items" nullable:"false"`
	Kinds []FilingKind `json:"kinds" nullable:"false" doc:"您可以登记的事项，空为无权登记"`
}

func (r filings) view(a auth.Actor, f filing.Filing) FilingView {
	row, _ := filing.Machine.Row(f.State)
	return FilingView{ID: f.ID, Number: f.Number, State: f.State, StateTitle: row.Title, Waits: row.Waits, Kind: f.Kind, KindTitle: f.Title(), Order: f.Order(),
		OutletID: f.OutletID, OutletName: f.OutletName, Document: f.Document, Reason: f.Reason, From: when(f.From), Until: when(f.Until),
		CreatedByName: f.CreatedByName, CreatedAt: when(f.CreatedAt), Version: f.Version, Actions: r.service.Actions(a, f)}
}

func (r filings) list(ctx context.Context, in *ByID) (FilingList, error) {
	out := FilingList{Items: []FilingView{}, Kinds: []FilingKind{}}
	list, err := r.service.Of(ctx, actor(ctx), in.ID)
	if err != nil {
		return out, err
	}
	for _, f := range list {
		out.Items = append(out.Items, r.view(actor(ctx), f))
	}
	officer, firm := r.service.Auth.Anywhere(actor(ctx), auth.FilingWrite), r.service.Auth.Anywhere(actor(ctx), auth.FilingFile)
	for _, k := range filing.Kinds {
		if officer || firm && !k.Order {
			out.Kinds = append(out.Kinds, FilingKind(k))
		}
	}
	return out, nil
}

func (r filings) enter(ctx context.Context, in *struct {
	ByID
	Body struct {
		Kind     string `json:"kind" maxLength:"20"`
		OutletID string `json:"outlet_id,omitempty" maxLength:"64" doc:"空为全厂"`
		Document string `json:"document,omitempty" maxLength:"400" doc:"文号"`
		Reason   string `json:"reason" maxLength:"4000"`
		From     string `json:"from" maxLength:"40" doc:"开始，或变更的时间，例如 2026-11-21T08:00:00+08:00"`
		Until    string `json:"until,omitempty" maxLength:"40" doc:"停限产的结束，空为直至解除"`
	}
}) (FilingView, error) {
	b := in.Body
	f := filing.Filing{EnterpriseID: in.ID, Kind: b.Kind, OutletID: b.OutletID, Document: b.Document, Reason: b.Reason}
	for _, x := range []struct {
		name, text string
		to         *time.Time
	}{{"from", b.From, &f.From}, {"until", b.Until, &f.Until}} {
		if x.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, x.text)
		if err != nil {
			return FilingView{}, fault.Invalidf("时间格式有误").With(x.name, "应形如 2026-11-21T08:00:00+08:00")
		}
		*x.to = at
	}
	out, err := r.service.Enter(ctx, actor(ctx), f)
	if err != nil {
		return FilingView{}, err
	}
	return r.view(actor(ctx), out), nil
}

func (r filings) act(ctx context.Context, in *Act) (FilingView, error) {
	f, err := r.service.Do(ctx, actor(ctx), filing.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form)
	if err != nil {
		return FilingView{}, err
	}
	return r.view(actor(ctx), f), nil
}
