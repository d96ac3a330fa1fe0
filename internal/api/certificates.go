package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/permit"
)

// certificates is the resource of enterprises' permits.
type certificates struct{ permits *permit.Service }

// Certificates registers the permit of an enterprise: its number and term.
func (a *API) Certificates(s *permit.Service) {
	r := certificates{s}
	get(a, "getEnterprisePermit", "/enterprises/{id}/permit", "企业的排污许可证", r.get)
	post(a, "setEnterprisePermit", "/enterprises/{id}/permit", "登记企业的排污许可证", r.set)
}

// EnterprisePermit is the permit of an enterprise, or its registration.
type EnterprisePermit struct {
	Number     string `json:"number" maxLength:"240" doc:"许可证或登记编号"`
	ValidFrom  string `json:"valid_from" maxLength:"10" doc:"有效期起始日，例如 2026-11-01"`
	ValidUntil string `json:"valid_until" maxLength:"10" doc:"有效期截止日（含）"`
	UpdatedAt  string `json:"updated_at,omitempty" doc:"空为尚未登记" readOnly:"true"`
	Version    int64  `json:"version" doc:"所见版本，尚未登记为 0"`
}

func certificateView(c permit.Certificate) EnterprisePermit {
	if c.Version == 0 {
		return EnterprisePermit{}
	}
	return EnterprisePermit{c.Number, day(c.ValidFrom), day(c.ValidUntil.Add(-time.Second)), when(c.UpdatedAt), c.Version}
}

func (r certificates) get(ctx context.Context, in *ByID) (EnterprisePermit, error) {
	c, err := r.permits.Certificate(ctx, actor(ctx), in.ID)
	return certificateView(c), err
}

func (r certificates) set(ctx context.Context, in *struct {
	ByID
	Body EnterprisePermit
}) (out EnterprisePermit, err error) {
	c := permit.Certificate{EnterpriseID: in.ID, Number: in.Body.Number, Version: in.Body.Version}
	for _, x := range []struct {
		name, text string
		add        int
		to         *time.Time
	}{{"valid_from", in.Body.ValidFrom, 0, &c.ValidFrom}, {"valid_until", in.Body.ValidUntil, 1, &c.ValidUntil}} {
		d, err := time.ParseInLocation(time.DateOnly, x.text, beijing)
		if err != nil {
			return out, fault.Invalidf("许可证内容有误，请按提示修改").With(x.name, "日期应形如 2026-11-01")
		}
		*x.to = d.AddDate(0, 0, x.add)
	}
	c, err = r.permits.SetCertificate(ctx, actor(ctx), c)
	return certificateView(c), err
}
