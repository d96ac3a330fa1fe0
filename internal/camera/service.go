package camera

import (
	"context"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// Service holds the verbs of the registry.
type Service struct {
	db     *db.DB
	policy auth.Policy
}

// New makes the service.
func New(d *db.DB, p auth.Policy) *Service { return &Service{d, p} }

// Changed is the bus topic of every change; the subject is the camera.
const Changed = "camera.changed"

// Register enters a camera.
func (s *Service) Register(ctx context.Context, actor auth.Actor, c Camera) (out Camera, err error) {
	if err := c.check(); err != nil {
		return c, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.mayWrite(ctx, tx, actor, c); err != nil {
			return err
		}
		c.ID = db.NewID()
		if err := insert(ctx, tx, c); err != nil {
			return err
		}
		out, err = byID(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return out.note(ctx, tx, actor, "camera.register")
	})
	return out, err
}

// Update changes the camera whose ID and Version are given; it stays with its
// enterprise.
func (s *Service) Update(ctx context.Context, actor auth.Actor, c Camera) (out Camera, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := byID(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		c.EnterpriseID = old.EnterpriseID
		if err := s.mayWrite(ctx, tx, actor, c); err != nil {
			return err
		}
		if err := c.check(); err != nil {
			return err
		}
		if err := update(ctx, tx, c); err != nil {
			return err
		}
		if out, err = byID(ctx, tx, c.ID); err != nil {
			return err
		}
		return out.note(ctx, tx, actor, "camera.update")
	})
	return out, err
}

// Query narrows a list; zero fields do not narrow.
type Query struct {
	EnterpriseID string
	OutletID     string
	InUse        bool
}

// List reads the cameras within the actor's reach; those of an outlet stand
// before those of its enterprise at large.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (out []Camera, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = list(ctx, tx, s.policy, actor, q)
		return err
	})
	return out, err
}

// mayWrite answers "absent" for what the actor may not even read.
func (s *Service) mayWrite(ctx context.Context, tx *db.Tx, a auth.Actor, c Camera) error {
	e, err := enterprise.ByID(ctx, tx, c.EnterpriseID)
	if err != nil {
		return err
	}
	if !s.policy.Can(a, auth.RegistryRead, e.Scope()) {
		return fault.NotFoundf("没有这家企业，可能已被移出或不在您的管辖范围内")
	}
	if err := s.policy.Require(a, auth.RegistryWrite, e.Scope()); err != nil {
		return err
	}
	if c.OutletID == "" {
		return nil
	}
	owner, err := enterpriseOf(ctx, tx, c.OutletID)
	if err == nil && owner != c.EnterpriseID {
		err = fault.Invalidf("摄像机信息有误，请按提示修改").With("outlet_id", "请选择本企业的排放口")
	}
	return err
}

func (c Camera) note(ctx context.Context, tx *db.Tx, actor auth.Actor, action string) error {
	detail := map[string]any{"name": c.Name, "enterprise": c.EnterpriseID, "outlet": c.OutletID, "place": c.Place, "code": c.Code, "platform": c.Platform, "channel": c.Channel,
		"live": c.Live, "playback": c.Playback, "active": c.Active}
	if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: "camera", Subject: c.ID, Area: c.Area, Detail: detail}); err != nil {
		return err
	}
	return bus.Publish(ctx, tx, Changed, "camera", c.ID, c.Area, map[string]any{"enterprise": c.EnterpriseID, "outlet": c.OutletID})
}
