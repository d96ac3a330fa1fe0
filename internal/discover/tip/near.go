package tip

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// What is offered before a report is sent: open ones of the same kind that the
// public may see, this near, this new.
const (
	nearMetres = 250
	nearDays   = 90
	nearMost   = 5
)

// Near is a public report close by.
type Near struct {
	Tip    Tip
	Metres float64
}

// Nearby finds public reports of a kind around a point, the nearest first. It
// reads what the reviewer has shown and nothing else: neither the true point nor
// anything of reports that are not shown can be guessed from it.
func (s *Service) Nearby(ctx context.Context, kind string, lng, lat float64) (out []Near, err error) {
	if !(lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180) {
		return nil, fault.Invalidf("经纬度应为 WGS84 十进制度数")
	}
	dLat := nearMetres / 111_000.0
	dLng := dLat / math.Max(0.1, math.Cos(lat*math.Pi/180))
	var list []Tip
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = shownWithin(ctx, tx, kind, lng, lat, dLng, dLat, tx.Now.AddDate(0, 0, -nearDays), 100)
		return err
	})
	here := New{Lng: lng, Lat: lat}
	for _, t := range list {
		if m := 1000 * kilometres(Seat{Lng: t.ShownLng, Lat: t.ShownLat}, here); m <= nearMetres {
			out = append(out, Near{t, m})
		}
	}
	slices.SortStableFunc(out, func(a, b Near) int { return int(math.Copysign(1, a.Metres-b.Metres)) })
	return out[:min(len(out), nearMost)], err
}

// Echo says “I see it too” of a public report.
func (s *Service) Echo(ctx context.Context, number string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := tipByNumber(ctx, tx, strings.TrimSpace(number))
		if db.IsMissing(err) || err == nil && (t.Mode != Public || t.Review != Shown) {
			return fault.NotFoundf("没有这件公开的举报")
		}
		if err != nil {
			return err
		}
		st, _ := Machine.Find(t.Review, Echo)
		if err := addEcho(ctx, tx, t.ID); err != nil {
			return err
		}
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: reporter, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: flow.Form{}})
		return err
	})
}
