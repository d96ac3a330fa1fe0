package command

import (
	"context"
	"log/slog"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/seal"
)

// Parts is what the service is made from.
type Parts struct {
	DB     *db.DB
	Policy auth.Policy
	Store  *telemetry.Store
	Box    *seal.Box
	Root   string // code of the whole jurisdiction: where a logger without an MN belongs
	Log    *slog.Logger
}

// Service holds the verbs of commands, keys and links.
type Service struct {
	Parts
	desk *Desk
	keys keyring
}

// New makes the service; Desk gives its working half.
func New(p Parts) *Service {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{Parts: p}
	s.desk = newDesk(s)
	s.keys.s = s
	return s
}

// Desk carries commands out and listens to answers.
func (s *Service) Desk() *Desk { return s.desk }

// bell wakes the desks of this process.
const bell = "command"

// wait is how long a command waits for its device, by who wished it.
var wait = map[Origin]time.Duration{ByPerson: 24 * time.Hour, ByNotice: 10 * time.Minute, ByGreeting: time.Hour, ByCallback: 2 * time.Hour, ByRenewal: 7 * 24 * time.Hour}

// maxOpen bounds the open commands of one device.
const maxOpen = 400

var (
	errCursor = fault.Invalidf("翻页标记无效，请从第一页重新查询")
	errNone   = fault.NotFoundf("没有这条指令，可能已清理或不在您的管辖范围内")
	errDevice = fault.NotFoundf("没有这台设备，可能已被移出或不在您的管辖范围内")
	errStale  = fault.Conflictf("已被他人或设备的应答更新，请刷新后重试")
)

// device reads a device that the actor may see.
func (s *Service) device(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (telemetry.Device, error) {
	d, err := telemetry.DeviceByID(ctx, tx, id)
	if err == nil && !s.Policy.Can(actor, auth.TelemetryRead, scopeOf(d)) {
		return d, errDevice
	}
	return d, err
}

func scopeOf(d telemetry.Device) auth.Scope {
	return auth.Scope{Area: d.Area, Enterprise: d.EnterpriseID}
}

// edition is the version that a device is known to speak, false when it was not
// said and nothing came yet.
func (s *Service) edition(d telemetry.Device) (hj212.Version, bool) {
	switch d.Protocol {
	case "2005":
		return hj212.V2005, true
	case "2017":
		return hj212.V2017, true
	case "2025":
		return hj212.V2025, true
	}
	if p, ok := s.desk.peer(d.MN); ok {
		return p.Version, true
	}
	return hj212.V2017, false
}

// Ask wishes a command. A long stretch of history becomes several, oldest first.
func (s *Service) Ask(ctx context.Context, actor auth.Actor, deviceID, name string, in map[string]string) (out []Command, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		out = nil
		d, err := s.device(ctx, tx, actor, deviceID)
		if err != nil {
			return err
		}
		spec := byName[name]
		if spec == nil || spec.Own {
			return fault.Invalidf("没有名为“%s”的指令，请从指令清单中选择", name)
		}
		if err := s.Policy.Require(actor, spec.Capability, scopeOf(d)); err != nil {
			return err
		}
		if !d.Active {
			return fault.Conflictf("这台设备已停用，不能下发指令")
		}
		if v, known := s.edition(d); known && !spec.in(v) {
			return fault.Conflictf("设备使用 %s 版协议，没有“%s”这条指令", v, spec.Title)
		}
		params, secret, whole, err := spec.read(in, tx.Now)
		if err != nil {
			return err
		}
		out, err = s.enter(ctx, tx, actor, ByPerson, d, spec, params, secret, whole)
		if err != nil {
			return err
		}
		detail := map[string]any{"mn": d.MN, "command": spec.Name, "cn": spec.CN.String(), "params": params, "count": len(out)}
		if spec.Slice > 0 {
			detail["from"], detail["to"] = whole.From, whole.To
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "command.ask", Kind: Machine.Kind, Subject: out[0].ID, Area: d.Area, Detail: detail})
	})
	return out, err
}

