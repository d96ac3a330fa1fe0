package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/region"
)

// span is the time over which the made-up clues came in.
const span = 3 * 365 * 24 * time.Hour

var (
	whereWords = []string{"河道", "电镀厂", "印染厂", "制革厂", "工地", "码头", "养殖场", "加油站", "垃圾场", "污水厂", "化工厂", "餐馆"}
	whatWords  = []string{"夜间排污", "废气刺鼻", "噪声扰民", "倾倒固废", "扬尘不止", "水色异常", "油污成片"}
	sources    = []string{"alarm", "phone", "patrol", "web", "work_order"}
)

// filling writes a city's years of clues and issues.
type filling struct {
	rnd      *rand.Rand
	now      time.Time
	areas    []region.Region
	agencies map[string]string // county, its bureau
	person   string            // answers for some of the issues of her county
	counties map[string]string // area, its county

	clues, issues, entries table
}

// fill writes clues and issues spread over the place's counties and townships;
// nineteen in twenty clues and eleven in twelve issues are done with. It gives
// the ids of both.
func fill(ctx context.Context, d *db.DB, p *profile.Profile, person string, clues, issues int, note func(string)) (c, i []string, err error) {
	f := &filling{rnd: rand.New(rand.NewPCG(1, 6)), now: d.Now(), person: person, agencies: map[string]string{}, counties: map[string]string{},
		clues: table{name: "clue", columns: clueColumns}, issues: table{name: "issue", columns: issueColumns}, entries: table{name: "timeline", columns: entryColumns}}
	for _, a := range p.Agencies.All() {
		if _, ok := f.agencies[a.Area]; !ok {
			f.agencies[a.Area] = a.ID
		}
	}
	for _, r := range p.Regions.All() {
		if u, ok := p.Regions.Unit(r.Code); ok {
			f.areas, f.counties[r.Code] = append(f.areas, r), u.Code
		}
	}
	every := clues / issues
	for n := 0; n < clues; {
		err = d.Write(ctx, func(tx *db.Tx) error {
			for end := min(n+rowsCommit, clues); n < end; n++ {
				at := f.now.Add(-span + time.Duration(float64(n)/float64(clues)*float64(span)))
				became := ""
				if n%every == 0 && len(i) < issues {
					if became, err = f.issue(ctx, tx, len(i), at, len(i) >= issues-issues/12); err != nil {
						return err
					}
					i = append(i, became)
				}
				id, err := f.clue(ctx, tx, n, at, became, n >= clues-clues/20)
				if err != nil {
					return err
				}
				c = append(c, id)
			}
			for _, t := range []*table{&f.clues, &f.issues, &f.entries} {
				if err := t.flush(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		if n%(clues/10) < rowsCommit {
			note(fmt.Sprintf("已写入 %d 条线索、%d 个问题", n, len(i)))
		}
	}
	return c, i, analyse(ctx, d)
}

func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// title is a place, a thing and a number of its own.
func (f *filling) title(n int) string {
	return one(f.rnd, whereWords) + one(f.rnd, whatWords) + fmt.Sprintf("第%d号", n)
}

// number is a paper's number; a series holds a million a year.
func number(series string, n int) string {
	return fmt.Sprintf("BM-%s-%d-%06d", series, 2024+n/1_000_000, n%1_000_000)
}

func (f *filling) firm() string { return fmt.Sprintf("第 %d 厂", f.rnd.IntN(5000)) }

func (f *filling) address() string { return fmt.Sprintf("沿江路 %d 号", f.rnd.IntN(900)) }

func (f *filling) clue(ctx context.Context, tx *db.Tx, n int, at time.Time, became string, open bool) (string, error) {
	id, area, title, micros := db.NewID(), one(f.rnd, f.areas), f.title(n), at.UnixMicro()
	state, clock, due, refer := clue.StateDismissed, "", int64(0), ""
	switch {
	case became != "":
		state = clue.StateAdopted
	case open && n%3 > 0:
		state, clock, due = clue.StateNew, "judge", at.Add(72*time.Hour).UnixMicro()
	case open:
		state, clock, due, refer = clue.StateReferred, "reply", at.Add(120*time.Hour).UnixMicro(), f.agencies[f.counties[area.Code]]
	case n%2 == 0:
		state = clue.StateSettled
	}
	owner := ""
	if open && n%40 == 0 {
		owner = f.person
	}
	papers, body, firm, address := number("X", n), "附近居民多次看到"+title+"，请核实处理。", f.firm(), f.address()
	if err := f.clues.add(ctx, tx, id, papers, state, one(f.rnd, sources), title, body, area.Code, address, 120+f.rnd.Float64(), 27.5+f.rnd.Float64(), one(f.rnd, []string{"water", "air", "other"}), firm, owner, clock, due, became, refer, "system:bench", micros, micros); err != nil {
		return "", err
	}
	if err := db.PutText(ctx, tx, "clue", id, papers, title, body, firm, address); err != nil {
		return "", err
	}
	return id, f.entry(ctx, tx, "clue", id, at, clue.Register, "登记线索", "", clue.StateNew)
}

// The way of an issue, and where the open ones stand.
var (
	way = []struct {
		verb  flow.Verb
		title string
		to    flow.State
		clock string
	}{
		{issue.Create, "列入问题清单", issue.Pending, "assign"}, {issue.Assign, "交办", issue.Assigned, "rectify"}, {issue.Sign, "签收", issue.Working, "rectify"},
		{issue.Submit, "提交整改", issue.Submitted, "accept"}, {issue.Accept, "验收通过", issue.Accepted, "close"}, {issue.Close, "销号", issue.Closed, ""},
	}
	severities = []string{"general", "general", "general", "general", "serious", "serious", "major"}
)

func (f *filling) issue(ctx context.Context, tx *db.Tx, n int, at time.Time, open bool) (string, error) {
	id, area, title, micros := db.NewID(), one(f.rnd, f.areas), f.title(n), at.UnixMicro()
	county := f.counties[area.Code]
	steps := way
	if open {
		steps = way[:1+f.rnd.IntN(len(way)-1)]
	}
	last := steps[len(steps)-1]
	due, by, closed := at.Add(20*24*time.Hour).UnixMicro(), at.Add(20*24*time.Hour).UnixMicro(), int64(0)
	if last.to == issue.Closed {
		due, closed = 0, at.Add(18*24*time.Hour).UnixMicro()
	}
	lead, person := f.agencies[county], ""
	switch {
	case last.to == issue.Pending:
		lead, by = "", 0
	case last.to != issue.Assigned && f.rnd.IntN(25) == 0:
		person = f.person
	}
	papers, body, firm, address := number("W", n), "经核实属实。", f.firm(), f.address()
	if err := db.PutText(ctx, tx, "issue", id, papers, title, body, firm, address); err != nil {
		return "", err
	}
	if err := f.issues.add(ctx, tx, id, papers, last.to, title, body, one(f.rnd, severities), one(f.rnd, []string{"water", "air", "other"}),
		area.Code, address, 120+f.rnd.Float64(), 27.5+f.rnd.Float64(), firm, county, lead, person,
		"限期整改", last.clock, due, by, "system:bench", micros, micros, closed); err != nil {
		return "", err
	}
	from := flow.State("")
	for k, s := range steps {
		if err := f.entry(ctx, tx, "issue", id, at.Add(time.Duration(k)*24*time.Hour), s.verb, s.title, from, s.to); err != nil {
			return "", err
		}
		from = s.to
	}
	return id, nil
}

func (f *filling) entry(ctx context.Context, tx *db.Tx, kind, subject string, at time.Time, verb flow.Verb, title string, from, to flow.State) error {
	return f.entries.add(ctx, tx, db.NewID(), kind, subject, at.UnixMicro(), "system:bench", "系统", verb, title, from, to,
		`{"term_judge":3,"term_assign":2,"term_sign":1,"term_rectify":15,"term_accept":5,"term_close":5,"days":15}`, `[{"title":"要求","value":"限期整改"}]`)
}
