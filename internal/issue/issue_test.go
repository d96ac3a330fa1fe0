package issue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

var bg = context.Background()

// scene runs a named behaviour on both engines.
func scene(t *testing.T, f func(t *testing.T, c *looptest.City)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { f(t, looptest.Build(t, d, clock)) })
}

// names gives the wrong fields of a fault.
func names(err error) []string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil
	}
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Name)
	}
	return out
}

// end is the last second of a day in Beijing.
func end(day string) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, day, looptest.Beijing)
	if err != nil {
		panic(err)
	}
	return d.Add(24*time.Hour - time.Second).UTC()
}

func with(verb flow.Verb, more map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range looptest.Forms[verb] {
		out[k] = v
	}
	for k, v := range more {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

func TestAdopt_TakesTheClueAlong(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, err := c.Clues.Register(bg, looptest.Person("duty"), clue.New{Source: "phone", Title: "线索标题", Text: "经过", Area: "330302006000", Address: "五马街",
			Lng: 120.66, Lat: 28.01, EnterpriseName: "某厂"})
		if err != nil {
			t.Fatal(err)
		}
		i, err := c.Issues.Adopt(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: map[string]any{"category": "air", "severity": "major", "text": "属实", "title": "问题标题"}})
		if err != nil {
			t.Fatal(err)
		}
		want := issue.Issue{ID: i.ID, Number: "WZ-W-2026-000001", State: issue.Pending, Title: "问题标题", Text: "经过", Severity: "major", Category: "air",
			Area: "330302006000", Address: "五马街", Lng: 120.66, Lat: 28.01, EnterpriseName: "某厂", DeskArea: "330302", Assists: []string{},
			Clock: "assign", DueAt: end("2026-11-24"), CreatedBy: "clerk", CreatedAt: c.Clock.Now(), UpdatedAt: c.Clock.Now(), Version: 1}
		if diff := cmp.Diff(want, i); diff != "" {
			t.Error(diff)
		}
		f, err := c.Clues.Get(bg, looptest.Person("clerk"), x.ID)
		if err != nil || f.Clue.State != clue.StateAdopted || f.Clue.IssueID != string(i.ID) || f.Clue.Clock != "" {
			t.Errorf("%v %+v", err, f.Clue)
		}
		if got := c.Told(string(i.ID), "新问题待交办"); !slices.Equal(got, []string{"clerk2"}) {
			t.Errorf("told %v", got)
		}
		if got := c.Told(string(x.ID), "您提交的线索有进展"); !slices.Equal(got, []string{"duty"}) {
			t.Errorf("told %v", got)
		}
		file, err := c.Issues.Get(bg, looptest.Person("clerk"), i.ID)
		if err != nil || len(file.Clues) != 1 || file.Clues[0].ID != x.ID || file.Timeline[0].Note != "由线索 WZ-X-2026-000001 立为问题。研判意见：属实" {
			t.Errorf("%v %+v %+v", err, file.Clues, file.Timeline)
		}
	})
}

func TestAdopt_Refuses(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, err := c.Clues.Register(bg, looptest.Person("clerk"), clue.New{Source: "phone", Title: "线索", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		full := map[string]any{"category": "air", "severity": "major"}
		for name, a := range map[string]struct {
			who    string
			act    clue.Act
			kind   fault.Kind
			fields []string
		}{
			"without category":  {"clerk", clue.Act{Version: 1, Form: map[string]any{"severity": "major"}}, fault.Invalid, []string{"form.category"}},
			"unknown category":  {"clerk", clue.Act{Version: 1, Form: map[string]any{"severity": "major", "category": "x"}}, fault.Invalid, []string{"form.category"}},
			"stale":             {"clerk", clue.Act{Version: 7, Form: full}, fault.Conflict, nil},
			"duty cannot judge": {"duty", clue.Act{Version: 1, Form: full}, fault.Forbidden, nil},
			"another county":    {"clerk-longwan", clue.Act{Version: 1, Form: full}, fault.NotFound, nil},
		} {
			if _, err := c.Issues.Adopt(bg, looptest.Person(a.who), x.ID, a.act); !fault.Is(err, a.kind) || !slices.Equal(names(err), a.fields) {
				t.Errorf("%s: %v", name, err)
			}
		}
		page, err := c.Issues.List(bg, looptest.Person("clerk-city"), issue.Query{Limit: 9})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("refusals left %d issues; %v", len(page.Items), err)
		}
		if i, err := c.Issues.Adopt(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: full}); err != nil || i.Number != "WZ-W-2026-000001" || i.Title != "线索" {
			t.Errorf("refusals took numbers: %v %+v", err, i)
		}
	})
}

