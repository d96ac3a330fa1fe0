package ambient

import (
	"context"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
)

// Service holds the verbs.
type Service struct {
	db     *db.DB
	policy auth.Policy
	known  func(area string) error
}

// New makes the service; known says why an area is none of the place's, nil =
// every area is.
func New(d *db.DB, p auth.Policy, known func(area string) error) *Service {
	if known == nil {
		known = func(string) error { return nil }
	}
	return &Service{d, p, known}
}

// Changed is the bus topic of every change of a station and its values; the
// subject is the station.
const Changed = "ambient.changed"

// Create registers a station, with its first function when it has one.
func (s *Service) Create(ctx context.Context, actor auth.Actor, st Station, f *Function) (Station, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		st, err = Create(ctx, tx, s.policy, actor, st, f, s.known)
		return err
	})
	return st, err
}

// Create is Service.Create inside the caller's transaction.
func Create(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, st Station, f *Function, known func(area string) error) (Station, error) {
	if err := st.Check(); err != nil {
		return st, err
	}
	if err := known(st.Area); err != nil {
		return st, err
	}
	if err := p.Require(actor, auth.AmbientWrite, st.Scope()); err != nil {
		return st, err
	}
	st.ID, st.CreatedAt, st.UpdatedAt, st.Version = db.NewID(), tx.Now, tx.Now, 1
	if err := insertStation(ctx, tx, &st); err != nil {
		return st, err
	}
	if err := note(ctx, tx, actor, "ambient.create", st, st.facts()); err != nil {
		return st, err
	}
	if f == nil {
		return st, nil
	}
	return st, setFunction(ctx, tx, actor, st, *f)
}

// Update changes the station whose ID and Version are given; Kind, Synthetic and
// the times stay.
func (s *Service) Update(ctx context.Context, actor auth.Actor, st Station) (Station, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		st, err = Update(ctx, tx, s.policy, actor, st, s.known)
		return err
	})
	return st, err
}

// Update is Service.Update inside the caller's transaction.
func Update(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, st Station, known func(area string) error) (Station, error) {
	old, err := ByID(ctx, tx, st.ID)
	if err != nil {
		return st, err
	}
	if err := require(p, actor, auth.AmbientWrite, old); err != nil {
		return st, err
	}
	st.Num, st.Kind, st.Synthetic = old.Num, old.Kind, old.Synthetic
	if err := st.Check(); err != nil {
		return st, err
	}
	if err := known(st.Area); err != nil {
		return st, err
	}
	if err := p.Require(actor, auth.AmbientWrite, st.Scope()); err != nil {
		return st, err
	}
	if err := updateStation(ctx, tx, st); err != nil {
		return st, err
	}
	if err := note(ctx, tx, actor, "ambient.update", st, map[string]any{"before": old.facts(), "after": st.facts()}); err != nil {
		return st, err
	}
	return ByID(ctx, tx, st.ID)
}

// SetFunction enters the class that a station's function asks for from a day on.
func (s *Service) SetFunction(ctx context.Context, actor auth.Actor, id string, f Function) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.writable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		return setFunction(ctx, tx, actor, st, f)
	})
}

func setFunction(ctx context.Context, tx *db.Tx, actor auth.Actor, st Station, f Function) error {
	if err := f.Check(st.Kind); err != nil {
		return err
	}
	f.CreatedBy, f.CreatedAt = actor.ID, tx.Now
	if err := insertFunction(ctx, tx, st.ID, f); err != nil {
		return err
	}
	if err := note(ctx, tx, actor, "ambient.function", st, map[string]any{"from": f.From.String(), "class": f.Class, "basis": f.Basis}); err != nil {
		return err
	}
	if st.Kind != Air {
		return nil
	}
	// The limits of a class decide whether a day of ozone with few means counts.
	return recompute(ctx, tx, st, f.From)
}

// Get reads one station within the actor's reach.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id string) (st Station, functions []Function, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if st, err = s.readable(ctx, tx, actor, id); err != nil {
			return err
		}
		functions, err = FunctionsOf(ctx, tx, id)
		return err
	})
	return st, functions, err
}

// List reads a page of the stations within the actor's reach, by code.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Station], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = list(ctx, tx, s.policy, actor, q)
		return err
	})
	return page, err
}

func (s *Service) readable(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (Station, error) {
	st, err := ByID(ctx, tx, id)
	if err == nil && !s.policy.Can(actor, auth.AmbientRead, st.Scope()) {
		err = errStation
	}
	return st, err
}

func (s *Service) writable(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (Station, error) {
	st, err := ByID(ctx, tx, id)
	if err == nil {
		err = require(s.policy, actor, auth.AmbientWrite, st)
	}
	return st, err
}

// require hides what the actor may not even see.
func require(p auth.Policy, actor auth.Actor, c auth.Capability, st Station) error {
	if !p.Can(actor, auth.AmbientRead, st.Scope()) && !p.Can(actor, c, st.Scope()) {
		return errStation
	}
	return p.Require(actor, c, st.Scope())
}

func note(ctx context.Context, tx *db.Tx, actor auth.Actor, action string, st Station, detail map[string]any) error {
	if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: "ambient", Subject: st.ID, Area: st.Area, Detail: detail}); err != nil {
		return err
	}
	return bus.Publish(ctx, tx, Changed, "ambient", st.ID, st.Area, map[string]any{})
}
