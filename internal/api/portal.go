package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/evaluate/portal"
	"github.com/qingshao/qingshao/internal/factor"
)

// enterpriseDesk is the resource of the enterprise's own first page.
type enterpriseDesk struct{ portal *portal.Service }

// Portal registers the enterprise's own desk.
func (a *API) Portal(s *portal.Service) {
	r := enterpriseDesk{s}
	get(a, "getPortal", "/portal", "企业工作台", r.get, needs(auth.PortalRead))
	get(a, "listPortalLoads", "/portal/loads", "本年排放量与许可排放量", r.loads, needs(auth.PortalRead))
}

// PortalView is the first page of one enterprise.
type PortalView struct {
	AsOf           string        `json:"as_of"`
	EnterpriseID   string        `json:"enterprise_id"`
	EnterpriseName string        `json:"enterprise_name"`
	Items          []PortalItem  `json:"items" nullable:"false" doc:"等待企业办理，先到期的在前"`
	Today          PortalStretch `json:"today"`
	Month          PortalStretch `json:"month"`
	Target         int           `json:"target" doc:"要求的传输有效率（%）"`
}

// PortalItem is one thing that waits for the enterprise.
type PortalItem struct {
	Kind      string `json:"kind"`
	KindTitle string `json:"kind_title"`
	ID        string `json:"id"`
	Number    string `json:"number"`
	Title     string `json:"title"`
	Text      string `json:"text" doc:"看到了什么"`
	Do        string `json:"do" doc:"请怎样办"`
	DueAt     string `json:"due_at" doc:"空为没有期限"`
	Overdue   bool   `json:"overdue"`
	Link      string `json:"link"`
}

// PortalStretch is the figures of a day or a month.
type PortalStretch struct {
	From         string  `json:"from"`
	Transmission *Number `json:"transmission,omitempty" doc:"传输率（%），应传为零时没有"`
	Validity     *Number `json:"validity,omitempty" doc:"有效率（%）"`
	Effective    *Number `json:"effective,omitempty" doc:"传输有效率（%）"`
	Due          int     `json:"due" doc:"应传小时数，各因子之和"`
	Missing      int     `json:"missing" doc:"缺失小时数"`
	Below        bool    `json:"below" doc:"传输有效率低于要求"`
	Exceeded     int     `json:"exceeded" doc:"超标小时：一个排放口在该小时有因子超过限值"`
	Alarms       int     `json:"alarms" doc:"开始的预警，不含早期提醒"`
}

func (r enterpriseDesk) get(ctx context.Context, in *struct {
	EnterpriseID string `query:"enterprise_id" maxLength:"64" doc:"空为本企业"`
}) (PortalView, error) {
	d, err := r.portal.Read(ctx, actor(ctx), in.EnterpriseID)
	if err != nil {
		return PortalView{}, err
	}
	out := PortalView{AsOf: when(d.AsOf), EnterpriseID: d.Enterprise.ID, EnterpriseName: d.Enterprise.Name, Items: []PortalItem{}, Target: d.Target}
	for _, i := range d.Items {
		out.Items = append(out.Items, PortalItem{string(i.Kind), i.Kind.Title(), i.ID, i.Number, i.Title, i.Text, i.Do, when(i.DueAt), i.Late(d.AsOf), i.Link})
	}
	stretch := func(s portal.Stretch) PortalStretch {
		v := rateView("enterprise", s.Tally, d.Rates)
		return PortalStretch{day(s.From), v.Transmission, v.Validity, v.Effective, v.Due, v.Missing, v.Below, s.Exceeded, s.Alarms}
	}
	out.Today, out.Month = stretch(d.Today), stretch(d.Month)
	return out, nil
}

// PortalLoads is what has left this year beside what the permits allow.
type PortalLoads struct {
	Year int          `json:"year"`
	Rows []PortalLoad `json:"rows" nullable:"false" doc:"只列登记了许可排放量的污染物"`
}

// PortalLoad is one pollutant at one outlet.
type PortalLoad struct {
	OutletID   string `json:"outlet_id"`
	OutletName string `json:"outlet_name"`
	Factor     string `json:"factor"`
	FactorName string `json:"factor_name"`
	Tonnes     Number `json:"tonnes" doc:"本年累计，含按规则替代的小时"`
	Permitted  Number `json:"permitted" doc:"许可排放量，吨/年"`
	Share      Number `json:"share" doc:"占许可排放量的百分比"`
	Open       int    `json:"open" doc:"缺失且没有规则可替代、未计入的小时"`
}

func (r enterpriseDesk) loads(ctx context.Context, in *struct {
	EnterpriseID string `query:"enterprise_id" maxLength:"64" doc:"空为本企业"`
}) (PortalLoads, error) {
	year, list, err := r.portal.Loads(ctx, actor(ctx), in.EnterpriseID)
	out := PortalLoads{Year: year, Rows: []PortalLoad{}}
	for _, l := range list {
		out.Rows = append(out.Rows, PortalLoad{l.OutletID, l.OutletName, l.Factor, factor.Name(l.Factor), Number{l.Tonnes}, Number{l.Permitted}, Number{l.Share}, l.Open})
	}
	return out, err
}
