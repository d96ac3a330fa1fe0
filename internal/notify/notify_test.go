package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
)

type user struct {
	id, area, agency, enterprise string
	roles                        []auth.Role
	gone                         bool
}

func addUsers(t *testing.T, d *db.DB, users ...user) {
	t.Helper()
	ctx := context.Background()
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, u := range users {
			roles, err := json.Marshal(u.roles)
			if err != nil {
				return err
			}
			_, err = db.Exec(ctx, tx, `INSERT INTO app_user (id, login, name, roles, area, agency, enterprise_id, active, created_at, updated_at)
				VALUES ($1, $1, $1, $2, $3, $4, $5, $6, 1, 1)`, u.id, string(roles), u.area, u.agency, u.enterprise, !u.gone)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// told lists who has a notice about the subject.
func told(t *testing.T, d *db.DB, subject string) (ids []string) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = db.All(ctx, tx, db.Value[string], `SELECT user_id FROM notice WHERE subject = $1 ORDER BY user_id`, subject)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestTell_WhoHears(t *testing.T) {
	people := []user{
		{id: "clerk-city", roles: []auth.Role{auth.Clerk}},
		{id: "clerk-lucheng", area: "330302", roles: []auth.Role{auth.Clerk}},
		{id: "clerk-longwan", area: "330303", roles: []auth.Role{auth.Clerk}},
		{id: "clerk-gone", area: "330302", roles: []auth.Role{auth.Clerk}, gone: true},
		{id: "leader", roles: []auth.Role{auth.Leader}},
		{id: "agency-a", area: "330302", agency: "a", roles: []auth.Role{auth.Agency}},
		{id: "agency-b", area: "330302", agency: "b", roles: []auth.Role{auth.Agency}},
		{id: "admin", roles: []auth.Role{auth.Admin}},
		{id: "boss", area: "330302", enterprise: "e1", roles: []auth.Role{auth.Enterprise}},
		{id: "both", area: "330302", agency: "a", roles: []auth.Role{auth.Clerk, auth.Agency}},
	}
	scenes := []struct {
		name   string
		to     []notify.Audience
		except []string
		want   []string
	}{
		{"the nearest desk", []notify.Audience{{Capability: auth.ClueTriage, Area: "330302006000"}}, nil, []string{"both", "clerk-lucheng"}},
		{"the city where the county has none", []notify.Audience{{Capability: auth.ClueTriage, Area: "330326"}}, nil, []string{"clerk-city"}},
		{"every level", []notify.Audience{{Capability: auth.ClueTriage, Area: "330303", AllLevels: true}}, nil, []string{"clerk-city", "clerk-longwan"}},
		{"contacts of agencies", []notify.Audience{{Capability: auth.IssueSign, Agencies: []string{"a", "x"}}}, nil, []string{"agency-a", "both"}},
		{"the enterprise's head", []notify.Audience{{Capability: auth.AlarmRead, Enterprise: "e1"}}, nil, []string{"boss"}},
		{"named persons, the gone left out", []notify.Audience{{Persons: []string{"admin", "clerk-gone", "", "nobody"}}}, nil, []string{"admin"}},
		{"each once", []notify.Audience{{Capability: auth.ClueTriage, Area: "330302"}, {Capability: auth.IssueSign, Agencies: []string{"a"}}}, nil,
			[]string{"agency-a", "both", "clerk-lucheng"}},
		{"not who did it", []notify.Audience{{Capability: auth.ClueTriage, Area: "330302"}}, []string{"both"}, []string{"clerk-lucheng"}},
		{"an area alone tells nobody", []notify.Audience{{Area: "330302"}}, nil, nil},
		{"a capability alone tells nobody", []notify.Audience{{Capability: auth.ClueTriage}}, nil, nil},
		{"nobody", nil, nil, nil},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		addUsers(t, d, people...)
		s := notify.New(d, auth.DefaultPolicy())
		for _, c := range scenes {
			var n int
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				n, err = s.Tell(ctx, tx, notify.Notice{To: c.to, Except: c.except, Kind: "clue", Subject: c.name, Title: "新线索"})
				return err
			})
			got := told(t, d, c.name)
			if !slices.Equal(got, c.want) || err != nil || n != len(c.want) {
				t.Errorf("%s: told %v (%d), want %v; %v", c.name, got, n, c.want, err)
			}
		}
	})
}

