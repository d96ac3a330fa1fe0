// Package looptest is a small city for tests of the loop: two counties, their
// agencies, one person for every role, the statutory calendar, and the
// loop's services on a real database. It is imported by tests only.
package looptest

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/closing"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/handle/rectify"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/org"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Beijing is the zone of the tests' days.
var Beijing = time.FixedZone("CST", 8*3600)

// Regions is the city with two counties and a township.
func Regions() *region.Tree {
	t, err := region.New([]region.Region{
		{Code: "330300", Name: "温州市", Level: region.Prefecture},
		{Code: "330302", Name: "鹿城区", Level: region.County, Parent: "330300"},
		{Code: "330303", Name: "龙湾区", Level: region.County, Parent: "330300"},
		{Code: "330302006000", Name: "五马街道", Level: region.Township, Parent: "330302"},
	})
	if err != nil {
		panic(err)
	}
	return t
}

// Agencies is the city's government, its bureau, and the bureau's branches.
func Agencies() *org.Directory {
	d, err := org.New([]org.Agency{
		{ID: "szf", Name: "市人民政府", Area: "330300", Level: org.City},
		{ID: "sthj", Name: "市生态环境局", Area: "330300", Level: org.City, Parent: "szf"},
		{ID: "zhzf", Name: "市综合行政执法局", Area: "330300", Level: org.City, Parent: "szf"},
		{ID: "sthj-330302", Name: "鹿城分局", Area: "330302", Level: org.County, Parent: "sthj"},
		{ID: "sthj-330303", Name: "龙湾分局", Area: "330303", Level: org.County, Parent: "sthj"},
		{ID: "zf-330302", Name: "鹿城区人民政府", Area: "330302", Level: org.County, Parent: "szf"},
	})
	if err != nil {
		panic(err)
	}
	return d
}

// people by id; the id is also the login and, after 用户, the name.
var people = []auth.Actor{
	{ID: "clerk", Roles: []auth.Role{auth.Clerk}, Area: "330302"},
	{ID: "clerk2", Roles: []auth.Role{auth.Clerk}, Area: "330302"},
	{ID: "clerk-city", Roles: []auth.Role{auth.Clerk}},
	{ID: "clerk-longwan", Roles: []auth.Role{auth.Clerk}, Area: "330303"},
	{ID: "duty", Roles: []auth.Role{auth.Duty}, Area: "330302"},
	{ID: "duty-longwan", Roles: []auth.Role{auth.Duty}, Area: "330303"},
	{ID: "agency", Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "sthj-330302"},
	{ID: "agency2", Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "sthj-330302"},
	{ID: "agency-city", Roles: []auth.Role{auth.Agency}, Agency: "sthj"},
	{ID: "agency-gov", Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "zf-330302"},
	{ID: "agency-longwan", Roles: []auth.Role{auth.Agency}, Area: "330303", Agency: "sthj-330303"},
	{ID: "inspector", Roles: []auth.Role{auth.Inspector}, Area: "330302", Agency: "zhzf"},
	{ID: "inspector-same", Roles: []auth.Role{auth.Inspector}, Area: "330302", Agency: "sthj-330302"},
	{ID: "inspector-longwan", Roles: []auth.Role{auth.Inspector}, Area: "330303", Agency: "sthj-330303"},
	{ID: "reviewer", Roles: []auth.Role{auth.Reviewer}, Area: "330302", Agency: "zhzf"},
	{ID: "leader", Roles: []auth.Role{auth.Leader}, Area: "330302"},
	{ID: "supervisor", Roles: []auth.Role{auth.Supervisor}},
	{ID: "grid", Roles: []auth.Role{auth.Grid}, Area: "330302006000"},
	{ID: "boss", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: "e1"},
	{ID: "admin", Roles: []auth.Role{auth.Admin}},
	{ID: "secadmin", Roles: []auth.Role{auth.SecAdmin}},
	{ID: "auditor", Roles: []auth.Role{auth.Auditor}},
}

// Person gives one of the city's people; an unknown id panics.
func Person(id string) auth.Actor {
	for _, p := range people {
		if p.ID == id {
			p.Login, p.Name = id, "用户"+id
			return p
		}
	}
	panic("looptest: no person " + id)
}

// Everyone lists the city's people.
func Everyone() []auth.Actor {
	out := []auth.Actor{}
	for _, p := range people {
		out = append(out, Person(p.ID))
	}
	return out
}

// Files stands for the file store: it knows the ids it was given and remembers
// what they were tied to.
type Files struct {
	Tied map[string]string
	mu   sync.Mutex
}

