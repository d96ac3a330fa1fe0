package app

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// georeport is a program with its open interface, and a client of it.
type georeport struct {
	t     *testing.T
	base  string
	key   string
	clock *dbtest.Clock
}

func newGeoreport(t *testing.T) *georeport {
	t.Helper()
	clock := dbtest.NewClock()
	a, err := New(context.Background(), Config{Dir: dbtest.Dir(t), Listen: "127.0.0.1:0", HJ212: "127.0.0.1:0", Profile: "wenzhou", Version: "test", Manual: true,
		Now: clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, a) })
	key, err := a.Open311Key(context.Background(), "test")
	if err != nil {
		t.Fatal(err)
	}
	return &georeport{t, "http://" + a.Addr() + "/open311", key, clock}
}

// ask gives the status, the type and the body.
func (g *georeport) ask(method, path string, form url.Values) (int, string, string) {
	g.t.Helper()
	r, err := http.NewRequest(method, g.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}

func (g *georeport) json(path string, into any) {
	g.t.Helper()
	status, kind, body := g.ask("GET", path, nil)
	if status != 200 || kind != "application/json; charset=utf-8" {
		g.t.Fatalf("%s: %d %s %s", path, status, kind, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		g.t.Fatalf("%s: %v %s", path, err, body)
	}
}

func (g *georeport) file(v url.Values) string {
	g.t.Helper()
	v.Set("api_key", g.key)
	status, _, body := g.ask("POST", "/v2/requests.json", v)
	var out []map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != 200 || len(out) != 1 {
		g.t.Fatalf("%d %s %v", status, body, err)
	}
	if out[0]["token"] != nil {
		g.t.Errorf("an id or a token, never both: %s", body)
	}
	id, _ := out[0]["service_request_id"].(string)
	return id
}

func TestOpen311_Discovery(t *testing.T) {
	t.Parallel()
	g := newGeoreport(t)
	var d struct {
		Changeset, Contact string
		KeyService         string `json:"key_service"`
		Endpoints          []struct {
			Specification, URL, Changeset, Type string
			Formats                             []string
		}
	}
	g.json("/discovery.json", &d)
	at, err := time.Parse(time.RFC3339, d.Changeset)
	if err != nil || at.After(g.clock.Now()) || d.Contact == "" || d.KeyService == "" || len(d.Endpoints) != 1 {
		t.Fatalf("%v %+v", err, d)
	}
	e := d.Endpoints[0]
	if e.Specification != "http://wiki.open311.org/GeoReport_v2" || e.URL != g.base+"/v2" || e.Type != "production" || len(e.Formats) != 2 || !strings.HasPrefix(e.Formats[0], "text/xml") {
		t.Errorf("%+v", e)
	}
	status, kind, body := g.ask("GET", "/discovery.xml", nil)
	var x struct {
		XMLName   xml.Name `xml:"discovery"`
		Endpoints []string `xml:"endpoints>endpoint>url"`
		Formats   []string `xml:"endpoints>endpoint>formats>format"`
	}
	if err := xml.Unmarshal([]byte(body), &x); err != nil || status != 200 || kind != "text/xml; charset=utf-8" || len(x.Endpoints) != 1 || len(x.Formats) != 2 {
		t.Errorf("%d %s %v %+v", status, kind, err, x)
	}
	if !strings.HasPrefix(strings.ToLower(body), `<?xml version="1.0" encoding="utf-8"?>`) {
		t.Errorf("no declaration: %.60s", body)
	}
}

func TestOpen311_ServicesAndTheirDefinitions(t *testing.T) {
	t.Parallel()
	g := newGeoreport(t)
	var list []struct {
		Code     string `json:"service_code"`
		Name     string `json:"service_name"`
		Metadata *bool  `json:"metadata"`
		Type     string `json:"type"`
	}
	g.json("/v2/services.json", &list)
	if len(list) < 6 {
		t.Fatalf("%d services", len(list))
	}
	defined, plain, required := 0, 0, 0
	for _, s := range list {
		if s.Code == "" || s.Name == "" || s.Metadata == nil || s.Type != "realtime" {
			t.Errorf("%+v", s)
			continue
		}
		status, _, body := g.ask("GET", "/v2/services/"+s.Code+".json", nil)
		if !*s.Metadata {
			plain++
			if status != 404 {
				t.Errorf("%s has no definition, yet %d", s.Code, status)
			}
			continue
		}
		defined++
		var d struct {
			Code       string `json:"service_code"`
			Attributes []struct {
				Variable, Required *bool
				Code, Datatype     string
				Order              int
				Values             []struct{ Key, Name string }
			}
		}
		if err := json.Unmarshal([]byte(body), &d); err != nil || d.Code != s.Code || len(d.Attributes) == 0 {
			t.Fatalf("%v %s", err, body)
		}
		for i, a := range d.Attributes {
			if a.Variable == nil || a.Required == nil || a.Code == "" || a.Order != i+1 {
				t.Errorf("%s: %+v", s.Code, a)
				continue
			}
			if strings.HasSuffix(a.Datatype, "valuelist") != (len(a.Values) > 0) {
				t.Errorf("%s %s: %d values", s.Code, a.Datatype, len(a.Values))
			}
			if *a.Required {
				required++
			}
		}
	}
	if defined == 0 || plain == 0 || required == 0 {
		t.Errorf("%d with, %d without a definition, %d required answers", defined, plain, required)
	}
	_, _, body := g.ask("GET", "/v2/services.xml", nil)
	var x struct {
		XMLName xml.Name `xml:"services"`
		Codes   []string `xml:"service>service_code"`
	}
	if err := xml.Unmarshal([]byte(body), &x); err != nil || len(x.Codes) != len(list) {
		t.Errorf("%v %d", err, len(x.Codes))
	}
	_, _, body = g.ask("GET", "/v2/services/water-discharge.xml", nil)
	var def struct {
		XMLName xml.Name `xml:"service_definition"`
		Keys    []string `xml:"attributes>attribute>values>value>key"`
	}
	if err := xml.Unmarshal([]byte(body), &def); err != nil || !slices.Equal(def.Keys, []string{"none", "slight", "strong"}) {
		t.Errorf("%v %+v", err, def)
	}
}

func TestOpen311_Errors(t *testing.T) {
	t.Parallel()
	g := newGeoreport(t)
	ok := func(change func(url.Values)) url.Values {
		v := url.Values{"api_key": {g.key}, "service_code": {"noise"}, "lat": {"28.0"}, "long": {"120.6"}, "attribute[when]": {"night"}}
		change(v)
		return v
	}
	for name, x := range map[string]struct {
		method, path string
		form         url.Values
		status       int
	}{
		"no key":               {"POST", "/v2/requests", ok(func(v url.Values) { v.Del("api_key") }), 403},
		"an empty key":         {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("api_key", "") }), 403},
		"a wrong key":          {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("api_key", "x") }), 403},
		"no service":           {"POST", "/v2/requests", ok(func(v url.Values) { v.Del("service_code") }), 400},
		"an unknown service":   {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("service_code", "x") }), 404},
		"no place":             {"POST", "/v2/requests", ok(func(v url.Values) { v.Del("lat"); v.Del("long") }), 400},
		"half a place":         {"POST", "/v2/requests", ok(func(v url.Values) { v.Del("long") }), 400},
		"an empty half":        {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("long", "") }), 400},
		"no number":            {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("lat", "north") }), 400},
		"off the earth":        {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("lat", "91") }), 400},
		"no required answer":   {"POST", "/v2/requests", ok(func(v url.Values) { v.Del("attribute[when]") }), 400},
		"an answer not listed": {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("attribute[when]", "noon") }), 400},
		"too long":             {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("description", strings.Repeat("污", 4001)) }), 400},
		"a wrong address":      {"POST", "/v2/requests", ok(func(v url.Values) { v.Set("media_url", "file:///etc/passwd") }), 400},
		"no such service":      {"GET", "/v2/services/x", nil, 404},
		"no such request":      {"GET", "/v2/requests/WZ-J-2026-999999", nil, 404},
		"no such token":        {"GET", "/v2/tokens/1", nil, 404},
		"no such set":          {"GET", "/v2/things", nil, 404},
		"a wrong date":         {"GET", "/v2/requests", url.Values{"start_date": {"yesterday"}}, 400},
		"a date without zone":  {"GET", "/v2/requests", url.Values{"start_date": {"2026-11-01T00:00:00"}}, 400},
		"more than 90 days":    {"GET", "/v2/requests", url.Values{"start_date": {"2026-01-01T00:00:00Z"}, "end_date": {"2026-11-01T00:00:00Z"}}, 400},
		"backwards":            {"GET", "/v2/requests", url.Values{"start_date": {"2026-11-02T00:00:00Z"}, "end_date": {"2026-11-01T00:00:00Z"}}, 400},
		"an unknown status":    {"GET", "/v2/requests", url.Values{"status": {"open,lost"}}, 400},
	} {
		for _, format := range []string{"json", "xml"} {
			path, form := x.path+"."+format, x.form
			if x.method == "GET" && form != nil {
				path, form = path+"?"+form.Encode(), nil
			}
			status, _, body := g.ask(x.method, path, form)
			codes, words := []int{}, []string{}
			if format == "json" {
				var list []struct {
					Code        int
					Description string
				}
				if err := json.Unmarshal([]byte(body), &list); err != nil {
					t.Errorf("%s: %v %s", name, err, body)
				}
				for _, e := range list {
					codes, words = append(codes, e.Code), append(words, e.Description)
				}
			} else {
				var e struct {
					XMLName xml.Name `xml:"errors"`
					Codes   []int    `xml:"error>code"`
					Words   []string `xml:"error>description"`
				}
				if err := xml.Unmarshal([]byte(body), &e); err != nil {
					t.Errorf("%s: %v %s", name, err, body)
				}
				codes, words = e.Codes, e.Words
			}
			if status != x.status || len(codes) == 0 || codes[0] != x.status || words[0] == "" {
				t.Errorf("%s.%s: %d %s, want %d", name, format, status, body, x.status)
			}
		}
	}
	var list []any
	if g.json("/v2/requests.json", &list); len(list) != 0 {
		t.Errorf("refused reports are in the list: %v", list)
	}
}

