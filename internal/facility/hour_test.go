package facility

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// HoursOf sums up what the feed holds now.
func (f *feed) HoursOf(_ context.Context, device int64, from, to time.Time) ([]Hour, error) {
	type key struct {
		factor string
		at     time.Time
	}
	by := map[key]*Hour{}
	var order []key
	for _, r := range f.readings {
		if r.Device != device || r.At.Before(from) || !r.At.Before(to) {
			continue
		}
		k, v := key{r.Factor, r.At.Truncate(time.Hour)}, r.Value.Float64()
		if by[k] == nil {
			by[k] = &Hour{Device: device, Factor: r.Factor, At: k.at, Min: v, Max: v}
			order = append(order, k)
		}
		h := by[k]
		h.Mean = (h.Mean*float64(h.Count) + v) / float64(h.Count+1)
		h.Min, h.Max, h.Count = min(h.Min, v), max(h.Max, v), h.Count+1
	}
	var out []Hour
	for _, k := range order {
		out = append(out, *by[k])
	}
	return out, nil
}

// Hours are made once they are over, made again when something comes late, and an
// hour in which one of several meters was silent is not shown as a sum.
func TestHours(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, h *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		s := newScene(t, h, c)
		s.put(plant())
		at := h.Now().Truncate(time.Hour)
		read := func(minutes int, device int64, factor, value string) {
			s.feed.readings = append(s.feed.readings, Reading{device, factor, at.Add(time.Duration(minutes) * time.Minute), d(value)})
		}
		told := func() string {
			var p, q []Hour
			err := h.Read(ctx, func(tx *db.Tx) (err error) {
				p, q, err = PowerOf(ctx, tx, s.firm.ID, s.outlet.ID, at.Add(-time.Hour), at.Add(24*time.Hour))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for i, list := range [][]Hour{p, q} {
				for _, x := range list {
					words = append(words, fmt.Sprintf("%s%d %g %g-%g", "PT"[i:i+1], int(x.At.Sub(at).Hours()), x.Mean, x.Min, x.Max))
				}
			}
			return strings.Join(words, ", ")
		}
		make := func() {
			t.Helper()
			s.settle()
			if err := s.runner.MakeHours(ctx, s.feed); err != nil {
				t.Fatal(err)
			}
		}
		read(10, 11, "Ia01", "10")
		read(40, 11, "Ia01", "20")
		read(10, 11, "Ia02", "1")
		read(20, 22, "e30201", "3")
		make()
		if got := told(); got != "" {
			t.Errorf("before the hour is over: %s", got)
		}
		c.Advance(2 * time.Hour)
		read(70, 11, "Ia01", "30") // and nothing from Ia02
		make()
		if got, want := told(), "P0 16 11-21, T0 3 3-3"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		read(75, 11, "Ia02", "2") // late
		make()
		if got, want := told(), "P0 16 11-21, P1 32 32-32, T0 3 3-3"; got != want {
			t.Errorf("after it came late: %s, want %s", got, want)
		}
		make() // nothing is due any more
		if got, want := told(), "P0 16 11-21, P1 32 32-32, T0 3 3-3"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestForOutlet(t *testing.T) {
	t.Parallel()
	unit := func(id string, k Kind, outlet string, treats ...string) Unit {
		return Unit{ID: id, Kind: k, OutletID: outlet, Treats: treats, Active: true}
	}
	for _, c := range []struct {
		name, want string
		units      []Unit
	}{
		{"bound by what treats it", "p1 | t1", []Unit{unit("p1", Production, ""), unit("p2", Production, ""), unit("t1", Treatment, "o", "p1")}},
		{"bound itself", "p2 | ", []Unit{unit("p1", Production, ""), unit("p2", Production, "o")}},
		{"bound to nothing", "p1 | ", []Unit{unit("p1", Production, ""), unit("t1", Treatment, ""), unit("m", Main, "")}},
		{"of another outlet", " | ", []Unit{unit("p1", Production, "x"), unit("t1", Treatment, "x", "p1")}},
		{"the main line alone", "m | ", []Unit{unit("m", Main, "")}},
		{"retired", " | ", []Unit{{ID: "p1", Kind: Production, OutletID: "o"}}},
	} {
		p, q := ForOutlet(c.units, "o")
		var words []string
		for _, list := range [][]Unit{p, q} {
			var ids []string
			for _, u := range list {
				ids = append(ids, u.ID)
			}
			words = append(words, strings.Join(ids, " "))
		}
		if got := strings.Join(words, " | "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
