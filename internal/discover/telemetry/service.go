package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// Devices holds the verbs of the device registry.
type Devices struct {
	db     *db.DB
	policy auth.Policy
	store  *Store
}

// NewDevices makes the registry's verbs. The store is told of every change; nil
// when nothing receives in this process.
func NewDevices(d *db.DB, p auth.Policy, s *Store) *Devices {
	return &Devices{db: d, policy: p, store: s}
}

// DevicesChanged is the bus topic of every change of a device; the subject is
// the device.
const DevicesChanged = "device.changed"

// Register enters a device at an outlet. Frames that were parked under its MN
// are moved into the readings before any newer one; adopted says how many waited.
func (s *Devices) Register(ctx context.Context, actor auth.Actor, dev Device) (out Device, adopted int64, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		out, err = Register(ctx, tx, s.policy, actor, dev)
		return err
	})
	if err != nil || s.store == nil {
		return out, 0, err
	}
	adopted = s.store.parkedFrames(out.MN)
	return out, adopted, s.store.Refresh(ctx)
}

// Register is Devices.Register inside the caller's transaction; the store learns
// of it by Refresh or within Options.Refresh.
func Register(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, d Device) (Device, error) {
	if err := d.Check(); err != nil {
		return d, err
	}
	o, err := enterprise.OutletByID(ctx, tx, d.OutletID)
	if err != nil {
		return d, err
	}
	if err := mayWrite(p, actor, o.Scope(), "排放口"); err != nil {
		return d, err
	}
	d.ID, d.Active, d.CreatedAt, d.UpdatedAt, d.Version = db.NewID(), true, tx.Now, tx.Now, 1
	if err := insertDevice(ctx, tx, &d); err != nil {
		return d, err
	}
	d.Area, d.EnterpriseID, d.OutletName, d.Kind = o.Area, o.EnterpriseID, o.Name, string(o.Kind)
	return d, d.note(ctx, tx, actor, "device.register", map[string]any{"mn": d.MN, "outlet": d.OutletID})
}

// Update changes password, protocol, interval, answering and whether the device
// is in use, of the device whose ID and Version are given. MN and outlet stay: a
// device that moves is taken out of use and registered anew, so that its old
// readings stay where they were measured.
func (s *Devices) Update(ctx context.Context, actor auth.Actor, dev Device) (out Device, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		out, err = Update(ctx, tx, s.policy, actor, dev)
		return err
	})
	if err == nil && s.store != nil {
		err = s.store.Refresh(ctx)
	}
	return out, err
}

// Update is Devices.Update inside the caller's transaction; the store learns of
// it by Refresh or within Options.Refresh.
func Update(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, dev Device) (Device, error) {
	old, err := deviceByID(ctx, tx, dev.ID)
	if err != nil {
		return dev, err
	}
	if err := mayWrite(p, actor, old.scope(), "设备"); err != nil {
		return dev, err
	}
	dev.MN, dev.OutletID = old.MN, old.OutletID
	if err := dev.Check(); err != nil {
		return dev, err
	}
	if err := updateDevice(ctx, tx, dev); err != nil {
		return dev, err
	}
	out, err := deviceByID(ctx, tx, dev.ID)
	if err != nil {
		return dev, err
	}
	return out, out.note(ctx, tx, actor, "device.update", map[string]any{"mn": out.MN, "before": old.facts(), "after": out.facts(), "password_changed": old.Password != out.Password})
}

// Get reads a device within the actor's reach.
func (s *Devices) Get(ctx context.Context, actor auth.Actor, id string) (d Device, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if d, err = deviceByID(ctx, tx, id); err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.RegistryRead, d.scope()) {
			return fault.NotFoundf("没有这台设备，可能已被移出或不在您的管辖范围内")
		}
		return nil
	})
	return d, err
}

// Of lists the devices of an outlet, those in use first.
func (s *Devices) Of(ctx context.Context, actor auth.Actor, outletID string) (out []Device, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		o, err := enterprise.OutletByID(ctx, tx, outletID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.RegistryRead, o.Scope()) {
			return fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
		}
		out, err = devicesOf(ctx, tx, outletID)
		return err
	})
	return out, err
}

// Equipped lists the ids of all outlets that have a device in use; it tells
// nothing else of them, and narrows what the actor may see anyway.
func (s *Devices) Equipped(ctx context.Context) (out []string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = equipped(ctx, tx)
		return err
	})
	return out, err
}

// DeviceQuery narrows a list of devices; zero fields do not narrow.
type DeviceQuery struct {
	Text     string // in MN or the outlet's name
	Area     string
	OutletID string
	Cursor   string
	Limit    int
}

// List reads a page of the devices within the actor's reach, by MN.
func (s *Devices) List(ctx context.Context, actor auth.Actor, q DeviceQuery) (page db.Page[Device], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = listDevices(ctx, tx, s.policy, actor, q)
		return err
	})
	return page, err
}

func (d Device) scope() auth.Scope { return auth.Scope{Area: d.Area, Enterprise: d.EnterpriseID} }

func (d Device) facts() map[string]any {
	return map[string]any{"protocol": d.Protocol, "rtd_interval": d.RtdInterval, "answer_always": d.AnswerAlways, "active": d.Active}
}

// note writes the act to the audit log, never the password, and tells others.
func (d Device) note(ctx context.Context, tx *db.Tx, actor auth.Actor, action string, detail any) error {
	if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: "device", Subject: d.ID, Area: d.Area, Detail: detail}); err != nil {
		return err
	}
	return bus.Publish(ctx, tx, DevicesChanged, "device", d.ID, d.Area, map[string]any{"outlet": d.OutletID})
}

// mayWrite answers "absent" for what the actor may not even read.
func mayWrite(p auth.Policy, a auth.Actor, on auth.Scope, what string) error {
	if !p.Can(a, auth.RegistryRead, on) {
		return fault.NotFoundf("没有这个%s，可能已被移出或不在您的管辖范围内", what)
	}
	return p.Require(a, auth.RegistryWrite, on)
}

// parkedFrames is how many frames wait for an MN.
func (s *Store) parkedFrames(mn string) int64 {
	s.parked.mu.Lock()
	defer s.parked.mu.Unlock()
	if p := s.parked.of[mn]; p != nil {
		return p.Frames
	}
	return 0
}

// Adopted waits until no frame is parked for the MN, or ctx ends.
func (s *Store) Adopted(ctx context.Context, mn string) error {
	select {
	case <-s.parked.adopted(mn):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Clock is the store's time, that of its database.
func (s *Store) Clock() time.Time { return s.d.Now() }
