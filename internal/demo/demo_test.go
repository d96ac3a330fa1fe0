package demo

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/world"
)

var saturday = time.Date(2026, 11, 21, 9, 30, 0, 0, beijing)

func TestMoments_EndNowAndNeverGoBack(t *testing.T) {
	t.Parallel()
	list := usual.moments(saturday)
	if !list[len(list)-1].at.Equal(saturday) || saturday.Sub(list[0].at) < 30*24*time.Hour {
		t.Errorf("from %s to %s", list[0].at, list[len(list)-1].at)
	}
	offices := 0
	for i, m := range list {
		if i > 0 && !m.at.After(list[i-1].at) {
			t.Errorf("%s after %s", m.at, list[i-1].at)
		}
		if m.at.After(saturday) {
			t.Errorf("%s lies in the future", m.at)
		}
		if m.office {
			offices++
			if d := m.at.Weekday(); d == time.Saturday || d == time.Sunday {
				t.Errorf("work on %s", d)
			}
		}
		if i > 0 && saturday.Sub(m.at) < 47*time.Hour && m.at.Sub(list[i-1].at) > 3*time.Hour {
			t.Errorf("a gap before %s", m.at)
		}
	}
	if offices != 4*22 {
		t.Errorf("%d office hours on 22 weekdays", offices)
	}
}

func TestCast_EveryRoleOfTheWalkAndEveryUnit(t *testing.T) { everywhere(t, castFits) }

func castFits(t *testing.T, p *profile.Profile) {
	roles, agencies, logins := map[auth.Role]bool{}, map[string]bool{}, map[string]bool{}
	for _, m := range cast(p, "x") {
		if logins[m.Login] {
			t.Errorf("%s twice", m.Login)
		}
		logins[m.Login] = true
		for _, r := range m.Roles {
			roles[r] = true
		}
		if m.Agency != "" {
			if _, ok := p.Agencies.Find(m.Agency); !ok {
				t.Errorf("%s works for %s, which does not exist", m.Login, m.Agency)
			}
			agencies[m.Agency] = true
		}
		if m.Area != "" {
			if _, ok := p.Regions.Find(m.Area); !ok {
				t.Errorf("%s works in %s, which does not exist", m.Login, m.Area)
			}
		}
	}
	for _, r := range []auth.Role{auth.Admin, auth.SecAdmin, auth.Auditor, auth.Clerk, auth.Duty, auth.Agency, auth.Inspector, auth.Reviewer, auth.Leader, auth.Enterprise} {
		if !roles[r] {
			t.Errorf("nobody is %s", r)
		}
	}
	for _, u := range p.Units {
		if !agencies[liaison(p, u.Code)] {
			t.Errorf("%s has no liaison", u.Name)
		}
	}
}

func TestTips_NameWhatExists(t *testing.T) { everywhere(t, tipsFit) }

func tipsFit(t *testing.T, p *profile.Profile) {
	sources := map[string]bool{}
	for _, s := range p.Sources {
		sources[s.ID] = true
	}
	for _, x := range told(p) {
		if strings.Contains(x.text+x.address, "{") || x.lng < 73 || x.lat < 3 {
			t.Errorf("%+v", x)
		}
		if _, ok := p.Regions.Find(x.area); !ok {
			t.Errorf("%s: area %s", x.title, x.area)
		}
		if _, ok := p.Category(x.category); !ok {
			t.Errorf("%s: category %s", x.title, x.category)
		}
		if !sources[x.source] || x.day < 0 || x.day >= usual.days || x.text == "" {
			t.Errorf("%s: %s, day %d", x.title, x.source, x.day)
		}
	}
}

func TestTable_OneLineForEach(t *testing.T) {
	t.Parallel()
	p := wenzhou(t)
	var out bytes.Buffer
	var list []credential
	for _, m := range cast(p, "x") {
		list = append(list, credential{m, "secret-" + m.Login})
	}
	if err := table(&out, p, list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if !strings.Contains(out.String(), c.Password) || !strings.Contains(out.String(), c.Roles[0].Title()) {
			t.Errorf("%s is missing:\n%s", c.Login, out.String())
		}
	}
}

