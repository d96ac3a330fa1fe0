package auth_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"", "330302", true},
		{"", "", true},
		{"330302", "", false},
		{"330000", "330302", true},
		{"000000", "330302", true}, // a jurisdiction in several provinces
		{"330302", "000000", false},
		{"330300", "330302", true},
		{"330300", "330400", false},
		{"330302", "330302", true},
		{"330302", "330303", false},
		{"330302", "330300", false},
		{"330302", "330302006000", true},
		{"330302000000", "330302006000", true},
		{"330302006000", "330302006201", true},
		{"330302006000", "330302007000", false},
		{"330302006000", "330302", false},
		{"330302006201", "330302006201", true},
		{"330302006201", "330302006202", false}, // a village does not reach the whole county
		{"330302100000", "330302101000", false}, // the zeros of a township's own number are no level
		{"330302100000", "330302100201", true},
		{"331000", "331002", true}, // 台州, whose own number ends in 0
		{"331000", "331102", false},
		{"33", "330302", true},
	} {
		if got := auth.Covers(c.outer, c.inner); got != c.want {
			t.Errorf("Covers(%q, %q) = %v", c.outer, c.inner, got)
		}
	}
}

func TestCan_Table(t *testing.T) {
	t.Parallel()
	p := auth.DefaultPolicy()
	lucheng := "330302"
	clerk := auth.Actor{ID: "c", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	agency := auth.Actor{ID: "a", Roles: []auth.Role{auth.Agency}, Area: lucheng, Agency: "sthj-330302"}
	firm := auth.Actor{ID: "e", Roles: []auth.Role{auth.Enterprise}, Enterprise: "e1"}
	deputy := auth.Actor{ID: "d", Roles: []auth.Role{auth.Agency}, Area: lucheng, Agency: "sw-330302", Deputises: []string{"away"}}
	for _, c := range []struct {
		name  string
		actor auth.Actor
		c     auth.Capability
		on    auth.Scope
		want  bool
	}{
		{"clerk within the area", clerk, auth.IssueAssign, auth.Scope{Area: lucheng}, true},
		{"clerk outside", clerk, auth.IssueAssign, auth.Scope{Area: "330402"}, false},
		{"clerk on a thing without a place", clerk, auth.IssueRead, auth.Scope{}, false},
		{"clerk does not accept", clerk, auth.IssueAccept, auth.Scope{Area: lucheng}, false},
		{"leading agency", agency, auth.IssueRead, auth.Scope{Area: lucheng, Agencies: []string{"sthj-330302"}}, true},
		{"assisting agency", agency, auth.IssueRectify, auth.Scope{Agencies: []string{"zjj", "sthj-330302"}}, true},
		{"another agency's issue in the same area", agency, auth.IssueRead, auth.Scope{Area: lucheng, Agencies: []string{"zjj"}}, false},
		{"named person without the agency", agency, auth.IssueSign, auth.Scope{Persons: []string{"a"}}, true},
		{"deputy of the named person", deputy, auth.IssueSign, auth.Scope{Persons: []string{"away"}}, true},
		{"nobody named", auth.Actor{Roles: []auth.Role{auth.Agency}}, auth.IssueSign, auth.Scope{Persons: []string{""}, Agencies: []string{""}}, false},
		{"own enterprise", firm, auth.TelemetryRead, auth.Scope{Enterprise: "e1"}, true},
		{"other enterprise", firm, auth.TelemetryRead, auth.Scope{Enterprise: "e2"}, false},
		{"enterprise sees no issues", firm, auth.IssueRead, auth.Scope{Enterprise: "e1"}, false},
		{"no role", auth.Actor{ID: "n"}, auth.OverviewRead, auth.Scope{}, false},
		{"unknown role", auth.Actor{ID: "n", Roles: []auth.Role{"root"}}, auth.OverviewRead, auth.Scope{}, false},
		{"system", auth.System("clock"), auth.IssueClose, auth.Scope{}, true},
	} {
		if got := p.Can(c.actor, c.c, c.on); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if err := p.Require(c.actor, c.c, c.on); (err == nil) != c.want || !c.want && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: Require gives %v", c.name, err)
		}
	}
}

