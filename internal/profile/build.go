package profile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/org"
	"github.com/qingshao/qingshao/internal/region"
)

// builder makes a Profile of a file that could be read, and collects what does
// not fit together.
type builder struct {
	fsys  fs.FS
	shown string
	main  string
	base  string
	bad   Problems
}

func (b *builder) fail(line Line, format string, args ...any) {
	b.bad = append(b.bad, problemAt(b.main, b.base, int(line), fmt.Sprintf(format, args...)))
}

var prefixForm = regexp.MustCompile(`^[A-Z]{2,4}$`)

func (b *builder) build(f file, id string) *Profile {
	p := &Profile{ID: f.ID, Name: f.Name, Title: f.Title, Document: f.Document, Prefix: f.Prefix, Clue: f.Clue, Issue: f.Issue, Official: f.Official}
	if f.ID != id {
		b.fail(0, "id“%s”与文件夹名“%s”不一致", f.ID, id)
	}
	if !prefixForm.MatchString(f.Prefix) {
		b.fail(0, "number_prefix“%s”应当是 2～4 个大写字母", f.Prefix)
	}
	p.Regions = b.regions(f.Regions)
	if p.Regions == nil {
		return p // nothing else can be judged without regions
	}
	b.units(p, f.Units)
	p.Center = center(p.Units, f.Center)
	b.agencies(p, f)
	b.categories(p, f.Categories)
	p.Coverage = b.coverage(f.Coverage)
	p.Quiet = f.Quiet.filled()
	p.Warning = b.warning(p, f.Warning)
	p.Supervision = b.supervision(f.Supervision)
	p.Obligations = b.obligations(f.Duties)
	p.RiskMap = b.riskMap(f.RiskMap)
	p.Severities = b.choices("severities", f.Severities)
	p.Sources = b.choices("sources", f.Sources)
	p.Report = b.report(p, f.Report)
	p.Reward = b.reward(p, f.Reward)
	p.Holidays = b.dates(f.Calendar.Line, "holidays", f.Calendar.Holidays)
	p.Workdays = b.dates(f.Calendar.Line, "workdays", f.Calendar.Workdays)
	for _, h := range p.Holidays {
		for _, w := range p.Workdays {
			if h.Equal(w) {
				b.fail(f.Calendar.Line, "%s 既列为放假又列为上班", h.Format(time.DateOnly))
			}
		}
	}
	seen := map[string]bool{}
	for _, i := range f.Industries {
		if seen[i.Code] {
			b.fail(i.Line, "行业代码 %s 重复", i.Code)
		}
		seen[i.Code] = true
		p.Industries = append(p.Industries, Industry{i.Code, i.Name})
	}
	return p
}

// coverage fills in what a place has left out: the share of the documents, and
// the four pollutants of the national total-load control.
func (b *builder) coverage(c Coverage) Coverage {
	if c.Target == 0 {
		c.Target = 85
	}
	if len(c.Factors) == 0 {
		c.Factors = []string{"w01018", "w21003", "a21026", "a21002"}
	}
	if c.HeardDays == 0 {
		c.HeardDays = 3
	}
	for _, code := range c.Factors {
		if _, ok := factor.ByCode(code); !ok {
			b.fail(0, "coverage.factors 中的“%s”不是已知的因子编码", code)
		}
	}
	return c
}

// filled is the limits with what a place has left out.
func (q Quiet) filled() Quiet {
	for _, x := range []struct {
		to  *int
		def int
	}{{&q.SilenceHours, 168}, {&q.PlanDays, 31}, {&q.TurnHours, 12}, {&q.OfflineMinutes, 60}, {&q.MissingHours, 12}} {
		if *x.to == 0 {
			*x.to = x.def
		}
	}
	return q
}

