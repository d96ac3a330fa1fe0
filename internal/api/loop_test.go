package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/overview"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

// cityDoor signs everyone in whose token is a person of the test's city.
type cityDoor struct{}

func (cityDoor) BySession(ctx context.Context, token string) (auth.Actor, error) {
	return cityDoor{}.ByToken(ctx, token)
}

func (cityDoor) ByToken(_ context.Context, token string) (auth.Actor, error) {
	return looptest.Person(token), nil
}

type described struct{}

func (described) Describe(_ context.Context, ids []string) (map[string]blob.File, error) {
	out := map[string]blob.File{}
	for _, id := range ids {
		out[id] = blob.File{ID: id, Name: id + ".jpg"}
	}
	return out, nil
}

type registered struct{}

func (registered) Get(_ context.Context, _ auth.Actor, id string) (enterprise.Enterprise, error) {
	if id != "e1" {
		return enterprise.Enterprise{}, fault.NotFoundf("没有这家企业")
	}
	return enterprise.Enterprise{ID: "e1", Name: "瓯江印染"}, nil
}

// eachLoop runs f with the surface of the loop on both engines; as gives a
// client signed in as one of the city's people.
func eachLoop(t *testing.T, f func(t *testing.T, c *looptest.City, as func(who string) *browser)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		a := New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: cityDoor{}, Log: slog.New(slog.DiscardHandler),
			Exported: func(context.Context, auth.Actor, string, string) error { return nil }})
		l := Loop{Clues: c.Clues, Issues: c.Issues, Verbs: []map[flow.Verb]issue.Verb{c.Issues.Verbs(), c.Rectify.Verbs(), c.Closing.Verbs()},
			Names:      Names{looptest.Regions().Name, looptest.Agencies().Name},
			Categories: map[string]string{"water": "水污染"}, Severities: map[string]string{"serious": "较重"}, Sources: map[string]string{"phone": "电话举报"},
			Enterprises: registered{}, Files: described{}, Calendar: calendar.New(nil, nil), Now: d.Now}
		a.Clues(l)
		a.Issues(l)
		a.Notices(c.Notify)
		a.Overview(overview.New(d, auth.DefaultPolicy(), c.Issues, c.Rules, []overview.Unit{{Code: "330302", Name: "鹿城区", Kind: "county", X: 1, Y: 1}}), l, c.Rules)
		a.Alarms(c.Rules, l.Names, l.Files)
		a.Flows(c.Clues.Machine(), c.Issues.Machine())
		h := a.Handler()
		f(t, c, func(who string) *browser { return &browser{t: t, h: h, bearer: who} })
	})
}

// verb sends a verb with the version that the thing has now.
func (b *browser) verb(path, verb string, form map[string]any) (int, map[string]any) {
	b.t.Helper()
	now := b.ok("GET", path, "")
	body, err := json.Marshal(map[string]any{"version": now["version"], "form": form})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do("POST", path+"/"+verb, string(body))
}

func (b *browser) must(path, verb string, form map[string]any) map[string]any {
	b.t.Helper()
	code, out := b.verb(path, verb, form)
	if code != 200 {
		b.t.Fatalf("%s: %d %v", verb, code, out)
	}
	return out
}

