package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
)

// wall is the resource of the monitor wall.
type wall struct {
	OutletParts
	policy auth.Policy
	book   *wallBook
}

// Wall registers the monitor wall: one small row an outlet, told in full once and
// then by what changed, and the curves beside the tiles.
func (a *API) Wall(p OutletParts, levels AlarmLevels) {
	r := wall{p, a.policy, &wallBook{registry: p.Registry, digest: p.Digest, alarms: levels, clock: p.Store.Clock}}
	get(a, "getWall", "/wall", "监控墙", r.get, needs(auth.TelemetryRead))
	get(a, "listTrends", "/wall/trends", "监控墙小曲线", r.trends, needs(auth.TelemetryRead))
}

// WallView is the wall, or what changed on it since Version.
type WallView struct {
	AsOf      string       `json:"as_of"`
	Version   string       `json:"version" doc:"下次请求的 since"`
	Full      bool         `json:"full" doc:"true 为全部；false 时 outlets 只含 since 之后有变化的监控点"`
	Total     int          `json:"total" doc:"符合全部筛选条件的监控点"`
	Counts    WallCounts   `json:"counts" doc:"各状态的监控点数，不受 state 影响"`
	Clustered bool         `json:"clustered" doc:"监控点过多，只给出 groups"`
	Groups    []WallGroup  `json:"groups" nullable:"false" doc:"汇总；按区域，一个区域之内按乡镇街道，再之内按企业"`
	Outlets   []WallOutlet `json:"outlets" nullable:"false"`
}

// WallCounts counts outlets by state.
type WallCounts struct {
	Exceed  int `json:"exceed" doc:"超标预警未解除"`
	Notice  int `json:"notice" doc:"早期提醒或疑似异常未解除"`
	Offline int `json:"offline" doc:"10 分钟未上报"`
	Invalid int `json:"invalid" doc:"主要因子带有标记，不能用于判断"`
	Stopped int `json:"stopped" doc:"停运"`
	Silent  int `json:"silent" doc:"从未上报"`
	Normal  int `json:"normal"`
}

func (c *WallCounts) add(state string) {
	switch state {
	case wallExceed:
		c.Exceed++
	case wallNotice:
		c.Notice++
	case wallOffline:
		c.Offline++
	case wallInvalid:
		c.Invalid++
	case wallStopped:
		c.Stopped++
	case wallSilent:
		c.Silent++
	default:
		c.Normal++
	}
}

// WallGroup sums up the outlets of one area or enterprise.
type WallGroup struct {
	By     string     `json:"by" enum:"area,enterprise_id" doc:"展开时用作筛选的参数"`
	Code   string     `json:"code"`
	Name   string     `json:"name"`
	Total  int        `json:"total"`
	Counts WallCounts `json:"counts"`
}

// WallOutlet is one tile. Its factor is the one outside or nearest to its limits.
type WallOutlet struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	EnterpriseID string  `json:"enterprise_id"`
	Enterprise   string  `json:"enterprise"`
	Area         string  `json:"area"`
	AreaName     string  `json:"area_name"`
	Kind         string  `json:"kind" enum:"gas,water,rain"`
	State        string  `json:"state" enum:"exceed,notice,offline,invalid,stopped,silent,normal"`
	LastAt       string  `json:"last_at"`
	Factor       string  `json:"factor"`
	FactorName   string  `json:"factor_name"`
	Unit         string  `json:"unit"`
	Value        *Number `json:"value,omitempty"`
	Limit        *Number `json:"limit,omitempty"`
	Lower        *Number `json:"lower,omitempty"`
	Ratio        float64 `json:"ratio" doc:"值与上限之比，0 为不适用"`
	Over         bool    `json:"over" doc:"有效值在限值之外"`
	Flag         string  `json:"flag"`
	Statistic    string  `json:"statistic" doc:"realtime、minute、hour"`
}

// wallTiles is how many tiles an answer holds; above, it only sums up.
const wallTiles = 2000

// WallQuery narrows the wall.
type WallQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"排放口、企业"`
	Area         string   `query:"area" maxLength:"12"`
	Kind         string   `query:"kind" enum:"gas,water,rain"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
	State        []string `query:"state" doc:"状态，可多个；给出时总是返回全部，不理会 since"`
	Since        string   `query:"since" maxLength:"60" doc:"上次得到的 version；只返回其后的变化"`
}

// seen is one outlet as the asker may see it.
type seen struct {
	row   *wallRow
	state string
}

func (r wall) get(ctx context.Context, in *WallQuery) (WallView, error) {
	who := actor(ctx)
	if err := r.book.fresh(ctx); err != nil {
		return WallView{}, err
	}
	defer r.book.mu.RUnlock()
	since := r.book.since(in.Since)
	if len(in.State) > 0 {
		since = 0
	}
	out := WallView{AsOf: when(r.book.made), Version: r.book.version(), Full: since == 0, Groups: []WallGroup{}, Outlets: []WallOutlet{}}
	list := r.visible(who, in, &out.Counts)
	out.Total = len(list)
	if out.Clustered = len(list) > wallTiles; out.Clustered {
		out.Groups, out.Full = r.groups(list), true
		return out, nil
	}
	for _, s := range list {
		if s.row.changed > since {
			out.Outlets = append(out.Outlets, s.row.view(s.state, r.Names))
		}
	}
	return out, nil
}

