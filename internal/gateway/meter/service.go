package meter

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// Service holds the verbs of the registry of meters and of their mappings.
type Service struct {
	db     *db.DB
	policy auth.Policy
	door   *Door
	root   string
}

// NewService makes the verbs; the door is told of every change. root is the code
// of the whole jurisdiction.
func NewService(d *db.DB, p auth.Policy, door *Door, root string) *Service {
	return &Service{db: d, policy: p, door: door, root: root}
}

// newSecret makes 120 random bits as text that fits the narrow fields of
// gateways, and the hash under which they are known.
func newSecret() (secret string, hash []byte) {
	b := make([]byte, 15)
	rand.Read(b) // never fails since Go 1.24
	secret = strings.ToLower(base32.StdEncoding.EncodeToString(b))
	return secret, hashOf(secret)
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Register enters a meter at an enterprise and returns its secret, which is
// shown once and stored nowhere.
func (s *Service) Register(ctx context.Context, actor auth.Actor, m Meter) (out Meter, secret string, err error) {
	if err := m.check(); err != nil {
		return m, "", err
	}
	secret, m.secret = newSecret()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, m.EnterpriseID)
		if err != nil {
			return err
		}
		if err := s.mayWrite(actor, e.Scope(), "企业"); err != nil {
			return err
		}
		if _, err := profileByID(ctx, tx, m.ProfileID); err != nil {
			return err
		}
		m.ID = db.NewID()
		if err := insertMeter(ctx, tx, &m); err != nil {
			return err
		}
		if out, err = meterByID(ctx, tx, m.ID); err != nil {
			return err
		}
		return out.note(ctx, tx, actor, "meter.register", map[string]any{"mn": m.MN, "enterprise": m.EnterpriseID, "profile": m.ProfileID})
	})
	if err != nil {
		return out, "", err
	}
	return out, secret, s.door.Refresh(ctx)
}

// Update changes name, mapping, interval and whether the meter is in use. Its MN
// and enterprise stay: one that moves is taken out of use and registered anew.
func (s *Service) Update(ctx context.Context, actor auth.Actor, m Meter) (Meter, error) {
	return s.change(ctx, actor, m.ID, "meter.update", func(ctx context.Context, tx *db.Tx, old Meter) (Meter, error) {
		m.MN, m.EnterpriseID, m.secret = old.MN, old.EnterpriseID, old.secret
		if err := m.check(); err != nil {
			return m, err
		}
		_, err := profileByID(ctx, tx, m.ProfileID)
		return m, err
	})
}

// Renew gives a meter another secret; the old one no longer counts.
func (s *Service) Renew(ctx context.Context, actor auth.Actor, id string, version int64) (Meter, string, error) {
	secret, hash := newSecret()
	m, err := s.change(ctx, actor, id, "meter.renew", func(_ context.Context, _ *db.Tx, old Meter) (Meter, error) {
		old.secret, old.Version = hash, version
		return old, nil
	})
	if err != nil {
		return m, "", err
	}
	return m, secret, nil
}

func (s *Service) change(ctx context.Context, actor auth.Actor, id, action string, next func(context.Context, *db.Tx, Meter) (Meter, error)) (out Meter, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := meterByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayWrite(actor, old.Scope(), "设备"); err != nil {
			return err
		}
		m, err := next(ctx, tx, old)
		if err != nil {
			return err
		}
		if err := updateMeter(ctx, tx, m); err != nil {
			return err
		}
		if out, err = meterByID(ctx, tx, id); err != nil {
			return err
		}
		return out.note(ctx, tx, actor, action, map[string]any{"mn": out.MN, "before": old.facts(), "after": out.facts(), "secret_changed": !bytes.Equal(old.secret, out.secret)})
	})
	if err != nil {
		return out, err
	}
	return out, s.door.Refresh(ctx)
}

// Get reads a meter within the actor's reach.
func (s *Service) Get(ctx context.Context, actor auth.Actor, c auth.Capability, id string) (m Meter, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if m, err = meterByID(ctx, tx, id); err != nil {
			return err
		}
		if !s.policy.Can(actor, c, m.Scope()) {
			return fault.NotFoundf("没有这台设备，可能已被移出或不在您的管辖范围内")
		}
		return nil
	})
	return m, err
}