func TestJoin_AddsAClueToAnIssue(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i, closed := c.IssueIn("在办", issue.Working), c.IssueIn("已销号", issue.Closed)
		x, err := c.Clues.Register(bg, looptest.Person("grid"), clue.New{Source: "patrol", Title: "又见排污", Area: "330302006000"})
		if err != nil {
			t.Fatal(err)
		}
		for number, why := range map[string]string{"WZ-W-2026-000099": "没有找到", closed.Number: "已销号"} {
			_, err := c.Issues.Join(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: map[string]any{"issue": number}})
			if !slices.Equal(names(err), []string{"form.issue"}) {
				t.Errorf("%s: %v, want %s", number, err, why)
			}
		}
		got, err := c.Issues.Join(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: map[string]any{"issue": i.Number, "reason": "同一来源"}})
		if err != nil || got.State != clue.StateMerged || got.IssueID != string(i.ID) {
			t.Fatalf("%v %+v", err, got)
		}
		f, err := c.Issues.Get(bg, looptest.Person("agency"), i.ID)
		last := f.Timeline[len(f.Timeline)-1]
		if err != nil || len(f.Clues) != 2 || last.Verb != issue.Attach || last.Shown[0].Value != "WZ-X-2026-000003 又见排污" || f.Issue.Version != i.Version {
			t.Errorf("%v %+v", err, last)
		}
		if got := c.Told(string(i.ID), "问题并入新线索"); !slices.Equal(got, []string{"agency", "agency2"}) {
			t.Errorf("told %v", got)
		}
	})
}

// TestTheWholeWay walks an issue from the list to its closing, each step by the
// person whose turn it is, and checks the record.
func TestTheWholeWay(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.Issue("河水发黑")
		id := string(i.ID)
		i = c.Must("clerk", issue.Assign, i, with(issue.Assign, map[string]any{"assist_agencies": []any{"zf-330302", "zhzf"}}))
		if i.LeadAgency != "sthj-330302" || !slices.Equal(i.Assists, []string{"zf-330302", "zhzf"}) || i.Clock != "rectify" || !i.DueAt.Equal(end("2026-12-11")) || !i.RectifyBy.Equal(i.DueAt) {
			t.Fatalf("assigned: %+v", i)
		}
		if got := c.Told(id, "收到交办的问题"); !slices.Equal(got, []string{"agency", "agency-gov", "agency2"}) {
			t.Errorf("assigned, told %v", got)
		}
		i = c.Must("agency", issue.Sign, i, with(issue.Sign, map[string]any{"person": "agency2"}))
		if i.State != issue.Working || i.PersonID != "agency2" || i.PersonName != "用户agency2" || i.Measures != "停产检修" {
			t.Errorf("signed: %+v", i)
		}
		i = c.Must("agency-gov", issue.Progress, i, map[string]any{"text": "配合完成"})
		c.To("2026-11-25 10:00")
		i = c.Must("agency2", issue.Submit, i, looptest.Forms[issue.Submit])
		if i.RectifierID != "agency2" || i.RectifierAgency != "sthj-330302" || i.Clock != "accept" || !i.DueAt.Equal(end("2026-12-02")) || !i.RectifyBy.Equal(end("2026-12-11")) {
			t.Errorf("submitted: %+v", i)
		}
		if got := c.Told(id, "整改待验收"); !slices.Equal(got, []string{"inspector", "inspector-same"}) {
			t.Errorf("submitted, told %v", got)
		}
		i = c.Must("inspector", issue.Reject, i, looptest.Forms[issue.Reject])
		if i.State != issue.Working || !i.RectifyBy.Equal(end("2026-12-02")) {
			t.Errorf("rejected: %+v", i)
		}
		i = c.Must("agency2", issue.Submit, i, with(issue.Submit, map[string]any{"after": []any{"f2", "f3"}}))
		i = c.Must("inspector", issue.Accept, i, with(issue.Accept, map[string]any{"visited_on": "2026-11-25"}))
		if got := c.Told(id, "问题待销号"); !slices.Equal(got, []string{"reviewer"}) {
			t.Errorf("accepted, told %v", got)
		}
		i = c.Must("reviewer", issue.Revert, i, looptest.Forms[issue.Revert])
		i = c.Must("inspector", issue.Accept, i, with(issue.Accept, map[string]any{"visited_on": "2026-11-25"}))
		i = c.Must("reviewer", issue.Close, i, looptest.Forms[issue.Close])
		if i.State != issue.Closed || i.FileNumber != "温环销〔2026〕1号" || !i.ClosedAt.Equal(c.Clock.Now()) || !i.DueAt.IsZero() || i.Clock != "" {
			t.Errorf("closed: %+v", i)
		}
		c.To("2027-01-15 09:00")
		want := []flow.Verb{issue.Create, issue.Assign, issue.Sign, issue.Progress, issue.Submit, issue.Reject, issue.Submit, issue.Accept, issue.Revert, issue.Accept, issue.Close}
		if got := c.History("issue", id); !slices.Equal(got, want) {
			t.Errorf("timeline %v", got)
		}
		i = c.Must("leader", issue.Reopen, i, looptest.Forms[issue.Reopen])
		if i.State != issue.Working || !i.ClosedAt.IsZero() || i.FileNumber != "" || i.LeadAgency != "sthj-330302" || i.PersonID != "agency2" || !i.DueAt.Equal(end("2027-01-29")) {
			t.Errorf("reopened: %+v", i)
		}
		if c.Files.Tied["f3"] != "issue/"+id {
			t.Errorf("file tied to %q", c.Files.Tied["f3"])
		}
	})
}

