// Package backtest runs the catalogue of signs over a foreign series (回测): a CSV
// of values and a description of what they are, with the same code that watches
// live data.
package backtest

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// Meta describes a series.
type Meta struct {
	Kind    enterprise.Kind    `json:"kind"`     // water, gas, rain, surface_water, air
	Period  int                `json:"period_s"` // between two values
	Limits  map[string]float64 `json:"limits"`   // upper limits by factor
	Lower   map[string]float64 `json:"lower_limits"`
	Spans   map[string]float64 `json:"spans"` // upper end of the measuring range
	Units   map[string]string  `json:"units"`
	Roles   map[string]string  `json:"roles"` // what a factor is, where its name does not say: see sign.RoleNamed
	Changes []time.Time        `json:"changes"`
	Stops   [][2]time.Time     `json:"stop_orders"`
}

// Finding is one kind of sign in a notified episode.
type Finding struct {
	Kind   string    `json:"kind"`
	Factor string    `json:"factor"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Level  string    `json:"level"`
	Reason string    `json:"reason"`
}

// ReadMeta reads a description; unknown fields are errors.
func ReadMeta(r io.Reader) (Meta, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	m := Meta{}
	if err := d.Decode(&m); err != nil {
		return m, fault.Invalidf("说明文件不是有效的 JSON：%v", err)
	}
	switch m.Kind {
	case enterprise.Water, enterprise.Gas, enterprise.Rain, sign.Surface, sign.Ambient:
	default:
		return m, fault.Invalidf("kind 为 %q，应为 water、gas、rain、surface_water 或 air", m.Kind)
	}
	for name, word := range m.Roles {
		if _, ok := sign.RoleNamed(word); !ok {
			return m, fault.Invalidf("roles 中 %s 的 %q 认不出，应为 flow、acidity、oxygen、temperature、humidity、production、treatment、supply、pollutant 或 other", name, word)
		}
	}
	if m.Period <= 0 || m.Period > 7*86400 {
		return m, fault.Invalidf("period_s 应为两个数值之间的秒数，大于 0、不超过 604800")
	}
	return m, nil
}

// Run judges the series: CSV with the columns time, factor, value and, if wanted,
// flag, in any order of lines.
func Run(series io.Reader, m Meta, rules []sign.Rule) ([]Finding, error) {
	points, names, err := read(series)
	if err != nil {
		return nil, err
	}
	o := &sign.Outlet{ID: "series", Kind: m.Kind, Step: time.Duration(m.Period) * time.Second, Changes: m.Changes}
	for _, s := range m.Stops {
		o.Stops = append(o.Stops, sign.Interval{From: s[0], To: s[1]})
	}
	index := map[string]int{}
	for i, n := range names {
		index[n] = i
		o.Channels = append(o.Channels, m.channel(n))
	}
	w := sign.NewWatcher(o, rules)
	slices.SortStableFunc(points, func(a, b point) int { return a.at.Compare(b.at) })
	for i := 0; i < len(points); {
		row := sign.Row{At: points[i].at, Values: make([]sign.Value, len(names)), Rain: math.NaN()}
		for c := range row.Values {
			row.Values[c].V = math.NaN()
		}
		for ; i < len(points) && points[i].at.Equal(row.At); i++ {
			row.Values[index[points[i].factor]] = sign.Value{V: points[i].value, Flag: points[i].flag}
		}
		w.See(row)
	}
	return findings(o, w.Finish()), nil
}

func findings(o *sign.Outlet, episodes []sign.Episode) []Finding {
	out := []Finding{}
	for i := range episodes {
		e := &episodes[i]
		for _, k := range e.Kinds {
			f := Finding{Kind: k.Rule.ID, Start: k.From, End: k.To, Level: e.Level(), Reason: k.Reason}
			if k.Channel >= 0 {
				f.Factor = o.Channels[k.Channel].Factor
			}
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Kind, b.Kind)) })
	return out
}

type point struct {
	at     time.Time
	factor string
	value  float64
	flag   byte
}

// maxValues is how many values one run takes into memory.
const maxValues = 50_000_000

func read(r io.Reader) ([]point, []string, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.ReuseRecord, c.TrimLeadingSpace = -1, true, true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, fault.Invalidf("数据文件是空的，首行应为 time,factor,value 或 time,factor,value,flag")
	}
	if err != nil {
		return nil, nil, fault.Invalidf("数据文件不是有效的 CSV：%v", err)
	}
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))] = i
	}
	var col [3]int
	for i, name := range []string{"time", "factor", "value"} {
		k, ok := at[name]
		if !ok {
			return nil, nil, fault.Invalidf("数据文件首行缺少 %s 列，应为 time,factor,value[,flag]", name)
		}
		col[i] = k
	}
	flag, flagged := at["flag"]
	var points []point
	var names []string
	known := map[string]string{}
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return points, names, nil
		}
		if err != nil {
			return nil, nil, fault.Invalidf("数据文件不是有效的 CSV：%v", err)
		}
		line, _ := c.FieldPos(0)
		if len(rec) <= max(col[0], col[1], col[2]) {
			return nil, nil, fault.Invalidf("数据文件第 %d 行只有 %d 列", line, len(rec))
		}
		p := point{flag: sign.Normal}
		if p.at, err = moment(rec[col[0]]); err != nil {
			return nil, nil, fault.Invalidf("数据文件第 %d 行的时间 %q 认不出，写法如 2026-11-25T08:00:00+08:00 或 2026-11-25 08:00:00", line, rec[col[0]])
		}
		text := strings.TrimSpace(rec[col[2]])
		if text == "" || strings.EqualFold(text, "nan") || strings.EqualFold(text, "null") {
			continue // a gap
		}
		if p.value, err = strconv.ParseFloat(text, 64); err != nil || math.IsInf(p.value, 0) || math.IsNaN(p.value) {
			return nil, nil, fault.Invalidf("数据文件第 %d 行的数值 %q 不是数字", line, text)
		}
		name := strings.TrimSpace(rec[col[1]])
		if _, ok := known[name]; !ok {
			name = strings.Clone(name)
			known[name] = name
			names = append(names, name)
		}
		p.factor = known[name]
		if flagged && flag < len(rec) && strings.TrimSpace(rec[flag]) != "" {
			p.flag = strings.TrimSpace(rec[flag])[0]
		}
		if points = append(points, p); len(points) > maxValues {
			return nil, nil, fault.Invalidf("数值超过 %d 个，请分段回测", maxValues)
		}
	}
}

var beijing = time.FixedZone("UTC+8", 8*3600)

// moment reads a time; without a zone it is Beijing's.
func moment(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006/01/02 15:04:05", "2006/1/2 15:04", "2006-01-02", "20060102150405"} {
		if t, err := time.ParseInLocation(layout, s, beijing); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("unknown layout")
}

// channel tells what a factor is by its code or its name.
func (m Meta) channel(name string) sign.Channel {
	role, named := sign.RoleNamed(m.Roles[name])
	if !named {
		role = sign.RoleOf(name)
	}
	c := sign.Plain(name, factor.Name(name), m.Units[name], role)
	if v, ok := m.Limits[name]; ok {
		c.Upper = v
	}
	if v, ok := m.Lower[name]; ok {
		c.Lower = v
	}
	if v, ok := m.Spans[name]; ok {
		c.Span = v
	}
	return c
}