func TestMemory_SurvivesAndRefusesNonsense(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, known, err := recall(dir); known || err != nil {
		t.Errorf("an empty folder: %v %v", known, err)
	}
	m := memory{Seed: 7, Starts: 2, Sent: saturday.UTC(), Incidents: []accident{{"e01/DA001", saturday.UTC(), saturday.Add(time.Hour).UTC()}}}
	if err := m.keep(dir); err != nil {
		t.Fatal(err)
	}
	got, known, err := recall(dir)
	if !known || err != nil {
		t.Fatal(known, err)
	}
	if d := cmp.Diff(m, got); d != "" {
		t.Error(d)
	}
	if err := os.WriteFile(filepath.Join(dir, memoryFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := recall(dir); err == nil {
		t.Error("half a memory is no memory")
	}
}

func TestPicture_IsAnImage(t *testing.T) {
	t.Parallel()
	a, b := picture("甲"), picture("乙")
	if _, err := png.Decode(bytes.NewReader(a)); err != nil {
		t.Error(err)
	}
	if bytes.Equal(a, b) {
		t.Error("all pictures are the same")
	}
}

func TestTurn_FollowsItsOdds(t *testing.T) {
	t.Parallel()
	o := &office{hour: 3}
	n := 0
	for i := range 2000 {
		if o.turn(thing{Number: string(rune(i + 0x4e00))}, choice{verb: "sign", often: 30}) {
			n++
		}
	}
	if n < 500 || n > 700 {
		t.Errorf("%d of 2000 at 30 %%", n)
	}
	if o.turn(thing{Number: "x"}, choice{verb: "sign"}) {
		t.Error("never is never")
	}
}

func TestPick_FitsTheStory(t *testing.T) {
	t.Parallel()
	category := flow.Field{Name: "category", Options: []flow.Option{{Value: "solid"}, {Value: "water"}, {Value: "air"}, {Value: "river"}}}
	for _, c := range []struct {
		t    thing
		want string
	}{
		{thing{Number: "1", Title: "河道水体发黑", Category: "river"}, "river"},
		{thing{Number: "2", Title: "某厂尾水总排口总氮超标"}, "water"},
		{thing{Number: "3", Title: "某厂1号锅炉烟囱二氧化硫超标"}, "air"},
	} {
		if got := pick(c.t, category); got != c.want {
			t.Errorf("%s is %s", c.t.Title, got)
		}
	}
	severity := flow.Field{Name: "severity", Options: []flow.Option{{Value: "general"}, {Value: "serious"}, {Value: "major"}}}
	n := map[string]int{}
	for i := range 1000 {
		n[pick(thing{Number: fmt.Sprint(i)}, severity)]++
	}
	if n["general"] < 550 || n["serious"] < 200 || n["major"] < 20 || n["major"] > 90 {
		t.Errorf("%v", n)
	}
}

func TestSites_OneForEachEnterprise(t *testing.T) {
	everywhere(t, func(t *testing.T, p *profile.Profile) {
		units := map[string]bool{}
		for _, e := range world.In(1, sites(p)).Enterprises() {
			if _, ok := p.Regions.Find(e.Area); !ok {
				t.Errorf("%s stands in %s", e.Name, e.Area)
			}
			u, _ := p.Regions.Unit(e.Area)
			units[u.Code] = true
		}
		if len(units) != len(p.Units) {
			t.Errorf("enterprises in %d of %d units", len(units), len(p.Units))
		}
	})
}

// everywhere runs a test in each place that ships.
func everywhere(t *testing.T, f func(*testing.T, *profile.Profile)) {
	t.Parallel()
	for _, name := range profile.Names() {
		t.Run(name, func(t *testing.T) {
			p, err := profile.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			f(t, p)
		})
	}
}

func wenzhou(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("wenzhou")
	if err != nil {
		t.Fatal(err)
	}
	return p
}