func TestOpen311_Requests(t *testing.T) {
	t.Parallel()
	g := newGeoreport(t)
	a := g.file(url.Values{"service_code": {"river-black"}, "address_string": {"鹿城区五马街道"}, "description": {"死鱼\r\n很多"},
		"attribute[signs][]": {"black", "dead-fish"}, "jurisdiction_id": {""}, "email": {"who@example.org"}})
	g.clock.Advance(48 * time.Hour)
	b := g.file(url.Values{"service_code": {"noise"}, "lat": {"28.01"}, "long": {"120.66"}, "attribute[when]": {"night"}})
	now := g.clock.Now()
	stamp := func(d time.Duration) string { return url.QueryEscape(now.Add(d).Format(time.RFC3339)) }
	for query, want := range map[string][]string{
		"":                                   {b, a},
		"?status=open":                       {b, a},
		"?status=closed":                     nil,
		"?status=open,closed":                {b, a},
		"?status=open&status=closed":         {b, a},
		"?service_code=noise":                {b},
		"?service_code=noise,river-black":    {b, a},
		"?service_code=":                     {b, a},
		"?service_request_id=" + a:           {a},
		"?service_request_id=" + a + "," + b: {b, a},
		"?service_request_id=" + a + "&service_code=noise&status=closed":        {a},
		"?start_date=" + stamp(-time.Hour):                                      {b},
		"?end_date=" + stamp(-time.Hour):                                        {a},
		"?start_date=" + stamp(-72*time.Hour) + "&end_date=" + stamp(time.Hour): {b, a},
		"?start_date=" + stamp(time.Hour):                                       nil,
	} {
		if strings.HasPrefix(query, "?start_date="+stamp(time.Hour)) {
			query += "&end_date=" + stamp(2*time.Hour)
		}
		var list []struct {
			ID string `json:"service_request_id"`
		}
		g.json("/v2/requests.json"+query, &list)
		var got []string
		for _, x := range list {
			got = append(got, x.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}

	var one []map[string]any
	g.json("/v2/requests/"+a+".json", &one)
	if len(one) != 1 {
		t.Fatalf("%v", one)
	}
	for field, want := range map[string]any{"service_request_id": a, "status": "open", "service_code": "river-black", "service_name": "河道黑臭、死鱼",
		"description": nil, "address": nil, "lat": nil, "long": nil, "media_url": nil} {
		if got, ok := one[0][field]; !ok || got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	for _, field := range []string{"requested_datetime", "updated_datetime", "expected_datetime"} {
		if s, _ := one[0][field].(string); s == "" {
			t.Errorf("no %s", field)
		} else if _, err := time.Parse(time.RFC3339, s); err != nil {
			t.Error(err)
		}
	}
	_, _, body := g.ask("GET", "/v2/requests.xml", nil)
	var x struct {
		XMLName xml.Name `xml:"service_requests"`
		IDs     []string `xml:"request>service_request_id"`
	}
	if err := xml.Unmarshal([]byte(body), &x); err != nil || !slices.Equal(x.IDs, []string{b, a}) {
		t.Errorf("%v %v", err, x.IDs)
	}
	if strings.Contains(body, "死鱼\n") || strings.Contains(body, "who@example.org") {
		t.Error("what was written appears before its review")
	}
}

func TestOpen311_LimitsLetAProgramWork(t *testing.T) {
	t.Parallel()
	g := newGeoreport(t)
	for i := range 130 {
		if status, _, body := g.ask("GET", "/v2/services/noise.json", nil); status != 200 {
			t.Fatalf("request %d of a minute: %d %s", i, status, body)
		}
	}
	for i := range 60 {
		status, _, body := g.ask("POST", "/v2/requests.json", url.Values{"api_key": {g.key}, "service_code": {"other"}, "address_string": {"河边"}})
		if status != 200 {
			t.Fatalf("report %d of a minute: %d %s", i, status, body)
		}
	}
	refused := false
	for range 300 {
		status, _, _ := g.ask("GET", "/v2/services.json", nil)
		refused = refused || status == 429
	}
	if !refused {
		t.Error("nothing bounds a caller")
	}
}