func TestVerbs_Refuse(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		in := map[flow.State]issue.Issue{}
		for _, s := range []flow.State{issue.Pending, issue.Assigned, issue.Working, issue.Submitted, issue.Accepted, issue.Closed} {
			in[s] = c.IssueIn(string(s), s)
		}
		tied := len(c.Files.Tied)
		for name, x := range map[string]struct {
			who    string
			verb   flow.Verb
			state  flow.State
			form   map[string]any
			kind   fault.Kind
			fields []string
		}{
			"assign to who does not answer for the place": {"clerk", issue.Assign, issue.Pending, with(issue.Assign, map[string]any{"lead_agency": "sthj-330303"}), fault.Invalid, []string{"form.lead_agency"}},
			"assign to an unknown agency":                 {"clerk", issue.Assign, issue.Pending, with(issue.Assign, map[string]any{"lead_agency": "zzz"}), fault.Invalid, []string{"form.lead_agency"}},
			"assign without a term":                       {"clerk", issue.Assign, issue.Pending, with(issue.Assign, map[string]any{"days": nil}), fault.Invalid, []string{"form.days"}},
			"the lead assists itself":                     {"clerk", issue.Assign, issue.Pending, with(issue.Assign, map[string]any{"assist_agencies": []any{"sthj-330302"}}), fault.Invalid, []string{"form.assist_agencies"}},
			"a person of another agency":                  {"clerk", issue.Assign, issue.Pending, with(issue.Assign, map[string]any{"person": "agency-longwan"}), fault.Invalid, []string{"form.person"}},
			"duty assigns":                                {"duty", issue.Assign, issue.Pending, looptest.Forms[issue.Assign], fault.Forbidden, nil},
			"another county assigns":                      {"clerk-longwan", issue.Assign, issue.Pending, looptest.Forms[issue.Assign], fault.NotFound, nil},
			"an agency before its turn":                   {"agency", issue.Sign, issue.Pending, looptest.Forms[issue.Sign], fault.NotFound, nil},
			"another agency signs":                        {"agency-longwan", issue.Sign, issue.Assigned, looptest.Forms[issue.Sign], fault.NotFound, nil},
			"signing for nobody":                          {"agency", issue.Sign, issue.Assigned, with(issue.Sign, map[string]any{"person": nil}), fault.Invalid, []string{"form.person"}},
			"a person who is not there":                   {"agency", issue.Sign, issue.Assigned, with(issue.Sign, map[string]any{"person": "nobody"}), fault.Invalid, []string{"form.person"}},
			"return without reason":                       {"agency", issue.Return, issue.Assigned, nil, fault.Invalid, []string{"form.reason"}},
			"clerk signs":                                 {"clerk", issue.Sign, issue.Assigned, looptest.Forms[issue.Sign], fault.Forbidden, nil},
			"submit without material":                     {"agency", issue.Submit, issue.Working, with(issue.Submit, map[string]any{"after": nil}), fault.Invalid, []string{"form.after"}},
			"submit with an unknown file":                 {"agency", issue.Submit, issue.Working, with(issue.Submit, map[string]any{"after": []any{"nope"}}), fault.Invalid, []string{"files"}},
			"one file before and after":                   {"agency", issue.Submit, issue.Working, with(issue.Submit, map[string]any{"before": []any{"f2"}}), fault.Invalid, []string{"form.after"}},
			"too long an extension":                       {"agency", issue.Extend, issue.Working, with(issue.Extend, map[string]any{"days": 21.0}), fault.Invalid, []string{"form.days"}},
			"approve what nobody asked":                   {"leader", issue.Approve, issue.Working, looptest.Forms[issue.Approve], fault.Forbidden, nil},
			"the rectifier accepts":                       {"agency", issue.Accept, issue.Submitted, looptest.Forms[issue.Accept], fault.Forbidden, nil},
			"an inspector of the same agency accepts":     {"inspector-same", issue.Accept, issue.Submitted, looptest.Forms[issue.Accept], fault.Forbidden, nil},
			"an inspector of the same agency rejects":     {"inspector-same", issue.Reject, issue.Submitted, looptest.Forms[issue.Reject], fault.Forbidden, nil},
			"an inspector of another county":              {"inspector-longwan", issue.Accept, issue.Submitted, looptest.Forms[issue.Accept], fault.NotFound, nil},
			"accept without an opinion":                   {"inspector", issue.Accept, issue.Submitted, with(issue.Accept, map[string]any{"opinion": nil}), fault.Invalid, []string{"form.opinion"}},
			"visited tomorrow":                            {"inspector", issue.Accept, issue.Submitted, with(issue.Accept, map[string]any{"visited_on": "2026-11-22"}), fault.Invalid, []string{"form.visited_on"}},
			"visited before it was handed in":             {"inspector", issue.Accept, issue.Submitted, with(issue.Accept, map[string]any{"visited_on": "2026-11-20"}), fault.Invalid, []string{"form.visited_on"}},
			"close before accept":                         {"reviewer", issue.Close, issue.Submitted, looptest.Forms[issue.Close], fault.Conflict, nil},
			"close without a number":                      {"reviewer", issue.Close, issue.Accepted, nil, fault.Invalid, []string{"form.file_number"}},
			"the inspector closes":                        {"inspector", issue.Close, issue.Accepted, looptest.Forms[issue.Close], fault.Forbidden, nil},
			"agency reopens":                              {"agency", issue.Reopen, issue.Closed, looptest.Forms[issue.Reopen], fault.Forbidden, nil},
			"admin reads nothing":                         {"admin", issue.Supervise, issue.Working, looptest.Forms[issue.Supervise], fault.NotFound, nil},
			"boss reads nothing":                          {"boss", issue.Progress, issue.Working, looptest.Forms[issue.Progress], fault.NotFound, nil},
		} {
			i := in[x.state]
			if _, err := c.Do(x.who, x.verb, i, x.form); !fault.Is(err, x.kind) || !slices.Equal(names(err), x.fields) {
				t.Errorf("%s: %v %v", name, err, names(err))
			}
			stale := i
			stale.Version--
			if _, err := c.Do("clerk-city", issue.Amend, stale, looptest.Forms[issue.Amend]); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: a stale page: %v", name, err)
			}
		}
		for s, i := range in {
			f, err := c.Issues.Get(bg, looptest.Person("clerk-city"), i.ID)
			if err != nil || f.Issue.Version != i.Version || len(f.Timeline) != int(i.Version) {
				t.Errorf("refusals left traces in %s: %v %d", s, err, len(f.Timeline))
			}
		}
		if len(c.Files.Tied) != tied {
			t.Error("refusals tied files")
		}
	})
}