func TestTell_DeputiesHearWhileTheyStandIn(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		addUsers(t, d, user{id: "away", area: "330302", roles: []auth.Role{auth.Clerk}}, user{id: "in", roles: []auth.Role{auth.Duty}},
			user{id: "early", roles: []auth.Role{auth.Duty}}, user{id: "ended", roles: []auth.Role{auth.Duty}})
		now := c.Now()
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, x := range []struct {
				who       string
				from, to  time.Time
				endedUnix int64
			}{{"in", now.Add(-time.Hour), now.Add(time.Hour), 0}, {"early", now.Add(time.Minute), now.Add(time.Hour), 0}, {"ended", now.Add(-time.Hour), now.Add(time.Hour), 5}} {
				if _, err := db.Exec(ctx, tx, `INSERT INTO app_deputy (id, user_id, deputy_id, from_at, to_at, created_by, created_at, ended_at)
					VALUES ($1, 'away', $1, $2, $3, 'away', 1, $4)`, x.who, x.from.UnixMicro(), x.to.UnixMicro(), x.endedUnix); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s := notify.New(d, auth.DefaultPolicy())
		tell := func(subject string) []string {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := s.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.ClueTriage, Area: "330302"}}, Subject: subject, Title: "新线索"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return told(t, d, subject)
		}
		if diff := cmp.Diff([]string{"away", "in"}, tell("now")); diff != "" {
			t.Error(diff)
		}
		c.Advance(2 * time.Hour)
		if diff := cmp.Diff([]string{"away"}, tell("later")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTell_UndoneVerbTellsNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		addUsers(t, d, user{id: "c", roles: []auth.Role{auth.Clerk}})
		s := notify.New(d, auth.DefaultPolicy())
		boom := errors.New("boom")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if n, err := s.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: []string{"c"}}}, Subject: "s", Title: "x"}); n != 1 || err != nil {
				t.Errorf("told %d, %v", n, err)
			}
			return boom
		})
		if !errors.Is(err, boom) || len(told(t, d, "s")) != 0 {
			t.Errorf("%v; told %v", err, told(t, d, "s"))
		}
	})
}

func TestReading_OnlyOnesOwn(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		addUsers(t, d, user{id: "a"}, user{id: "b"})
		s := notify.New(d, auth.DefaultPolicy())
		at := c.Now()
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, x := range []string{"one", "two", "three"} {
				if _, err := s.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: []string{"a"}}}, Kind: "issue", Subject: x, Title: x, Text: "t", Link: "/issues/" + x}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		a, b := auth.Actor{ID: "a"}, auth.Actor{ID: "b"}
		page, err := s.List(ctx, a, false, "", 2)
		items := page.Items
		if err != nil || page.Total != 3 || page.Capped || len(items) != 2 || items[0].Title != "three" {
			t.Fatalf("%v %+v", err, page)
		}
		if want := (notify.Item{ID: items[0].ID, At: at, Kind: "issue", Subject: "three", Title: "three", Text: "t", Link: "/issues/three", Urgency: notify.Ordinary}); items[0] != want {
			t.Errorf("%+v", items[0])
		}
		rest, err := s.List(ctx, a, false, page.Next, 2)
		if err != nil || len(rest.Items) != 1 || rest.Items[0].Title != "one" || rest.Next != "" {
			t.Errorf("second page %v %+v", err, rest)
		}
		if _, err := s.List(ctx, a, false, "!", 2); !fault.Is(err, fault.Invalid) {
			t.Errorf("a foreign cursor: %v", err)
		}
		if err := s.Read(ctx, b, items[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's notice: %v", err)
		}
		if err := s.Read(ctx, a, items[0].ID); err != nil {
			t.Error(err)
		}
		c.Advance(time.Hour)
		if err := s.Read(ctx, a, items[0].ID); err != nil {
			t.Error(err)
		}
		if page, _ := s.List(ctx, a, false, "", 1); !page.Items[0].ReadAt.Equal(at) {
			t.Errorf("the first reading counts, got %v", page.Items[0].ReadAt)
		}
		if page, err := s.List(ctx, a, true, "", 9); err != nil || page.Total != 2 || len(page.Items) != 2 {
			t.Errorf("unread %+v %v", page, err)
		}
		if err := s.ReadAll(ctx, a); err != nil {
			t.Error(err)
		}
		if n, err := s.Unread(ctx, a); n != 0 || err != nil {
			t.Errorf("unread %d, %v", n, err)
		}
		if page, err := s.List(ctx, b, false, "", 9); err != nil || page.Total != 0 || page.Items == nil || len(page.Items) != 0 {
			t.Errorf("b sees %+v %v", page, err)
		}
	})
}
