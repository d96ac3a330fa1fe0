package review_test

import (
	"context"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/protect/review"
)

func TestReaders_CountsWhoLooked(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := review.New(d, auth.DefaultPolicy())
		start := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) // a Monday, nine in the morning
		for _, x := range []struct {
			after   time.Duration
			actor   string
			action  string
			subject string
		}{
			{0, "clerk", "copy.open", "t1"},
			{time.Minute, "clerk", "copy.open", "t1"},
			{2 * time.Minute, "clerk", "tip.accept", "t1"},
			{3 * time.Minute, "clerk", "clue.see_contact", "t2"},
			{11 * time.Hour, "nosy", "copy.open", "t1"},        // eight in the evening
			{22*time.Hour - 1, "nosy", "copy.open", "t3"},      // before seven on Tuesday
			{22 * time.Hour, "nosy", "copy.open", "t3"},        // seven
			{5 * 24 * time.Hour, "nosy", "seal.look", "t3"},    // Saturday morning
			{6 * 24 * time.Hour, "nosy", "issue.assign", "t9"}, // not a look
			{7 * 24 * time.Hour, "nosy", "copy.open", "t4"},    // Monday
			{100 * 24 * time.Hour, "late", "copy.open", "t1"},
		} {
			clock.Advance(start.Add(x.after).Sub(clock.Now()))
			if err := d.Write(ctx, func(tx *db.Tx) error {
				return audit.Record(ctx, tx, audit.Entry{Actor: x.actor, Action: x.action, Kind: "tip", Subject: x.subject})
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, who := range []string{"clerk", "supervisor", "admin", "leader"} {
			if _, err := s.Readers(ctx, looptest.Person(who), start, start.AddDate(0, 0, 90)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
		list, err := s.Readers(ctx, looptest.Person("secadmin"), start, start.AddDate(0, 0, 90))
		if err != nil || len(list) != 2 {
			t.Fatalf("%v %+v", err, list)
		}
		nosy, clerk := list[0], list[1]
		if nosy.ID != "nosy" || nosy.All != 5 || nosy.Odd != 3 || nosy.Files != 3 || nosy.Idle != 3 || nosy.Looks["seal.look"] != 1 {
			t.Errorf("%+v", nosy)
		}
		if clerk.ID != "clerk" || clerk.All != 3 || clerk.Odd != 0 || clerk.Files != 2 || clerk.Idle != 1 || clerk.Looks["copy.open"] != 2 {
			t.Errorf("%+v", clerk)
		}
		if _, _, err := s.Period(start, start.AddDate(2, 0, 0)); !fault.Is(err, fault.Invalid) {
			t.Errorf("two years: %v", err)
		}
		from, to, err := s.Period(time.Time{}, start)
		if err != nil || to.Sub(from) != 90*24*time.Hour {
			t.Errorf("%v %v %v", from, to, err)
		}
	})
}