// enter writes the rows of one wish.
func (s *Service) enter(ctx context.Context, tx *db.Tx, actor auth.Actor, origin Origin, d telemetry.Device, spec *Spec, params map[string]string, secret string, whole stretch) ([]Command, error) {
	parts := []stretch{{}}
	if spec.Slice > 0 {
		parts = spec.slices(whole)
	}
	open, err := countOpen(ctx, tx, d.ID)
	if err != nil {
		return nil, err
	}
	if open+len(parts) > maxOpen {
		return nil, fault.Conflictf("这台设备已有 %d 条指令未完成，请等待完成或撤销一些后再下发", open)
	}
	out := make([]Command, 0, len(parts))
	for _, p := range parts {
		c := Command{ID: newID(), DeviceID: d.ID, MN: d.MN, Route: d.MN, OutletID: d.OutletID, EnterpriseID: d.EnterpriseID, Area: d.Area, OutletName: d.OutletName,
			Name: spec.Name, CN: spec.CN, Params: params, Origin: origin, State: Machine.Initial, From: p.From, To: p.To,
			AskedBy: actor.ID, AskedName: actor.Name, AskedAt: tx.Now, Version: 1}
		c.ExpiresAt = tx.Now.Add(wait[origin])
		c.DueAt = c.ExpiresAt
		if secret != "" {
			if c.secret, err = s.Box.Seal([]byte(secret), c.ID); err != nil {
				return nil, err
			}
		}
		if err := insertCommand(ctx, tx, &c); err != nil {
			return nil, err
		}
		if err := c.publish(ctx, tx); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	tx.Signal(bell)
	return out, nil
}

// publish tells open pages that the command has moved.
func (c *Command) publish(ctx context.Context, tx *db.Tx) error {
	return bus.Publish(ctx, tx, Machine.Kind+"."+string(c.State), Machine.Kind, c.ID, c.Area, map[string]any{"device": c.DeviceID, "outlet": c.OutletID, "state": c.State})
}

// Cancel calls off a command that has not left.
func (s *Service) Cancel(ctx context.Context, actor auth.Actor, id string, version int64) (c Command, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = s.seen(ctx, tx, actor, id); err != nil {
			return err
		}
		if c.Version != version {
			return errStale
		}
		can := func(string) bool { return s.Policy.Can(actor, c.spec().Capability, c.scope()) }
		st, err := Machine.Check(c.State, Cancel, can, nil)
		if err != nil {
			return err
		}
		c.State, c.EndedAt, c.secret, c.Note = st.Target(c.State), tx.Now, nil, "由"+actor.Name+"撤销"
		if ok, err := saveCommand(ctx, tx, &c); err != nil || !ok {
			return orStale(err)
		}
		if err := c.publish(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "command.cancel", Kind: Machine.Kind, Subject: c.ID, Area: c.Area, Detail: map[string]any{"mn": c.MN, "command": c.Name}})
	})
	return c, err
}

func orStale(err error) error {
	if err == nil {
		return errStale
	}
	return err
}

func (s *Service) seen(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (Command, error) {
	c, err := commandByID(ctx, tx, id)
	if db.IsMissing(err) || err == nil && !s.Policy.Can(actor, auth.TelemetryRead, c.scope()) {
		return Command{}, errNone
	}
	return c, err
}

// Get reads a command with the frames of its exchange.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id string) (c Command, log []Exchange, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = s.seen(ctx, tx, actor, id); err != nil {
			return err
		}
		log, err = listExchanges(ctx, tx, "", id, "", 200)
		return err
	})
	return c, log, err
}

// See checks that the actor may see a command, for streams of events.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(ctx, tx, actor, id)
		return err
	})
}

// List reads a page of commands, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Command], err error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		page, err = listCommands(ctx, tx, s.Policy, actor, q)
		return err
	})
	return page, err
}

// Exchanges reads what was said to a device and by it, newest first.
func (s *Service) Exchanges(ctx context.Context, actor auth.Actor, deviceID, cursor string, limit int) (out []Exchange, next string, err error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	before := ""
	if cursor != "" {
		k, ok := db.ReadCursor(cursor, 1)
		if !ok {
			return nil, "", errCursor
		}
		before = k[0]
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.device(ctx, tx, actor, deviceID); err != nil {
			return err
		}
		out, err = listExchanges(ctx, tx, deviceID, "", before, limit+1)
		return err
	})
	if err == nil && len(out) > limit {
		out, next = out[:limit], db.Cursor(out[limit-1].ID)
	}
	return out, next, err
}

// keep is how long exchanges are kept, and commands that called data back.
const keep = 180 * 24 * time.Hour

// Trim removes old exchanges.
func (s *Service) Trim(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return trim(ctx, tx, tx.Now.Add(-keep)) })
}

// CatalogFor lists the commands that the actor may send to a device and that the
// device's edition has.
func (s *Service) CatalogFor(ctx context.Context, actor auth.Actor, deviceID string) ([]Spec, error) {
	var d telemetry.Device
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		d, err = s.device(ctx, tx, actor, deviceID)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Spec
	v, known := s.edition(d)
	for _, x := range Catalog() {
		if s.Policy.Can(actor, x.Capability, scopeOf(d)) && (!known || x.in(v)) {
			out = append(out, x)
		}
	}
	return out, nil
}