// regions reads the CSV: code,name,level,parent,own.
func (b *builder) regions(name string) *region.Tree {
	shown := path.Join(b.shown, name)
	f, err := b.fsys.Open(name)
	if err != nil {
		b.fail(0, "找不到 regions 所指的文件 %s", name)
		return nil
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	r.FieldsPerRecord = 5
	before := len(b.bad)
	bad := func(line int, format string, args ...any) {
		b.bad = append(b.bad, Problem{shown, line, fmt.Sprintf(format, args...)})
	}
	rows, lines := []region.Region{}, map[string]int{}
	for first := true; ; first = false {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			bad(pe.Line, "这一行应当有 5 列：code,name,level,parent,own")
			return nil
		}
		if err != nil {
			bad(0, "读取失败：%v", err)
			return nil
		}
		if first {
			if strings.Join(rec, ",") != "code,name,level,parent,own" {
				bad(line, "表头应当是 code,name,level,parent,own")
				return nil
			}
			continue
		}
		if rec[4] != "" && rec[4] != "own" {
			bad(line, "own 一列应当为空或 own，现为“%s”", rec[4])
		}
		if at, dup := lines[rec[0]]; dup {
			bad(line, "区划代码 %s 已在第 %d 行出现", rec[0], at)
			continue
		}
		lines[rec[0]] = line
		rows = append(rows, region.Region{Code: rec[0], Name: rec[1], Level: region.Level(rec[2]), Parent: rec[3], Own: rec[4] == "own"})
		if n := len(rows) - 1; !nests(rows[n]) {
			bad(line, "%s 的代码应当以上级 %s 的有效数字开头，否则按辖区筛选会漏掉它", rec[1], rec[3])
		}
	}
	if len(b.bad) > before {
		return nil
	}
	tree, err := region.New(rows)
	if err != nil {
		bad(0, "%v", err)
		return nil
	}
	return tree
}

// nests checks that a code begins with its parent's significant digits, which
// is what scoping by prefix relies on.
func nests(r region.Region) bool {
	if r.Parent == "" {
		return true
	}
	p := r.Parent
	for strings.HasSuffix(p, "00") {
		p = p[:len(p)-2]
	}
	return strings.HasPrefix(r.Code, p)
}

func (b *builder) units(p *Profile, list []fileUnit) {
	cells, seen := map[[2]int]string{}, map[string]bool{}
	for _, u := range list {
		r, ok := p.Regions.Find(u.Code)
		switch {
		case !ok:
			b.fail(u.Line, "单元 %s（%s）不在区划表中", u.Short, u.Code)
			continue
		case r.Parent != p.Regions.Root().Code:
			b.fail(u.Line, "%s 是%s，不是%s的下一级", r.Name, r.Level.Title(), p.Regions.Root().Name)
		case (u.Lng == 0) != (u.Lat == 0):
			b.fail(u.Line, "%s 的经度、纬度应当都写或都不写", r.Name)
		case seen[u.Code]:
			b.fail(u.Line, "单元 %s 写了两次", r.Name)
		}
		seen[u.Code] = true
		cell := [2]int{u.X, u.Y}
		if other := cells[cell]; other != "" {
			b.fail(u.Line, "%s 与 %s 占了示意图上同一格（%d, %d）", r.Name, other, u.X, u.Y)
		}
		cells[cell] = r.Name
		p.Units = append(p.Units, Unit{Code: u.Code, Name: r.Name, Short: u.Short, Kind: r.Level, X: u.X, Y: u.Y, Lng: u.Lng, Lat: u.Lat})
	}
	for _, r := range p.Regions.Children(p.Regions.Root().Code) {
		if !seen[r.Code] {
			b.fail(0, "区划表中的 %s（%s）没有列入 units", r.Name, r.Code)
		}
	}
}

// center is what the place says, or the middle of its units' points.
func center(units []Unit, said Point) Point {
	if said != (Point{}) {
		return said
	}
	n := 0.0
	for _, u := range units {
		if u.Lng != 0 {
			said.Lng, said.Lat, n = said.Lng+u.Lng, said.Lat+u.Lat, n+1
		}
	}
	if n > 0 {
		said.Lng, said.Lat = said.Lng/n, said.Lat/n
	}
	return said
}

