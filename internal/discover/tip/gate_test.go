package tip_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/vault"
)

// shutDoor closes what it names.
type shutDoor string

func (d shutDoor) Pass(_ context.Context, _ *db.Tx, doors ...string) error {
	if slices.Contains(doors, string(d)) {
		return fault.New(fault.Unavailable, "暂时关闭")
	}
	return nil
}

func TestGate_HoldsUpReportersNotTheDesk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *scene) {
		s.ring.Ceremony()
		insider := tip.NewTold{Proof: strings.Repeat("ab", 32), ReplyTo: "age1pq1x", Once: strings.Repeat("x", 20), Report: vault.Envelope{}}
		for _, x := range []struct {
			door                       shutDoor
			public, anonymous, insider bool // what is held up
		}{
			{tip.TrackGate, false, false, false},
			{shutDoor(tip.Anonymous.Gate()), false, true, false},
			{shutDoor(tip.Insider.Gate()), false, false, true},
			{shutDoor(tip.Web.Gate()), true, true, true},
		} {
			s.deps.Gate = x.door
			s.tips = tip.NewService(s.deps)
			anonymous := report()
			anonymous.Mode, anonymous.Contact = tip.Anonymous, ""
			for mode, held := range map[string]struct {
				err  func() error
				want bool
			}{
				"public":    {func() error { _, err := s.tips.File(bg, report(), ""); return err }, x.public},
				"anonymous": {func() error { _, err := s.tips.File(bg, anonymous, ""); return err }, x.anonymous},
				"insider":   {func() error { _, err := s.tips.Tell(bg, insider); return err }, x.insider},
			} {
				if got := fault.Is(held.err(), fault.Unavailable); got != held.want {
					t.Errorf("%s closed, %s: held up %v", x.door, mode, got)
				}
			}
			phone := confidential()
			phone.Sealed = s.sealed(vault.Contact{Other: marker})
			if _, _, err := s.tips.Enter(bg, looptest.Person("clerk-city"), phone, ""); err != nil {
				t.Errorf("%s closed, by telephone: %v", x.door, err)
			}
		}
	})
}
