package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// limitBook keeps the limits of all outlets in memory. The events of the outbox
// tell which to read again: they are committed with the change, so a look at them
// before each page misses none, on any node.
type limitBook struct {
	db    *db.DB
	bus   *bus.Bus
	sets  *settingBook
	known bool
	state int                                      // grows with every change
	after int64                                    // the newest event seen
	names map[string]string                        // texts that many limits share
	of    map[string]map[string][]enterprise.Limit // by outlet and factor, newest first
}

func newLimitBook(d *db.DB) *limitBook {
	return &limitBook{db: d, bus: bus.New(d), sets: newSettingBook(d), names: map[string]string{}}
}

// refresh reads what has changed.
func (b *limitBook) refresh(ctx context.Context) error {
	if !b.known {
		if err := b.readAll(ctx); err != nil {
			return err
		}
		return b.sets.refresh(ctx)
	}
	changed := map[string]bool{}
	after := b.after
	for more := true; more; {
		var events []bus.Event
		var err error
		if events, more, err = b.bus.Since(ctx, after); err != nil {
			return err
		}
		for _, e := range events {
			if after = e.Seq; e.Topic == enterprise.LimitsChanged {
				changed[e.Subject] = true
			}
			b.sets.hears(e.Topic, e.Kind)
		}
	}
	if len(changed) > 0 {
		if err := b.readAgain(ctx, changed); err != nil {
			return err
		}
	}
	if err := b.sets.refresh(ctx); err != nil {
		return err
	}
	b.after = after
	return nil
}

func (b *limitBook) readAll(ctx context.Context) error {
	head, err := b.bus.Head(ctx) // before the limits: what comes between is read twice
	if err != nil {
		return err
	}
	var all []enterprise.Limit
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = enterprise.AllLimits(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	b.of = map[string]map[string][]enterprise.Limit{}
	for _, l := range all {
		b.add(l)
	}
	b.known, b.after = true, head
	b.state++
	return nil
}

func (b *limitBook) readAgain(ctx context.Context, outlets map[string]bool) error {
	fresh := map[string][]enterprise.Limit{}
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		for id := range outlets {
			if fresh[id], err = enterprise.LimitsOf(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.state++
	for id, list := range fresh {
		delete(b.of, id)
		for _, l := range list {
			b.add(l)
		}
	}
	return nil
}

// add keeps the order in which limits are read, newest first within a statistic,
// and what judging needs of them.
func (b *limitBook) add(l enterprise.Limit) {
	by := b.of[l.OutletID]
	if by == nil {
		by = map[string][]enterprise.Limit{}
		b.of[l.OutletID] = by
	}
	factor := b.name(l.Factor)
	by[factor] = append(by[factor], enterprise.Limit{Factor: factor, Upper: l.Upper, Lower: l.Lower, Statistic: enterprise.Statistic(b.name(string(l.Statistic))),
		Standard: b.name(l.Standard), Article: b.name(l.Article), ValidFrom: l.ValidFrom, ValidTo: l.ValidTo})
}

// name gives one copy of a text.
func (b *limitBook) name(s string) string {
	if known, ok := b.names[s]; ok {
		return known
	}
	b.names[s] = s
	return s
}