// Three officers: nothing that an officer may do touches a case, and none may do
// what another is there for.
func TestPolicy_ThreeOfficersApart(t *testing.T) {
	t.Parallel()
	p := auth.DefaultPolicy()
	may := map[auth.Role][]auth.Capability{
		auth.Admin:    {auth.SystemRead, auth.SystemWrite, auth.UserRead, auth.UserWrite},
		auth.SecAdmin: {auth.AccessReview, auth.ChannelHalt, auth.ChannelReopen, auth.LeakTrace, auth.SealRead, auth.SealRevoke, auth.SystemRead, auth.UserGrant, auth.UserRead},
		auth.Auditor:  {auth.AccessReview, auth.AuditExport, auth.AuditRead, auth.SealRead, auth.SystemRead, auth.UserRead},
	}
	for role, want := range may {
		if got := p.Capabilities(auth.Actor{ID: "x", Roles: []auth.Role{role}}); !slices.Equal(got, want) {
			t.Errorf("%s may %v, want %v", role, got, want)
		}
	}
	for _, row := range p.Matrix() {
		if row.Role.Officer() {
			continue
		}
		for _, g := range row.Grants {
			if slices.Contains([]auth.Capability{auth.UserWrite, auth.UserGrant, auth.AuditRead, auth.AuditExport, auth.SystemWrite, auth.ChannelHalt, auth.LeakTrace}, g.Capability) {
				t.Errorf("%s holds %s", row.Role, g.Capability)
			}
		}
	}
}

func TestMatrix_NamesEverythingThatIsGranted(t *testing.T) {
	t.Parallel()
	p := auth.DefaultPolicy()
	shown := 0
	for _, row := range p.Matrix() {
		if row.Title == "" || row.Title == string(row.Role) || row.Duty == "" {
			t.Errorf("role %s has no title or duty", row.Role)
		}
		for _, g := range row.Grants {
			shown++
			if g.Title == "" || g.Reach.Title() == "" || g.Reach.String() == "" {
				t.Errorf("%s %s: untitled", row.Role, g.Capability)
			}
		}
	}
	granted := 0
	for role, caps := range p {
		if !role.Known() {
			t.Errorf("the policy grants to unknown %q", role)
		}
		granted += len(caps)
	}
	if shown != granted {
		t.Errorf("matrix shows %d grants of %d: a capability has no title", shown, granted)
	}
}

func TestOnBehalf(t *testing.T) {
	t.Parallel()
	a := auth.Actor{ID: "me", Deputises: []string{"x", "y"}}
	for _, c := range []struct {
		concerned []string
		want      string
	}{
		{nil, ""}, {[]string{""}, ""}, {[]string{"me"}, ""}, {[]string{"x"}, "x"}, {[]string{"x", "me"}, ""},
		{[]string{"z", "y"}, "y"}, {[]string{"z"}, ""},
	} {
		if got := a.OnBehalf(c.concerned...); got != c.want {
			t.Errorf("OnBehalf(%q) = %q, want %q", c.concerned, got, c.want)
		}
	}
}

var (
	someAreas = []string{"", "33", "330000", "330300", "330302", "330303", "330302006000", "330302006201", "330302006202",
		"330302100000", "330302101000", "330302000000", "331000", "331002", "331100", "339900", "340000", "999999", "990000"}
	someAgencies    = []string{"", "sthj", "sthj-330302", "zjj", "ZJJ"}
	somePersons     = []string{"", "u1", "u2", "u3"}
	someEnterprises = []string{"", "e1", "e2"}
)

// Where selects exactly the rows for which Can says yes: for every actor,
// policy and row that the small worlds below can draw, on both engines.
func TestWhere_SelectsExactlyWhatCanAllows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things := seedThings(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			actor := drawActor(rt)
			p := auth.Policy{}
			for _, r := range actor.Roles {
				p[r] = map[auth.Capability]auth.Reach{auth.IssueRead: auth.Reach(rapid.IntRange(0, int(auth.Everywhere)).Draw(rt, "reach"))}
			}
			want := []int64{}
			for id, th := range things {
				if p.Can(actor, auth.IssueRead, th) {
					want = append(want, int64(id))
				}
			}
			args := []any{int64(-1)} // placeholders go on after what is there
			where := p.Where(actor, auth.IssueRead, auth.Columns{Area: "t.area", Agency: "t.agency",
				AlsoAgency: "EXISTS (SELECT 1 FROM thing_agency x WHERE x.thing = t.id AND x.agency = %s)",
				Person:     "t.person", Enterprise: "t.enterprise"}, &args)
			got := query(rt, d, "SELECT t.id FROM thing t WHERE t.id > $1 AND "+where+" ORDER BY t.id", args)
			if !slices.Equal(got, want) {
				rt.Fatalf("actor %+v policy %v\nwhere %s %v\nselects %v\ncan     %v", actor, p, where, args, got, want)
			}
		})
	})
}