func TestGuard_DeputiesOfTheRectifierAreKeptOutToo(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("代理", issue.Submitted)
		deputy := looptest.Person("inspector")
		deputy.Deputises = []string{"agency"}
		_, err := c.Closing.Accept(bg, deputy, i.ID, issue.Act{Version: i.Version, Form: with(issue.Accept, map[string]any{"visited_on": "2026-11-21"})})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		// The same agency after the lead has changed hands on the closed issue.
		i = c.Must("inspector", issue.Accept, i, looptest.Forms[issue.Accept])
		same := looptest.Person("reviewer")
		same.Agency = "sthj-330302"
		if _, err := c.Closing.Close(bg, same, i.ID, issue.Act{Version: i.Version, Form: looptest.Forms[issue.Close]}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
	})
}

func TestReturn_TheSecondGoesToTheLevelAbove(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("踢皮球", issue.Assigned)
		id := string(i.ID)
		i = c.Must("agency", issue.Return, i, with(issue.Return, map[string]any{"suggest": "zf-330302"}))
		if i.State != issue.Pending || i.LeadAgency != "" || i.Returns != 1 || i.DeskArea != "330302" || !i.RectifyBy.IsZero() || i.Clock != "assign" {
			t.Fatalf("first return: %+v", i)
		}
		if got := c.Told(id, "问题被退回"); !slices.Equal(got, []string{"clerk", "clerk2"}) {
			t.Errorf("told %v", got)
		}
		if _, err := c.Issues.Get(bg, looptest.Person("agency"), i.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("who handed it back still sees it: %v", err)
		}
		i = c.Must("clerk", issue.Assign, i, looptest.Forms[issue.Assign])
		i = c.Must("agency2", issue.Return, i, looptest.Forms[issue.Return])
		if i.Returns != 2 || i.DeskArea != "330300" || !slices.Equal(i.Assists, []string{"sthj"}) {
			t.Fatalf("second return: %+v", i)
		}
		if got := c.Told(id, "问题被退回"); !slices.Equal(got, []string{"agency-city", "clerk", "clerk-city", "clerk2"}) {
			t.Errorf("told %v", got)
		}
		if _, err := c.Do("clerk", issue.Assign, i, looptest.Forms[issue.Assign]); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the county's desk assigned it again: %v", err)
		}
		i = c.Must("clerk-city", issue.Assign, i, looptest.Forms[issue.Assign])
		if i.State != issue.Assigned || i.DeskArea != "330300" {
			t.Errorf("%+v", i)
		}
	})
}