// field walks into an answer: "timeline.0.title".
func field(v any, path string) any {
	for _, p := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			var n int
			if _, err := fmt.Sscan(p, &n); err != nil || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

func (b *browser) has(out map[string]any, want map[string]any) {
	b.t.Helper()
	for path, w := range want {
		if got := field(out, path); got != w {
			b.t.Errorf("%s = %v, want %v", path, got, w)
		}
	}
}

func TestLoop_FromClueToClosedIssue(t *testing.T) {
	eachLoop(t, func(t *testing.T, c *looptest.City, as func(string) *browser) {
		grid := as("grid")
		x := grid.ok("POST", "/clues", `{"title":"河水发黑","text":"清晨","source":"patrol","area":"330302006000","category":"water","lng":120.66,"lat":28.01,"contact":"1380000","files":["f1"]}`)
		grid.has(x, map[string]any{"number": "WZ-X-2026-000001", "state": "new", "state_title": "待研判", "waits": "受理研判岗", "area_name": "五马街道",
			"category_name": "水污染", "due_at": "2026-11-25T23:59:59+08:00", "overdue": false, "days_left": 3.0, "created_by_name": "用户grid",
			"created_at": "2026-11-21T09:30:00+08:00", "version": 1.0, "has_contact": true, "contact": nil, "files.0.name": "f1.jpg", "timeline.0.title": "登记线索"})
		clue := "/clues/" + x["id"].(string)
		clerk := as("clerk")
		clerk.has(clerk.ok("GET", clue, ""), map[string]any{"actions.0.verb": "adopt", "actions.0.fields.0.default": "河水发黑"})
		adopted := clerk.must(clue, "adopt", map[string]any{"category": "water", "severity": "serious", "text": "属实"})
		clerk.has(adopted, map[string]any{"state": "adopted", "issue_number": "WZ-W-2026-000001", "due_at": ""})
		path := "/issues/" + adopted["issue_id"].(string)
		grid.has(grid.ok("GET", clue, ""), map[string]any{"state": "adopted", "issue_id": "", "issue_number": ""})

		out := clerk.must(path, "assign", map[string]any{"lead_agency": "sthj-330302", "assist_agencies": []string{"zhzf"}, "days": 15, "requirement": "限期整改"})
		clerk.has(out, map[string]any{"state": "assigned", "waits": "责任单位", "lead_agency_name": "鹿城分局", "assist_agencies.0.name": "市综合行政执法局",
			"due_at": "2026-12-11T23:59:59+08:00", "due_title": "整改期限", "days_left": 15.0, "severity_title": "较重", "clues.0.number": "WZ-X-2026-000001", "material.0.id": "f1",
			"timeline.1.form.0.title": "牵头单位", "timeline.1.form.0.value": "鹿城分局"})
		agency := as("agency")
		agency.must(path, "sign", map[string]any{"person": "agency", "measures": "停产检修"})
		code, out := agency.verb(path, "submit", map[string]any{"result": "已整改"})
		if code != 422 || field(out, "errors.0.location") != "body.form.after" {
			t.Errorf("without material: %d %v", code, out)
		}
		out = agency.must(path, "submit", map[string]any{"result": "已整改", "before": []string{"f2"}, "after": []string{"f3"}})
		agency.has(out, map[string]any{"state": "submitted", "person_name": "用户agency", "rectify_by": "2026-12-11T23:59:59+08:00", "files.1.id": "f3"})
		code, out = as("inspector-same").verb(path, "accept", map[string]any{"visited_on": "2026-11-21", "opinion": "到位"})
		if code != 403 || !strings.Contains(out["detail"].(string), "整改单位") {
			t.Errorf("same agency: %d %v", code, out)
		}
		as("inspector").must(path, "accept", map[string]any{"visited_on": "2026-11-21", "opinion": "到位"})
		reviewer := as("reviewer")
		out = reviewer.must(path, "close", map[string]any{"file_number": "温环销〔2026〕1号"})
		reviewer.has(out, map[string]any{"state": "closed", "file_number": "温环销〔2026〕1号", "closed_at": "2026-11-21T09:30:00+08:00", "due_at": "", "overdue": false, "days_left": 0.0})
		as("leader").has(as("leader").ok("GET", path, ""), map[string]any{"actions.0.verb": "reopen"})
	})
}

func TestLoop_Refusals(t *testing.T) {
	eachLoop(t, func(t *testing.T, c *looptest.City, as func(string) *browser) {
		i := c.IssueIn("问题", issue.Assigned)
		path := "/issues/" + string(i.ID)
		as("clerk-longwan").refused("GET", path, "", 404, "没有这个问题")
		as("admin").refused("GET", path, "", 404, "没有这个问题")
		as("agency").refused("POST", path+"/sign", `{"version":1,"form":{}}`, 409, "刷新")
		as("agency").refused("POST", path+"/destroy", `{"version":2}`, 404, "没有“destroy”")
		as("clerk").refused("POST", path+"/sign", `{"version":2,"form":{"person":"agency","measures":"x"}}`, 403, "签收")
		as("clerk").refused("POST", "/clues", `{"title":"x","source":"phone","area":"330302","enterprise_id":"e9"}`, 422, "涉及企业")
		as("clerk").refused("POST", "/clues", `{"source":"phone","area":"330302"}`, 422, "")
		as("clerk").refused("POST", "/clues", `{"title":" ","source":"alarm","area":"1"}`, 422, "线索")
		as("clerk").refused("GET", "/issues?form=x", "", 422, "")
		as("clerk").refused("GET", "/issues?from=yesterday", "", 422, "日期")
		as("clerk").refused("GET", "/issues?cursor=zz", "", 422, "翻页")
		as("clerk").refused("GET", "/clues?limit=1000", "", 422, "")
		as("clerk").refused("POST", "/clues/nothing/take", `{"version":1}`, 404, "没有这条线索")
		as("clerk").refused("POST", "/clues/nothing/eat", `{"version":1}`, 404, "没有“eat”")
		as("clerk").refused("GET", "/flows/weather", "", 404, "weather")
		back := as("agency").must(path, "return", map[string]any{"reason": "不属本单位"})
		as("agency").has(back, map[string]any{"state": "pending", "returns": 1.0, "timeline.0": nil})
	})
}

func TestLoop_ListsFiltersAndExport(t *testing.T) {
	eachLoop(t, func(t *testing.T, c *looptest.City, as func(string) *browser) {
		c.IssueIn("甲", issue.Closed)
		c.IssueIn("乙", issue.Working)
		c.Issue("丙")
		clerk := as("clerk")
		for q, want := range map[string][]string{
			"":                        {"丙", "乙", "甲"},
			"?state=open":             {"丙", "乙"},
			"?state=open,closed":      {"丙", "乙", "甲"},
			"?state=pending,closed":   {"丙", "甲"},
			"?from=2026-11-22":        {},
			"?to=2026-11-21":          {"丙", "乙", "甲"},
			"?order=due&state=open":   {"丙", "乙"},
			"?q=%E4%B9%99":            {"乙"},
			"?mine=true":              {"丙"},
			"?closed_from=2026-11-21": {"甲"},
			"?closed_to=2026-11-20":   {},
			"?overdue=true":           {},
			"?lead_agency=zhzf":       {},
			"?from=2026-11-21T09:30:00%2B08:00&to=2026-11-21T09:30:01%2B08:00": {"丙", "乙", "甲"},
		} {
			out := clerk.ok("GET", "/issues"+q, "")
			got := []string{}
			for _, i := range out["items"].([]any) {
				got = append(got, field(i, "title").(string))
			}
			if strings.Join(got, "") != strings.Join(want, "") || out["total"] != float64(len(want)) {
				t.Errorf("%s: %v of %v, want %v", q, got, out["total"], want)
			}
		}
		first := clerk.ok("GET", "/issues?limit=2", "")
		rest := clerk.ok("GET", "/issues?limit=2&cursor="+first["next"].(string), "")
		if field(rest, "items.0.title") != "甲" || rest["next"] != "" || rest["total"] != 3.0 {
			t.Errorf("second page %v", rest)
		}
		if out := clerk.ok("GET", "/clues?state=open", ""); out["total"] != 0.0 {
			t.Errorf("open clues %v", out)
		}
		for _, x := range []struct{ path, heading string }{
			{"/issues/export", "编号,标题,状态,严重程度,类别,辖区,地址,企业,牵头单位,配合单位,责任人,整改措施,当前环节期限,是否逾期,整改期限,退回次数,销号文号,立为问题时间,销号时间"},
			{"/clues/export", "编号,状态,来源,标题,内容,辖区,地址,类别,企业,领办人,研判期限,登记人,登记时间"},
		} {
			r := httptest.NewRequest(http.MethodGet, Base+x.path+".csv", nil)
			r.Header.Set("Authorization", "Bearer clerk")
			w := httptest.NewRecorder()
			clerk.h.ServeHTTP(w, r)
			body, _ := io.ReadAll(w.Body)
			lines := strings.Split(strings.TrimSpace(string(body)), "\n")
			if w.Code != 200 || len(lines) != 4 || lines[0] != "\uFEFF"+x.heading || !strings.Contains(lines[1], "丙") {
				t.Errorf("%s: %d %q", x.path, w.Code, body)
			}
		}
	})
}

func TestLoop_ContactNoticesFlows(t *testing.T) {
	eachLoop(t, func(t *testing.T, c *looptest.City, as func(string) *browser) {
		x := as("duty").ok("POST", "/clues", `{"title":"异味","source":"phone","area":"330302","enterprise_id":"e1","contact":"1380000"}`)
		path := "/clues/" + x["id"].(string)
		as("duty").has(x, map[string]any{"enterprise_name": "瓯江印染"})
		as("duty").refused("GET", path+"/contact", "", 403, "权限")
		as("clerk").has(as("clerk").ok("GET", path+"/contact", ""), map[string]any{"contact": "1380000"})
		similar := as("duty").ok("POST", "/clues", `{"title":"还是异味","source":"phone","area":"330302","enterprise_id":"e1"}`)
		as("duty").has(similar, map[string]any{"similar.0.title": "异味", "similar.0.score": 0.91, "similar.0.why.0": "说的可能是同一件事"})

		clerk := as("clerk")
		list := clerk.ok("GET", "/notices?unread=true", "")
		clerk.has(list, map[string]any{"total": 2.0, "items.1.title": "新线索待研判：WZ-X-2026-000001", "items.1.link": path, "items.1.read_at": "", "items.1.kind": "clue"})
		id := field(list, "items.0.id").(string)
		as("clerk2").refused("POST", "/notices/"+id+"/read", "", 404, "通知")
		clerk.ok("POST", "/notices/"+id+"/read", "")
		if out := clerk.ok("GET", "/notices?unread=true", ""); out["total"] != 1.0 {
			t.Errorf("unread %v", out["total"])
		}
		clerk.ok("POST", "/notices/read-all", "")
		clerk.has(clerk.ok("GET", "/notices", ""), map[string]any{"total": 2.0, "items.0.read_at": "2026-11-21T09:30:00+08:00"})

		f := clerk.ok("GET", "/flows/issue", "")
		clerk.has(f, map[string]any{"kind": "issue", "title": "问题", "initial": "pending", "states.0.title": "待交办", "steps.0.verb": "assign", "steps.0.guards.0.fact": "desk"})
		if !strings.Contains(f["mermaid"].(string), "stateDiagram-v2") {
			t.Error("no diagram")
		}
		if all := clerk.ok("GET", "/flows", ""); len(all["items"].([]any)) != 2 {
			t.Errorf("flows %v", all)
		}
	})
}

func TestLoop_Overview(t *testing.T) {
	eachLoop(t, func(t *testing.T, c *looptest.City, as func(string) *browser) {
		c.IssueIn("整改中", issue.Working)
		c.Must("leader", issue.Reopen, c.IssueIn("又打开", issue.Closed), looptest.Forms[issue.Reopen])
		c.IssueIn("销号", issue.Closed)
		_, stack := c.Outlet("热电厂", "330302")
		c.Hour(stack, "80")
		clerk := as("clerk")
		clerk.has(clerk.ok("GET", "/overview", ""), map[string]any{"as_of": "2026-11-21T09:30:00+08:00", "counters.0.key": "alarms_open", "counters.0.value": 1.0,
			"counters.2.title": "在办问题", "counters.2.previous": 0.0, "counters.4.key": "issues_closed", "counters.4.value": 1.0, "units.0.issues_open": 2.0, "units.0.alarms_open": 1.0, "units.0.kind": "county",
			"alarms.0.enterprise_name": "热电厂", "todo.0.kind": "clue", "todo.0.state_title": "待研判", "todo.0.days_left": 3.0})
		duty := as("duty").ok("GET", "/overview", "")
		as("duty").has(duty, map[string]any{"todo.0.kind": "alarm", "todo.0.due_at": "", "todo.0.overdue": false})
		as("duty").ok("GET", field(duty, "todo.0.link").(string), "")
		as("admin").refused("GET", "/overview", "", 403, "工作台")
		// Every figure opens the rows behind it.
		for _, x := range clerk.ok("GET", "/overview", "")["counters"].([]any) {
			list := clerk.ok("GET", field(x, "link").(string), "")
			if list["total"] != field(x, "value") {
				t.Errorf("%s says %v, its list has %v", field(x, "title"), field(x, "value"), list["total"])
			}
		}
	})
}