// A thing without some part offers an empty column name; Where must then agree
// with a scope that lacks the part.
func TestWhere_MissingColumns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things := seedThings(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			actor := drawActor(rt)
			p := auth.Policy{}
			for _, r := range actor.Roles {
				p[r] = map[auth.Capability]auth.Reach{auth.IssueRead: auth.Reach(rapid.IntRange(0, int(auth.Everywhere)).Draw(rt, "reach"))}
			}
			has := rapid.SliceOfN(rapid.Bool(), 5, 5).Draw(rt, "columns")
			var col auth.Columns
			if has[0] {
				col.Area = "t.area"
			}
			if has[1] {
				col.Agency = "t.agency"
			}
			if has[2] {
				col.AlsoAgency = "EXISTS (SELECT 1 FROM thing_agency x WHERE x.thing = t.id AND x.agency = %s)"
			}
			if has[3] {
				col.Person = "t.person"
			}
			if has[4] {
				col.Enterprise = "t.enterprise"
			}
			want := []int64{}
			for id, th := range things {
				s := auth.Scope{}
				if has[0] {
					s.Area = th.Area
				}
				if has[1] {
					s.Agencies = append(s.Agencies, th.Agencies[0])
				}
				if has[2] {
					s.Agencies = append(s.Agencies, th.Agencies[1:]...)
				}
				if has[3] {
					s.Persons = th.Persons
				}
				if has[4] {
					s.Enterprise = th.Enterprise
				}
				if p.Can(actor, auth.IssueRead, s) {
					want = append(want, int64(id))
				}
			}
			args := []any{}
			where := p.Where(actor, auth.IssueRead, col, &args)
			got := query(rt, d, "SELECT t.id FROM thing t WHERE "+where+" ORDER BY t.id", args)
			if !slices.Equal(got, want) {
				rt.Fatalf("actor %+v policy %v columns %+v\nwhere %s %v\nselects %v\ncan     %v", actor, p, col, where, args, got, want)
			}
		})
	})
}

func drawActor(rt *rapid.T) auth.Actor {
	return auth.Actor{
		ID:         rapid.SampledFrom([]string{"u1", "u2", "", "system:clock"}).Draw(rt, "id"),
		Roles:      rapid.SliceOfNDistinct(rapid.SampledFrom([]auth.Role{"r1", "r2", "r3"}), 0, 3, rapid.ID).Draw(rt, "roles"),
		Area:       rapid.SampledFrom(someAreas).Draw(rt, "area"),
		Agency:     rapid.SampledFrom(someAgencies).Draw(rt, "agency"),
		Enterprise: rapid.SampledFrom(someEnterprises).Draw(rt, "enterprise"),
		Deputises:  rapid.SliceOfN(rapid.SampledFrom(somePersons), 0, 2).Draw(rt, "deputises"),
	}
}

// seedThings makes a row for a spread of scopes and returns them by id.
func seedThings(t *testing.T, d *db.DB) []auth.Scope {
	t.Helper()
	ctx := context.Background()
	var things []auth.Scope
	for i := range 240 {
		s := auth.Scope{
			Area:       someAreas[i%len(someAreas)],
			Agencies:   []string{someAgencies[i/3%len(someAgencies)]},
			Persons:    []string{somePersons[i/7%len(somePersons)]},
			Enterprise: someEnterprises[i/2%len(someEnterprises)],
		}
		if i%4 == 0 {
			s.Agencies = append(s.Agencies, someAgencies[i/4%len(someAgencies)], "sthj-330302")
		}
		things = append(things, s)
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, q := range []string{
			`CREATE TABLE thing (id BIGINT PRIMARY KEY, area TEXT NOT NULL, agency TEXT NOT NULL, person TEXT NOT NULL, enterprise TEXT NOT NULL)`,
			`CREATE TABLE thing_agency (thing BIGINT NOT NULL, agency TEXT NOT NULL)`,
		} {
			if _, err := db.Exec(ctx, tx, q); err != nil {
				return err
			}
		}
		for id, s := range things {
			if _, err := db.Exec(ctx, tx, `INSERT INTO thing (id, area, agency, person, enterprise) VALUES ($1, $2, $3, $4, $5)`,
				id, s.Area, s.Agencies[0], s.Persons[0], s.Enterprise); err != nil {
				return err
			}
			for _, g := range s.Agencies[1:] {
				if _, err := db.Exec(ctx, tx, `INSERT INTO thing_agency (thing, agency) VALUES ($1, $2)`, id, g); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return things
}

func query(rt *rapid.T, d *db.DB, q string, args []any) []int64 {
	var out []int64
	ctx := context.Background()
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = db.All(ctx, tx, db.Value[int64], q, args...)
		return err
	})
	if err != nil {
		rt.Fatal(fmt.Errorf("%s %v: %w", q, args, err))
	}
	return out
}