func TestRaise_CrossingAreasGoesUpAndNoFurther(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.Must("clerk", issue.Raise, c.Issue("跨区域"), looptest.Forms[issue.Raise])
		if i.DeskArea != "330300" || i.Area != "330302006000" {
			t.Errorf("%+v", i)
		}
		if got := c.Told(string(i.ID), "提请协调"); !slices.Equal(got, []string{"clerk-city"}) {
			t.Errorf("told %v", got)
		}
		if _, err := c.Do("clerk-city", issue.Raise, i, looptest.Forms[issue.Raise]); !fault.Is(err, fault.Forbidden) {
			t.Errorf("beyond the top: %v", err)
		}
		i = c.Must("clerk-city", issue.Assign, i, with(issue.Assign, map[string]any{"lead_agency": "sthj"}))
		if i = c.Must("agency-city", issue.Sign, i, with(issue.Sign, map[string]any{"person": "agency-city"})); i.State != issue.Working {
			t.Errorf("%+v", i)
		}
	})
}

func TestExtension_AskedGrantedOrRefused(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("延期", issue.Working) // assigned on Saturday for 15 days: 2026-12-11
		i = c.Must("agency", issue.Extend, i, looptest.Forms[issue.Extend])
		if i.ExtensionDays != 5 || !i.DueAt.Equal(end("2026-12-11")) {
			t.Errorf("asking moves nothing: %+v", i)
		}
		if got := c.Told(string(i.ID), "延期申请待批复"); !slices.Equal(got, []string{"leader"}) {
			t.Errorf("told %v", got)
		}
		if _, err := c.Do("agency", issue.Extend, i, looptest.Forms[issue.Extend]); !fault.Is(err, fault.Forbidden) {
			t.Errorf("asked twice: %v", err)
		}
		if _, err := c.Do("leader", issue.Approve, i, map[string]any{"days": 6.0}); !slices.Equal(names(err), []string{"form.days"}) {
			t.Errorf("granted more than asked: %v", err)
		}
		i = c.Must("leader", issue.Approve, i, map[string]any{"days": 3.0, "opinion": "从快"})
		if i.ExtensionDays != 0 || !i.DueAt.Equal(end("2026-12-16")) || !i.RectifyBy.Equal(i.DueAt) {
			t.Errorf("granted: %+v", i)
		}
		i = c.Must("leader", issue.Refuse, c.Must("agency", issue.Extend, i, looptest.Forms[issue.Extend]), looptest.Forms[issue.Refuse])
		if i.ExtensionDays != 0 || !i.DueAt.Equal(end("2026-12-16")) {
			t.Errorf("refused: %+v", i)
		}
		i = c.Must("agency", issue.Submit, c.Must("agency", issue.Extend, i, looptest.Forms[issue.Extend]), looptest.Forms[issue.Submit])
		if i.ExtensionDays != 0 {
			t.Errorf("handing in ends the asking: %+v", i)
		}
	})
}