// Query narrows a list of meters; zero fields do not narrow.
type Query struct {
	Text         string // in MN, name or the enterprise's name
	Area         string
	EnterpriseID string
	Cursor       string
	Limit        int
}

// List reads a page of the meters within the actor's reach, by MN.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Meter], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = listMeters(ctx, tx, s.policy, actor, q)
		return err
	})
	return page, err
}

// Events reads when a meter came and went, newest first; the caller has asked
// Get before.
func (s *Service) Events(ctx context.Context, id string, limit int) (out []Event, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = eventsOf(ctx, tx, id, limit)
		return err
	})
	return out, err
}

// keepEvents is how long comings and goings are kept.
const keepEvents = 180 * 24 * time.Hour

// Trim removes old events.
func (s *Service) Trim(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return trimEvents(ctx, tx, tx.Now.Add(-keepEvents)) })
}

// CreateProfile enters a mapping as version 1 of a new profile, owned by the
// actor's area.
func (s *Service) CreateProfile(ctx context.Context, actor auth.Actor, p Profile) (Profile, error) {
	p.ID, p.Version, p.Area = db.NewID(), 1, actor.Area
	if p.Area == "" {
		p.Area = s.root
	}
	return s.writeProfile(ctx, actor, p, "meter.profile.create")
}

// ReviseProfile makes the next version, behind the one that the person saw. It
// counts for what arrives from now on; what is stored stays as it is.
func (s *Service) ReviseProfile(ctx context.Context, actor auth.Actor, p Profile) (Profile, error) {
	var old Profile
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		old, err = profileByID(ctx, tx, p.ID)
		return err
	})
	if err != nil {
		return p, err
	}
	if old.Version != p.Version {
		return p, fault.Conflictf("映射已被他人修改，请刷新后重试")
	}
	p.Version, p.Area = old.Version+1, old.Area
	return s.writeProfile(ctx, actor, p, "meter.profile.revise")
}

func (s *Service) writeProfile(ctx context.Context, actor auth.Actor, p Profile, action string) (out Profile, err error) {
	if err := p.check(); err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.policy.Require(actor, auth.RegistryWrite, auth.Scope{Area: p.Area}); err != nil {
			return err
		}
		p.CreatedBy = actor.ID
		if err := insertProfile(ctx, tx, p); err != nil {
			return err
		}
		if out, err = profileByID(ctx, tx, p.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: "meter_profile", Subject: p.ID, Area: p.Area,
			Detail: map[string]any{"name": p.Name, "version": p.Version, "mapping": p.Mapping}})
	})
	if err != nil {
		return out, err
	}
	return out, s.door.Refresh(ctx)
}

// Profiles lists the newest version of every profile.
func (s *Service) Profiles(ctx context.Context) (out []Profile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = profiles(ctx, tx)
		return err
	})
	return out, err
}

// Versions lists every version of a profile, newest first.
func (s *Service) Versions(ctx context.Context, id string) (out []Profile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = profileVersions(ctx, tx, id)
		if err == nil && len(out) == 0 {
			err = fault.NotFoundf("没有这个报文映射，请刷新后重选")
		}
		return err
	})
	return out, err
}

// mayWrite answers "absent" for what the actor may not even read.
func (s *Service) mayWrite(a auth.Actor, on auth.Scope, what string) error {
	if !s.policy.Can(a, auth.RegistryRead, on) {
		return fault.NotFoundf("没有这个%s，可能已被移出或不在您的管辖范围内", what)
	}
	return s.policy.Require(a, auth.RegistryWrite, on)
}

func (m Meter) facts() map[string]any {
	return map[string]any{"name": m.Name, "profile": m.ProfileID, "every": m.Every, "active": m.Active}
}

// Changed is the bus topic of every change of a meter; the subject is the meter.
const Changed = "meter.changed"

// note writes the act to the audit log, never the secret, and tells others.
func (m Meter) note(ctx context.Context, tx *db.Tx, actor auth.Actor, action string, detail any) error {
	if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: "meter", Subject: m.ID, Area: m.Area, Detail: detail}); err != nil {
		return err
	}
	return bus.Publish(ctx, tx, Changed, "meter", m.ID, m.Area, map[string]any{"enterprise": m.EnterpriseID})
}