// Known are the ids of uploaded files.
var Known = []string{"f1", "f2", "f3", "f4", "f5"}

// Attach ties known files to a thing.
func (f *Files) Attach(_ context.Context, _ *db.Tx, ids []string, kind, subject string) error {
	for _, id := range ids {
		if !slices.Contains(Known, id) {
			return fault.Invalidf("没有找到上传的文件，请重新上传").With("files", "文件不存在")
		}
		f.mu.Lock()
		f.Tied[id] = kind + "/" + subject
		f.mu.Unlock()
	}
	return nil
}

// City is the running loop.
type City struct {
	T        *testing.T
	DB       *db.DB
	Clock    *dbtest.Clock
	Files    *Files
	Notify   *notify.Service
	Timeline *timeline.Book
	Jobs     *job.Runner
	Clues    *clue.Service
	Issues   *issue.Service
	Rectify  *rectify.Service
	Closing  *closing.Service
	Rules    *rule.Service
	Policy   auth.Policy
	feed     *feed
}

// Build puts the people into the database and the services on it.
func Build(t *testing.T, d *db.DB, c *dbtest.Clock) *City {
	t.Helper()
	policy, agencies, regions := auth.DefaultPolicy(), Agencies(), Regions()
	city := &City{T: t, DB: d, Clock: c, Policy: policy, feed: &feed{}, Files: &Files{Tied: map[string]string{}}, Notify: notify.New(d, policy),
		Timeline: timeline.New(timeline.Names{Agency: agencies.Name, Area: regions.Name}),
		Jobs:     job.NewRunner(d, slog.New(slog.DiscardHandler))}
	city.Write(func(ctx context.Context, tx *db.Tx) error {
		for _, p := range people {
			if err := insertUser(ctx, tx, Person(p.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	cp := clue.DefaultPolicy()
	cp.Prefix = "WZ-X"
	city.Clues = clue.NewService(clue.Deps{DB: d, Auth: policy, Policy: cp, Calendar: calendar.New(nil, nil), Regions: regions, Agencies: agencies,
		Files: city.Files, Notify: city.Notify, Timeline: city.Timeline})
	city.Clues.Jobs(city.Jobs)
	ip := issue.DefaultPolicy()
	ip.Prefix = "WZ-W"
	ip.Categories[0].Lead = "sthj"
	city.Issues = issue.New(issue.Deps{DB: d, Auth: policy, Policy: ip, Calendar: calendar.New(nil, nil), Regions: regions, Agencies: agencies,
		Files: city.Files, Notify: city.Notify, Timeline: city.Timeline, Clues: city.Clues})
	city.Issues.Jobs(city.Jobs)
	city.Rectify, city.Closing = rectify.New(city.Issues), closing.New(city.Issues)
	city.Rules = rule.NewService(rule.Deps{DB: d, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y",
		Category: map[enterprise.Kind]string{enterprise.Gas: "air"}}, Rules: catalog.All(), Funnel: city.Clues, Files: city.Files, Notify: city.Notify, Timeline: city.Timeline})
	city.Rules.Jobs(city.Jobs)
	return city
}

// Do carries any verb of an issue out as one of the city's people. "today" as a
// day is the clock's.
func (c *City) Do(who string, verb flow.Verb, i issue.Issue, form map[string]any) (issue.Issue, error) {
	c.T.Helper()
	if form["visited_on"] == "today" {
		form = maps.Clone(form)
		form["visited_on"] = c.Clock.Now().In(Beijing).Format(time.DateOnly)
	}
	for _, verbs := range []map[flow.Verb]issue.Verb{c.Issues.Verbs(), c.Rectify.Verbs(), c.Closing.Verbs()} {
		if f, ok := verbs[verb]; ok {
			return f(context.Background(), Person(who), i.ID, issue.Act{Version: i.Version, Form: form})
		}
	}
	c.T.Fatalf("nobody carries out %s", verb)
	return i, nil
}

// Must is Do that has to succeed.
func (c *City) Must(who string, verb flow.Verb, i issue.Issue, form map[string]any) issue.Issue {
	c.T.Helper()
	out, err := c.Do(who, verb, i, form)
	if err != nil {
		c.T.Fatalf("%s by %s: %v", verb, who, err)
	}
	return out
}

// Forms fill the form of every verb of an issue.
var Forms = map[flow.Verb]map[string]any{
	issue.Assign:    {"lead_agency": "sthj-330302", "days": 15.0, "requirement": "查清来源，限期整改"},
	issue.Raise:     {"reason": "跨区域"},
	issue.Withdraw:  {"reason": "交办有误"},
	issue.Amend:     {"title": "更正后的标题", "category": "air", "severity": "major", "reason": "核实"},
	issue.Sign:      {"person": "agency", "measures": "停产检修"},
	issue.Return:    {"reason": "不属本单位职责"},
	issue.Appoint:   {"person": "agency2", "reason": "调岗"},
	issue.Progress:  {"text": "已完成一半"},
	issue.Extend:    {"days": 5.0, "reason": "设备到货晚"},
	issue.Approve:   {"days": 5.0},
	issue.Refuse:    {"reason": "理由不充分"},
	issue.Submit:    {"result": "已整改", "before": []any{"f1"}, "after": []any{"f2"}},
	issue.Accept:    {"visited_on": "today", "opinion": "整改到位"},
	issue.Reject:    {"reason": "仍有渗漏", "days": 5.0},
	issue.Revert:    {"reason": "缺少照片"},
	issue.Close:     {"file_number": "温环销〔2026〕1号"},
	issue.Reopen:    {"reason": "复发", "days": 10.0},
	issue.Supervise: {"note": "加快整改"},
}

// Who usually does a verb of an issue.
var Who = map[flow.Verb]string{
	issue.Assign: "clerk", issue.Raise: "clerk", issue.Withdraw: "clerk", issue.Amend: "clerk",
	issue.Sign: "agency", issue.Return: "agency", issue.Appoint: "agency", issue.Progress: "agency", issue.Extend: "agency", issue.Submit: "agency",
	issue.Approve: "leader", issue.Refuse: "leader", issue.Supervise: "leader", issue.Reopen: "leader",
	issue.Accept: "inspector", issue.Reject: "inspector", issue.Close: "reviewer", issue.Revert: "reviewer",
}

// Issue registers a clue and adopts it.
func (c *City) Issue(title string) issue.Issue {
	c.T.Helper()
	x, err := c.Clues.Register(context.Background(), Person("clerk"), clue.New{Source: "phone", Title: title, Area: "330302006000", Text: "内容"})
	if err != nil {
		c.T.Fatal(err)
	}
	i, err := c.Issues.Adopt(context.Background(), Person("clerk"), x.ID, clue.Act{Version: x.Version, Form: map[string]any{"category": "water", "severity": "serious"}})
	if err != nil {
		c.T.Fatal(err)
	}
	return i
}

// IssueIn makes an issue and brings it into a state the usual way.
func (c *City) IssueIn(title string, state flow.State) issue.Issue {
	c.T.Helper()
	i := c.Issue(title)
	for _, verb := range []flow.Verb{issue.Assign, issue.Sign, issue.Submit, issue.Accept, issue.Close} {
		if i.State == state {
			return i
		}
		i = c.Must(Who[verb], verb, i, Forms[verb])
	}
	return i
}

// Write runs f in a writing transaction that must succeed.
func (c *City) Write(f func(context.Context, *db.Tx) error) {
	c.T.Helper()
	ctx := context.Background()
	if err := c.DB.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		c.T.Fatal(err)
	}
}

// To moves the clock to a moment of Beijing time, e.g. "2026-11-24 08:30", and
// runs every job on the way at its own time.
func (c *City) To(at string) {
	c.T.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", at, Beijing)
	if err != nil {
		c.T.Fatal(err)
	}
	for c.Clock.Now().Before(to) {
		var next int64
		c.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = nextJob(ctx, tx)
			return err
		})
		step := to.Sub(c.Clock.Now())
		if next > 0 {
			step = min(step, max(0, time.UnixMicro(next).Sub(c.Clock.Now())))
		}
		c.Clock.Advance(step)
		if _, err := c.Jobs.RunDue(context.Background()); err != nil {
			c.T.Fatal(err)
		}
	}
}

// Told lists, sorted, who has a notice about the subject whose title begins so.
func (c *City) Told(subject, title string) []string {
	c.T.Helper()
	var ids []string
	c.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		ids, err = toldAbout(ctx, tx, subject, title)
		return err
	})
	return ids
}

// History lists the verbs of a timeline.
func (c *City) History(kind, subject string) []flow.Verb {
	c.T.Helper()
	var out []flow.Verb
	c.Write(func(ctx context.Context, tx *db.Tx) error {
		list, err := c.Timeline.Of(ctx, tx, kind, subject)
		for _, e := range list {
			out = append(out, e.Verb)
		}
		return err
	})
	return out
}

func rolesJSON(a auth.Actor) (string, error) {
	b, err := json.Marshal(a.Roles)
	return string(b), err
}