// visible walks the book and counts by state what the other filters leave.
func (r wall) visible(who auth.Actor, in *WallQuery, counts *WallCounts) []seen {
	text, prefix := strings.ToLower(strings.TrimSpace(in.Q)), auth.AreaPrefix(in.Area)
	list := make([]seen, 0, len(r.book.rows))
	for i := range r.book.rows {
		row := &r.book.rows[i]
		o := &row.outlet
		switch {
		case in.Kind != "" && string(o.Kind) != in.Kind,
			in.EnterpriseID != "" && o.EnterpriseID != in.EnterpriseID,
			in.Area != "" && !strings.HasPrefix(o.Area, prefix),
			text != "" && !mentions(text, o.Name, o.EnterpriseName, o.Code),
			!r.policy.Can(who, auth.TelemetryRead, o.Scope()):
			continue
		}
		s := seen{row, row.now.state}
		if s.state != row.now.quiet && !r.policy.Can(who, auth.AlarmRead, o.Scope()) {
			s.state = row.now.quiet
		}
		counts.add(s.state)
		if len(in.State) == 0 || slices.Contains(in.State, s.state) {
			list = append(list, s)
		}
	}
	return list
}

func mentions(text string, in ...string) bool {
	return slices.ContainsFunc(in, func(s string) bool { return strings.Contains(strings.ToLower(s), text) })
}

// groups sums up by the widest division that divides: units, their townships, or
// enterprises.
func (r wall) groups(list []seen) []WallGroup {
	unit := func(s seen) (string, string) {
		code := s.row.outlet.Area
		code = code[:min(len(code), 6)]
		return code, r.Names.area(code)
	}
	town := func(s seen) (string, string) { return s.row.outlet.Area, r.Names.area(s.row.outlet.Area) }
	owner := func(s seen) (string, string) { return s.row.outlet.EnterpriseID, s.row.outlet.EnterpriseName }
	for _, key := range []func(seen) (string, string){unit, town} {
		if g := sumUp(list, "area", key); len(g) > 1 {
			return g
		}
	}
	return sumUp(list, "enterprise_id", owner)
}

func sumUp(list []seen, by string, key func(seen) (code, name string)) []WallGroup {
	at, out := map[string]int{}, []WallGroup{}
	for _, s := range list {
		code, name := key(s)
		i, known := at[code]
		if !known {
			i = len(out)
			at[code] = i
			out = append(out, WallGroup{By: by, Code: code, Name: name})
		}
		out[i].Total++
		out[i].Counts.add(s.state)
	}
	return out
}

// TrendView is the small curve of one tile: hourly means of the last day.
type TrendView struct {
	Outlet string       `json:"outlet"`
	Factor string       `json:"factor"`
	From   string       `json:"from" doc:"第一个小时"`
	Values []TrendValue `json:"values" nullable:"false"`
}

// TrendValue is one hour.
type TrendValue struct {
	Hour  int     `json:"hour" doc:"距 from 的小时数"`
	Value float64 `json:"value"`
	Valid bool    `json:"valid"`
}

// trendHours is how far back a tile's curve goes.
const trendHours = 24

func (r wall) trends(ctx context.Context, in *struct {
	Of []string `query:"of" maxItems:"120" doc:"“监控点编号:因子编码”，可多个"`
}) ([]TrendView, error) {
	who, asked := actor(ctx), map[telemetry.Channel]bool{}
	for _, s := range in.Of {
		outlet, code, ok := strings.Cut(s, ":")
		if !ok {
			return nil, fault.Invalidf("of 应为“监控点编号:因子编码”").With("of", "格式不对")
		}
		asked[telemetry.Channel{Outlet: outlet, Factor: code}] = true
	}
	channels, err := r.within(ctx, who, asked)
	if err != nil {
		return nil, err
	}
	to := r.Store.Clock().Truncate(time.Hour)
	from := to.Add(-trendHours * time.Hour)
	found, err := r.Store.Trends(ctx, channels, from, to)
	out := make([]TrendView, 0, len(found))
	for _, c := range channels {
		v := TrendView{Outlet: c.Outlet, Factor: c.Factor, From: when(from), Values: []TrendValue{}}
		for _, p := range found[c] {
			v.Values = append(v.Values, TrendValue{int(p.At.Sub(from) / time.Hour), p.Value, p.Flag == "N" || p.Flag == ""})
		}
		out = append(out, v)
	}
	return out, err
}

// within keeps of the channels those that the actor may see.
func (r wall) within(ctx context.Context, who auth.Actor, asked map[telemetry.Channel]bool) ([]telemetry.Channel, error) {
	if err := r.book.fresh(ctx); err != nil {
		return nil, err
	}
	defer r.book.mu.RUnlock()
	outlets := map[string]bool{}
	for c := range asked {
		outlets[c.Outlet] = true
	}
	may := map[string]bool{}
	for i := range r.book.rows {
		o := &r.book.rows[i].outlet
		if outlets[o.ID] && r.policy.Can(who, auth.TelemetryRead, o.Scope()) {
			may[o.ID] = true
		}
	}
	out := []telemetry.Channel{}
	for c := range asked {
		if may[c.Outlet] {
			out = append(out, c)
		}
	}
	return out, nil
}
