package api

import (
	"bytes"
	"context"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/publish"
)

// infoBase is where the public reads what was published.
const infoBase = publicBase + "/info"

// infoAge is how long a reader's copy of a page is good for; short, because what
// is taken back must be gone.
const infoAge = "public, max-age=60"

const infoPage = 20

// information adds what the public reads: list, item, feed, data.
func (x *public) information(files fs.FS) error {
	if x.a.publications == nil {
		return nil
	}
	for _, name := range []string{"info", "told", "listed"} {
		t, err := template.New("frame.html").Funcs(template.FuncMap{"day": longDay, "minute": shortTime, "iso": when, "add": func(a, b int) int { return a + b }}).ParseFS(files, "frame.html", name+".html")
		if err != nil {
			return err
		}
		x.pages[name] = t
	}
	for path, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET " + infoBase:                x.infoList,
		"GET " + infoBase + "/{number}":  x.infoOne,
		"GET " + publicBase + "/listed":  x.listed,
		"GET " + infoBase + "/rss.xml":   x.infoFeed,
		"GET " + infoBase + "/data.json": x.infoJSON,
		"GET " + infoBase + "/data.csv":  x.infoCSV,
	} {
		x.a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { x.serve(w, r, h) })
	}
	x.a.mux.Handle("GET "+infoBase+"/{$}", http.RedirectHandler(infoBase, http.StatusMovedPermanently))
	return nil
}

// told is an item as templates and data show it.
type told struct {
	publish.Told
	KindTitle, AreaName, CategoryTitle string
	Call                               bool
	LastDay                            time.Time
	Bounty                             string // with separators, "" = none
	Paragraphs                         []string
}

func (x *public) told(t publish.Told) told {
	p := x.a.publications
	out := told{Told: t, KindTitle: t.Kind.Title(), AreaName: p.names.area(t.Area), Call: t.Kind == publish.Call}
	for _, c := range p.svc.Rules().Categories {
		if c.Value == t.Category {
			out.CategoryTitle = c.Title
		}
	}
	if !t.Until.IsZero() {
		out.LastDay = t.Until.Add(-time.Microsecond)
	}
	if t.BountyFen > 0 {
		out.Bounty = thousands(t.BountyFen / 100)
	}
	for _, line := range strings.Split(t.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out.Paragraphs = append(out.Paragraphs, line)
		}
	}
	return out
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// askedOf reads what a page is narrowed to.
func askedOf(q url.Values) (publish.Asked, error) {
	a := publish.Asked{Kind: publish.Kind(q.Get("kind")), Area: q.Get("area"), Open: q.Get("open") == "true", Cursor: q.Get("cursor"), Limit: infoPage}
	if _, ok := a.Kind.Row(); a.Kind != "" && !ok {
		return a, fault.NotFoundf("没有这一类公开信息，请从信息公开首页重新选择")
	}
	if len(a.Area) > 12 || len(a.Cursor) > 256 {
		return a, fault.Invalidf("地址不完整，请从信息公开首页重新选择")
	}
	return a, nil
}

func (x *public) infoList(w http.ResponseWriter, r *http.Request) error {
	q, err := askedOf(r.URL.Query())
	if err != nil {
		return err
	}
	items, next, err := x.a.publications.svc.Public(r.Context(), q)
	if err != nil {
		return err
	}
	list := []told{}
	for _, t := range items {
		list = append(list, x.told(t))
	}
	data := map[string]any{"Kinds": publish.Kinds(), "Kind": q.Kind, "Area": q.Area, "Cursor": q.Cursor, "Next": next, "List": list, "Row": nil}
	if row, ok := q.Kind.Row(); ok {
		data["Row"] = row
	}
	return x.keep(w, r, http.StatusOK, "info", data)
}

// listed shows what is under listed supervision (挂牌督办), and what was lifted
// within a year.
func (x *public) listed(w http.ResponseWriter, r *http.Request) error {
	type item struct {
		supervise.Listed
		AreaName string
	}
	list := []item{}
	if x.a.supervised != nil {
		all, err := x.a.supervised.Public(r.Context())
		if err != nil {
			return err
		}
		for _, l := range all {
			l.Title, _ = publish.Mask(l.Title, nil)
			l.Demand, _ = publish.Mask(l.Demand, nil)
			list = append(list, item{l, x.a.publications.names.area(l.Area)})
		}
	}
	return x.keep(w, r, http.StatusOK, "listed", map[string]any{"List": list})
}

func (x *public) infoOne(w http.ResponseWriter, r *http.Request) error {
	edition := int64(0)
	if v := r.URL.Query().Get("edition"); v != "" {
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil || n < 1 {
			return fault.NotFoundf("没有这一版，请看现行版")
		}
		edition = n
	}
	p, err := x.a.publications.svc.One(r.Context(), r.PathValue("number"), edition)
	if err != nil {
		return err
	}
	data := map[string]any{"One": x.told(p.Told), "Editions": p.Editions, "Ground": p.Ground, "Withdrawn": p.Withdrawn, "Closed": x.shutWeb()}
	status := http.StatusOK
	if p.Ground != "" {
		status = http.StatusGone
	}
	return x.keep(w, r, status, "told", data)
}

// shutWeb says that reporting by these pages is closed, "" while it is open.
func (x *public) shutWeb() string {
	if err := x.through(tip.Web.Gate()); err != nil {
		return "暂时关闭"
	}
	return ""
}

// calling finds the open call that a report is to answer; nil when there is none.
func (x *public) calling(ctx context.Context, number string) *publish.Told {
	if number == "" || len(number) > 40 || x.a.publications == nil {
		return nil
	}
	p, err := x.a.publications.svc.One(ctx, number, 0)
	if err != nil || !p.Open {
		return nil
	}
	return &p.Told
}

// keep renders a page that a reader may keep for a moment.
func (x *public) keep(w http.ResponseWriter, r *http.Request, status int, page string, data map[string]any) error {
	data["Place"], data["Base"], data["Hash"], data["Shut"], data["Info"] = x.place, publicBase, x.hashes, x.shutWords(x.closed()), true
	var b bytes.Buffer
	if err := x.pages[page].Execute(&b, data); err != nil {
		return err
	}
	if status == http.StatusOK {
		w.Header().Set("Cache-Control", infoAge)
		newPage("page.html", b.Bytes()).send(w, r)
		return nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a reader that went away is no fault of ours
	return nil
}