// agencies lists the jurisdiction's bodies first and then, unit by unit, the
// unit's government and the branches of the bureaus. A branch stands under its
// bureau, a bureau and a lower government under the jurisdiction's government.
func (b *builder) agencies(p *Profile, f file) {
	root := p.Regions.Root().Code
	top := f.Government.ID
	list := []org.Agency{{ID: top, Name: f.Government.Name, Area: root, Level: org.City}}
	for _, a := range f.Agencies {
		if !a.Below {
			list = append(list, org.Agency{ID: a.ID, Name: a.Name, Area: root, Level: org.City, Parent: top})
		}
	}
	for _, u := range p.Units {
		if name := b.branch(f.Government.Line, f.Government.Branches, u); name != "" {
			list = append(list, org.Agency{ID: "zf-" + u.Code, Name: name, Area: u.Code, Level: org.County, Parent: top})
		}
		for _, a := range f.Agencies {
			if name := b.branch(a.Line, a.Branches, u); name != "" {
				above := a.ID
				if a.Below {
					above = top
				}
				list = append(list, org.Agency{ID: a.ID + "-" + u.Code, Name: name, Area: u.Code, Level: org.County, Parent: above})
			}
		}
	}
	d, err := org.New(list)
	if err != nil {
		b.fail(0, "%v", err)
		return
	}
	p.Agencies = d
}

func (b *builder) branch(line Line, br fileBranches, u Unit) string {
	for _, o := range br.Own {
		if o.Unit == u.Code {
			return o.Name
		}
	}
	form := br.County
	switch {
	case u.Kind == region.Zone:
		form = br.Zone
	case u.Kind == region.Prefecture:
		form = br.City
	case u.Kind == region.Township && strings.HasSuffix(u.Name, "街道"):
		form = br.Street
	case u.Kind == region.Township:
		form = br.Town
	case strings.HasSuffix(u.Name, "区"):
		form = br.District
	}
	name := strings.NewReplacer("{name}", u.Name, "{short}", u.Short).Replace(form)
	if strings.ContainsAny(name, "{}") || form != "" && name == form {
		b.fail(line, "名称样式“%s”应当含 {name} 或 {short}，且不含其他花括号", form)
		return ""
	}
	return name
}

func (b *builder) categories(p *Profile, list []fileCategory) {
	p.byCategory = map[string]int{}
	for _, c := range list {
		if _, dup := p.byCategory[c.ID]; dup {
			b.fail(c.Line, "问题类别 %s 重复", c.ID)
		}
		if p.Agencies != nil {
			if _, ok := p.Agencies.Find(c.Lead); !ok {
				b.fail(c.Line, "问题类别“%s”的牵头单位 %s 不在 agencies 中", c.Name, c.Lead)
			}
		}
		p.byCategory[c.ID] = len(p.Categories)
		p.Categories = append(p.Categories, Category{ID: c.ID, Name: c.Name, DeadlineDays: c.Days, Lead: c.Lead})
	}
}

func (b *builder) choices(key string, list []fileChoice) []Choice {
	var out []Choice
	seen := map[string]bool{}
	for _, c := range list {
		if seen[c.ID] {
			b.fail(c.Line, "%s 中的 %s 重复", key, c.ID)
		}
		seen[c.ID] = true
		out = append(out, Choice{c.ID, c.Name})
	}
	return out
}

// beijing is the time zone of every date that people write here.
var beijing = time.FixedZone("CST", 8*3600)

func (b *builder) dates(line Line, key string, list []string) []time.Time {
	var out []time.Time
	for _, s := range list {
		t, err := time.ParseInLocation(time.DateOnly, s, beijing)
		if err != nil {
			b.fail(line, "%s 中的“%s”不是日期，应当写成 2026-11-21", key, s)
			continue
		}
		out = append(out, t)
	}
	return out
}