func TestSubmit_AgainNeedsNewMaterial(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.Must("inspector", issue.Reject, c.IssueIn("重交", issue.Submitted), looptest.Forms[issue.Reject])
		if _, err := c.Do("agency", issue.Submit, i, looptest.Forms[issue.Submit]); !slices.Equal(names(err), []string{"form.after"}) {
			t.Errorf("the same photographs again: %v", err)
		}
		c.Must("agency", issue.Submit, i, with(issue.Submit, map[string]any{"after": []any{"f2", "f4"}}))
	})
}

func TestTimeline_NamesWhomADeputyStoodInFor(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("代办", issue.Working)
		deputy := looptest.Person("agency2")
		deputy.Deputises = []string{"agency"}
		if _, err := c.Issues.Progress(bg, deputy, i.ID, issue.Act{Version: i.Version, Form: looptest.Forms[issue.Progress]}); err != nil {
			t.Fatal(err)
		}
		f, err := c.Issues.Get(bg, looptest.Person("clerk"), i.ID)
		last := f.Timeline[len(f.Timeline)-1]
		if err != nil || last.ActorID != "agency2" || last.BehalfID != "agency" {
			t.Errorf("%v %+v", err, last)
		}
	})
}

func TestSeeClue_TheAgencyOfTheIssueSeesItsEvidence(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		x, err := c.Clues.Register(bg, looptest.Person("clerk"), clue.New{Source: "phone", Title: "线索", Area: "330302", Files: []string{"f1"}})
		if err != nil {
			t.Fatal(err)
		}
		id := string(x.ID)
		if err := c.Issues.SeeClue(bg, looptest.Person("clerk"), id); err != nil {
			t.Errorf("the desk: %v", err)
		}
		i, err := c.Issues.Adopt(bg, looptest.Person("clerk"), x.ID, clue.Act{Version: 1, Form: map[string]any{"category": "water", "severity": "major"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Issues.SeeClue(bg, looptest.Person("agency"), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("before it is assigned: %v", err)
		}
		i = c.Must("clerk", issue.Assign, i, looptest.Forms[issue.Assign])
		if err := c.Issues.SeeClue(bg, looptest.Person("agency"), id); err != nil {
			t.Errorf("the lead agency: %v", err)
		}
		for _, who := range []string{"agency-longwan", "admin", "boss"} {
			if err := c.Issues.SeeClue(bg, looptest.Person(who), id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if err := c.Issues.SeeClue(bg, looptest.Person("agency"), "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such clue: %v", err)
		}
		f, err := c.Issues.Get(bg, looptest.Person("agency"), i.ID)
		if err != nil || !slices.Equal(f.Material, []string{"f1"}) {
			t.Errorf("%v %v", err, f.Material)
		}
	})
}
