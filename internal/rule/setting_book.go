package rule

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// settingBook keeps what was set on rules in memory for a runner. The limit book
// reads the events of the outbox and tells it what to forget, so that a page of
// values is judged by what was published before it, on any node.
type settingBook struct {
	db       *db.DB
	known    bool
	table    setting.Table
	defaults map[string]setting.Set // by rule
	lines    map[place]setting.Line // by outlet and rule
}

func newSettingBook(d *db.DB) *settingBook { return &settingBook{db: d} }

// hears takes up an event of the outbox.
func (b *settingBook) hears(topic, kind string) {
	switch {
	case strings.HasPrefix(topic, SettingMachine.Kind+"."):
		b.known = false
	case kind == "outlet" && topic != enterprise.LimitsChanged || kind == "enterprise": // it may lie elsewhere now
		b.lines = nil
	}
}

// refresh reads what is not known.
func (b *settingBook) refresh(ctx context.Context) error {
	if b.known {
		return nil
	}
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		b.table, err = published(ctx, tx)
		return err
	})
	b.known, b.lines = err == nil, nil
	return err
}

// at is what holds for a rule at an outlet at the moment of a value.
func (b *settingBook) at(ctx context.Context, tx *db.Tx, r *Rule, outlet string, at time.Time) (setting.Set, error) {
	if set, known := b.inMemory(r, outlet, at); known {
		return set, nil
	}
	o, err := enterprise.OutletByID(ctx, tx, outlet)
	if err != nil {
		return setting.Set{}, err
	}
	if b.lines == nil {
		b.lines = map[place]setting.Line{}
	}
	line := b.table.Line(r.ID, r.Settings, o.Area)
	b.lines[place{outlet, r.ID}] = line
	return line.At(at), nil
}

// inMemory is at without a look into the database; known is false when it takes one.
func (b *settingBook) inMemory(r *Rule, outlet string, at time.Time) (set setting.Set, known bool) {
	if len(b.table[r.ID]) == 0 {
		set, ok := b.defaults[r.ID]
		if !ok {
			if b.defaults == nil {
				b.defaults = map[string]setting.Set{}
			}
			set = setting.Defaults(r.Settings)
			b.defaults[r.ID] = set
		}
		return set, true
	}
	line, ok := b.lines[place{outlet, r.ID}]
	if !ok {
		return set, false
	}
	return line.At(at), true
}
