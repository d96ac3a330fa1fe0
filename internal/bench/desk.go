package bench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/profile"
)

// Asked is how long one page took, from the request to its last byte.
type Asked struct {
	Page string  `json:"page"`
	P50  float64 `json:"p50_ms"`
	P95  float64 `json:"p95_ms"`
	Max  float64 `json:"max_ms"`
}

// Read is the outcome of [Desk.Run].
type Read struct {
	Clues  int     `json:"clues"`
	Issues int     `json:"issues"`
	Fill   float64 `json:"fill_s"` // writing them
	Lists  float64 `json:"lists_p95_ms"`
	Boards float64 `json:"boards_p95_ms"`
	Pages  []Asked `json:"pages"`
}

// Desk measures the pages of a county's officer over a city's years of clues and
// issues, one request after the other.
type Desk struct {
	Ingest
	Clues, Issues int
	Times         int // each page
}

const (
	deskClerk  = "benchclerk"
	deskAgency = "benchagency"
)

// Run fills an empty database and measures once.
func (c Desk) Run(ctx context.Context) (out Read, err error) {
	if c.Issues < 12 || c.Clues < c.Issues || c.Clues > 20_000_000 || c.Times < 1 {
		return out, fault.Invalidf("应为至少 12 个问题、不少于问题数的线索（至多 2000 万）、每页至少 1 次")
	}
	out = Read{Clues: c.Clues, Issues: c.Issues}
	var clues, issues []string
	c.ready = func(ctx context.Context, conf app.Config) (err error) {
		d, err := db.Open(ctx, db.Config{Dir: conf.Dir, URL: conf.Database})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.Close()) }()
		place, err := profile.Load(conf.Profile)
		if err != nil {
			return err
		}
		person, err := employ(ctx, d, place)
		if err != nil {
			return err
		}
		began := time.Now()
		clues, issues, err = fill(ctx, d, place, person, c.Clues, c.Issues, c.Note)
		out.Fill = math.Round(10*time.Since(began).Seconds()) / 10
		return err
	}
	err = c.serve(ctx, 1, func(s *server) error { return c.ask(ctx, s, clues, issues, &out) })
	return out, err
}

// employ opens the accounts of the first county's triage clerk and of a person
// at its bureau, whose id it gives.
func employ(ctx context.Context, d *db.DB, p *profile.Profile) (string, error) {
	county := p.Regions.Children(p.Regions.Root().Code)[0].Code
	agency := ""
	for _, a := range p.Agencies.All() {
		if a.Area == county && agency == "" {
			agency = a.ID
		}
	}
	s := auth.New(d, auth.DefaultPolicy(), auth.Config{})
	var last auth.User
	for _, a := range []auth.Account{
		{Profile: auth.Profile{Login: deskClerk, Name: "研判员"}, Rights: auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: county}},
		{Profile: auth.Profile{Login: deskAgency, Name: "责任人"}, Rights: auth.Rights{Roles: []auth.Role{auth.Agency}, Area: county, Agency: agency}},
	} {
		a.Password = viewersPassword
		var err error
		if last, err = s.Provision(ctx, auth.System("bench"), a); err != nil {
			return "", err
		}
	}
	return last.ID, nil
}

// pages are what an officer opens in a day; %s is the id of a clue or an issue.
var pages = []struct{ name, who, path string }{
	{"线索列表", deskClerk, "/clues?limit=50"},
	{"线索列表：待研判", deskClerk, "/clues?limit=50&state=new"},
	{"线索列表：一种来源", deskClerk, "/clues?limit=50&source=patrol"},
	{"线索列表：一个月", deskClerk, "/clues?limit=50&from=2025-06-01&to=2025-06-30"},
	{"线索列表：今天到期", deskClerk, "/clues?limit=50&due=true"},
	{"线索列表：我的", deskClerk, "/clues?limit=50&mine=true"},
	{"线索检索：常见的词", deskClerk, "/clues?limit=50&q=" + url.QueryEscape("印染厂")},
	{"线索检索：一条里才有的词", deskClerk, "/clues?limit=50&q=" + url.QueryEscape("第777号")},
	{"线索检索：没有的词", deskClerk, "/clues?limit=50&q=" + url.QueryEscape("火星基地")},
	{"线索检索：编号", deskClerk, "/clues?limit=50&q=BM-X-2024-000345"},
	{"线索", deskClerk, "/clues/"},
	{"问题列表", deskClerk, "/issues?limit=50"},
	{"问题列表：未销号，按期限", deskClerk, "/issues?limit=50&state=open&order=due"},
	{"问题列表：逾期", deskClerk, "/issues?limit=50&overdue=true"},
	{"问题列表：重大", deskClerk, "/issues?limit=50&severity=major&state=open"},
	{"问题列表：待我办理", deskAgency, "/issues?limit=50&mine=true"},
	{"问题列表：本单位", deskAgency, "/issues?limit=50"},
	{"问题检索：常见的词", deskClerk, "/issues?limit=50&q=" + url.QueryEscape("噪声")},
	{"问题检索：没有的词", deskClerk, "/issues?limit=50&q=" + url.QueryEscape("火星基地")},
	{"问题", deskClerk, "/issues/"},
	{"工作台", deskClerk, "/overview"},
}

func (c Desk) ask(ctx context.Context, s *server, clues, issues []string, out *Read) error {
	seats, err := seat(ctx, "http://"+s.app.Addr(), nil, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seats.leave()) }()
	cookies := map[string]*http.Cookie{}
	for _, who := range []string{deskClerk, deskAgency} {
		if cookies[who], err = seats.signIn(ctx, who); err != nil {
			return err
		}
	}
	// Only ids that the county's officer may open.
	ids := map[string][]string{}
	for _, path := range []string{"/clues", "/issues"} {
		if ids[path+"/"], err = seats.ids(ctx, path+"?limit=200", cookies[deskClerk]); err != nil {
			return err
		}
	}
	for _, p := range pages {
		var took []float64
		for n := range c.Times + 1 {
			path := p.path
			if list := ids[p.path]; len(list) > 0 {
				path += list[n%len(list)]
			}
			began := time.Now()
			res, err := seats.get(ctx, path, cookies[p.who])
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, res.Body)
			if err = errors.Join(err, res.Body.Close()); err != nil {
				return err
			}
			if n > 0 { // the first of each page finds everything cold
				took = append(took, float64(time.Since(began).Microseconds())/1000)
			}
		}
		slices.Sort(took)
		a := Asked{p.name, took[len(took)/2], took[len(took)*95/100], took[len(took)-1]}
		out.Pages = append(out.Pages, a)
		if p.path == "/overview" {
			out.Boards = max(out.Boards, a.P95)
		} else {
			out.Lists = max(out.Lists, a.P95)
		}
	}
	return err
}

// ids reads the ids of a list's page.
func (s *seats) ids(ctx context.Context, path string, who *http.Cookie) ([]string, error) {
	res, err := s.get(ctx, path, who)
	if err != nil {
		return nil, err
	}
	var page struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	err = json.NewDecoder(res.Body).Decode(&page)
	out := []string{}
	for _, x := range page.Items {
		out = append(out, x.ID)
	}
	return out, errors.Join(err, res.Body.Close())
}
