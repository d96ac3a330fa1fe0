package facility

import (
	"context"
	"errors"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// Service holds the verbs of the model.
type Service struct {
	db     *db.DB
	policy auth.Policy
	runner *Runner
}

// New makes the service; the runner is told of every change.
func New(d *db.DB, p auth.Policy, r *Runner) *Service { return &Service{d, p, r} }

// Changed is the bus topic of every change of an enterprise's units; the subject
// is the enterprise.
const Changed = "enterprise.facility"

// Put enters units of an enterprise, or changes those whose codes are there; it
// is all or nothing. Others stay as they are. With dry nothing is written.
func (s *Service) Put(ctx context.Context, actor auth.Actor, enterpriseID string, specs []Spec, dry bool) (out []Unit, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, enterpriseID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.RegistryRead, e.Scope()) {
			return fault.NotFoundf("没有这个企业，可能已被移出或不在您的管辖范围内")
		}
		if err := s.policy.Require(actor, auth.RegistryWrite, e.Scope()); err != nil {
			return err
		}
		if out, err = put(ctx, tx, enterpriseID, specs); err != nil {
			return err
		}
		if dry {
			return errDry
		}
		facts := make([]map[string]any, 0, len(specs))
		for _, x := range specs {
			facts = append(facts, map[string]any{"code": x.Code, "name": x.Name, "kind": x.Kind, "treats": x.Treats, "channels": x.Channels, "retired": x.Retired})
		}
		if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "facility.put", Kind: "enterprise", Subject: e.ID, Area: e.Area, Detail: map[string]any{"units": facts}}); err != nil {
			return err
		}
		return bus.Publish(ctx, tx, Changed, "enterprise", e.ID, e.Area, map[string]any{})
	})
	if errors.Is(err, errDry) {
		return out, nil
	}
	if err == nil && s.runner != nil {
		s.runner.Refresh()
	}
	return out, err
}

// errDry undoes a trial.
var errDry = fault.Conflictf("仅试算，未保存")

func put(ctx context.Context, tx *db.Tx, enterpriseID string, specs []Spec) ([]Unit, error) {
	there, err := unitsOf(ctx, tx, enterpriseID)
	if err != nil {
		return nil, err
	}
	known, ids := map[string]Kind{}, map[string]string{}
	for _, u := range there {
		known[u.Code], ids[u.Code] = u.Kind, u.ID
	}
	if err := Check(specs, known); err != nil {
		return nil, err
	}
	f := fault.Invalidf("设施信息有误，请按提示修改")
	for i, x := range specs {
		u := Unit{ID: ids[x.Code], EnterpriseID: enterpriseID, Code: x.Code, Name: x.Name, Kind: x.Kind, Active: !x.Retired}
		if x.OutletCode != "" {
			if u.OutletID, err = outletByCode(ctx, tx, enterpriseID, x.OutletCode); fault.Sentence(err, "") != "" {
				f = f.With(place(i, "outlet_code"), "%s", fault.Sentence(err, ""))
			} else if err != nil {
				return nil, err
			}
		}
		if u.ID == "" {
			u.ID = db.NewID()
			ids[x.Code] = u.ID
			err = insertUnit(ctx, tx, u)
		} else {
			err = updateUnit(ctx, tx, u)
		}
		if err != nil {
			return nil, err
		}
	}
	for i, x := range specs {
		var treats []string
		for _, code := range x.Treats {
			treats = append(treats, ids[code])
		}
		if err := setTreats(ctx, tx, ids[x.Code], treats); err != nil {
			return nil, err
		}
		var channels []Channel
		for _, c := range x.Channels {
			ch := Channel{MN: c.MN, Factor: c.Factor, OnAbove: c.OnAbove, OffBelow: c.OnAbove}
			if c.OffBelow != nil {
				ch.OffBelow = *c.OffBelow
			}
			if ch.Device, err = senderOf(ctx, tx, enterpriseID, c.MN); fault.Sentence(err, "") != "" {
				f = f.With(place(i, "channels"), "%s", fault.Sentence(err, ""))
				continue
			} else if err != nil {
				return nil, err
			}
			channels = append(channels, ch)
		}
		if err := setChannels(ctx, tx, ids[x.Code], channels); err != nil {
			return nil, err
		}
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return unitsOf(ctx, tx, enterpriseID)
}

// Of reads an enterprise's units within the actor's reach.
func (s *Service) Of(ctx context.Context, actor auth.Actor, enterpriseID string) (out []Unit, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := s.see(ctx, tx, actor, auth.RegistryRead, enterpriseID); err != nil {
			return err
		}
		out, err = unitsOf(ctx, tx, enterpriseID)
		return err
	})
	return out, err
}

// maxChanges bounds the changes of one answer.
const maxChanges = 2000

// Changes reads when the units of an enterprise started and stopped in from <= t
// < to, newest first.
func (s *Service) Changes(ctx context.Context, actor auth.Actor, enterpriseID string, from, to time.Time) (out []Change, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := s.see(ctx, tx, actor, auth.TelemetryRead, enterpriseID); err != nil {
			return err
		}
		out, err = changesOf(ctx, tx, enterpriseID, from, to, maxChanges)
		return err
	})
	return out, err
}

func (s *Service) see(ctx context.Context, tx *db.Tx, actor auth.Actor, c auth.Capability, enterpriseID string) error {
	e, err := enterprise.ByID(ctx, tx, enterpriseID)
	if err != nil {
		return err
	}
	if !s.policy.Can(actor, c, e.Scope()) {
		return fault.NotFoundf("没有这个企业，可能已被移出或不在您的管辖范围内")
	}
	return nil
}
