package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/qingshao/qingshao/internal/world"
)

// limitsFrom is when the limits of the synthetic city came into force: before
// any data of its monitors.
const limitsFrom = "2020-01-01T00:00:00+08:00"

// Register enters a world's enterprises, outlets, limits and monitors into a
// running program as somebody who may do so would: base is its address without
// path, token a personal access token. It returns the enterprises' ids by their
// keys in the world.
func Register(ctx context.Context, base, token string, w *world.World) (map[string]string, error) {
	return register(ctx, &person{token: token, base: base + "/api/v1"}, w)
}

func register(ctx context.Context, p *person, w *world.World) (map[string]string, error) {
	ids := map[string]string{}
	for _, e := range w.Enterprises() {
		id, err := p.create(ctx, "/enterprises", map[string]any{"name": e.Name, "code": e.Code, "area": e.Area, "address": e.Address,
			"lng": e.Lng, "lat": e.Lat, "industry": e.Trade, "permit_class": e.Permit, "contact": e.Contact, "synthetic": true})
		if err != nil {
			return nil, err
		}
		ids[e.Key] = id
		for _, o := range e.Outlets {
			if err := p.outlet(ctx, id, e, o); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

// unequipped registers one outlet that waits for its data logger: the stranger
// of strangers is claimed for it.
func (p *person) unequipped(ctx context.Context, ids map[string]string, w *world.World) error {
	for _, e := range w.Enterprises() {
		for _, o := range e.Outlets {
			if o.Kind == world.Water {
				_, err := p.create(ctx, "/outlets", map[string]any{"enterprise_id": ids[e.Key], "code": "DW009", "name": "新建车间废水排口", "kind": "water", "area": e.Area,
					"lng": e.Lng, "lat": e.Lat})
				return err
			}
		}
	}
	return nil
}

// create posts a new thing and returns its id.
func (p *person) create(ctx context.Context, path string, body map[string]any) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := p.call(ctx, http.MethodPost, path, body, &made)
	return made.ID, err
}

func (p *person) outlet(ctx context.Context, enterprise string, e world.Enterprise, o *world.Outlet) error {
	id, err := p.create(ctx, "/outlets", map[string]any{"enterprise_id": enterprise, "code": o.Code, "name": o.Name, "kind": string(o.Kind), "area": e.Area,
		"lng": e.Lng, "lat": e.Lat})
	if err != nil {
		return err
	}
	for _, l := range o.Limits {
		article := l.Article
		if !l.Certain {
			article += "（演示取值，待核对）"
		}
		body := map[string]any{"factor": l.Factor, "upper": json.Number(l.Upper), "statistic": l.Statistic, "standard": l.Standard, "article": article, "valid_from": limitsFrom}
		if l.Lower != "" {
			body["lower"] = json.Number(l.Lower)
		}
		if err := p.call(ctx, http.MethodPost, "/outlets/"+id+"/limits", body, nil); err != nil {
			return err
		}
	}
	if e.Key != unentered {
		if err := p.permit(ctx, id, o.Loads()); err != nil {
			return err
		}
	}
	_, err = p.create(ctx, "/devices", map[string]any{"mn": o.MN, "outlet_id": id, "password": o.Password, "protocol": o.Protocol, "rtd_interval": int(rtdInterval / time.Second)})
	return err
}
