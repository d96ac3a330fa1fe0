package forecast

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Series is hourly columns on one grid; NaN is missing.
type Series struct {
	Start   int64 // hours since 1970, UTC
	Zone    *time.Location
	Names   []string
	Columns [][]float64
	// Words are the columns left out, with the line of the first cell that is no
	// number.
	Words map[string]int
}

// Len is the number of hours.
func (s *Series) Len() int {
	if len(s.Columns) == 0 {
		return 0
	}
	return len(s.Columns[0])
}

// Time is the moment of an hour of the grid.
func (s *Series) Time(i int) time.Time { return time.Unix(3600*(s.Start+int64(i)), 0).In(s.Zone) }

// At is the hour of the grid that a moment falls into; it may lie outside.
func (s *Series) At(t time.Time) int { return int(floorHour(t) - s.Start) }

// Column finds a column by its name, case and spaces aside.
func (s *Series) Column(name string) (int, bool) {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, func(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }} {
		for i, n := range s.Names {
			if same(n, name) {
				return i, true
			}
		}
	}
	return 0, false
}

func floorHour(t time.Time) int64 {
	sec := t.Unix()
	h := sec / 3600
	if sec%3600 < 0 {
		h--
	}
	return h
}

// The bounds of a foreign file.
const (
	maxYears   = 30
	maxColumns = 200
)

// missing are words for no value, besides the empty cell.
var missing = []string{"na", "nan", "n/a", "null", "none", "-", "--", "—", "/", "无", "缺测"}

// sentinels are numbers that loggers write for no value.
var sentinels = []float64{-99, -999, -9999, -99999, -99.9, -999.9, -9999.9}

// Read reads CSV: a header, the time in the first column (or one named time),
// numbers in the others; lines in any order, with gaps, several in an hour
// averaged. Compass points become their angle; columns without numbers are left
// out.
func Read(r io.Reader) (*Series, error) {
	c := csv.NewReader(skipBOM(r))
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	c.TrimLeadingSpace = true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, fault.Invalidf("数据文件是空的；第一行应为列名 time,因子,…")
	}
	if err != nil {
		return nil, csvFault(err)
	}
	names := slices.Clone(head)
	if len(names) < 2 || len(names) > maxColumns {
		return nil, fault.Invalidf("数据文件应有 2 至 %d 列：time 和各因子；现有 %d 列", maxColumns, len(names))
	}
	at := timeColumn(names)
	acc := newGather(len(names))
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvFault(err)
		}
		line, _ := c.FieldPos(0)
		if len(rec) == 1 && rec[0] == "" {
			continue
		}
		if len(rec) != len(names) {
			return nil, fault.Invalidf("数据文件第 %d 行有 %d 列，列名有 %d 个", line, len(rec), len(names))
		}
		t, zone, ok := parseTime(rec[at])
		if !ok {
			return nil, fault.Invalidf("数据文件第 %d 行的时间“%s”读不出，应写成 2026-01-31 08:00 或 2026-01-31T08:00:00+08:00", line, rec[at])
		}
		if err := acc.add(t, zone, rec, at, line, names); err != nil {
			return nil, err
		}
	}
	return acc.series(names, at)
}

func csvFault(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return fault.Invalidf("数据文件第 %d 行不是合格的 CSV：请检查引号", pe.Line).Because(err)
	}
	return fmt.Errorf("read series: %w", err)
}

func skipBOM(r io.Reader) io.Reader {
	var b [3]byte
	n, err := io.ReadFull(r, b[:])
	if n == 3 && b == [3]byte{0xef, 0xbb, 0xbf} {
		return r
	}
	head := strings.NewReader(string(b[:n]))
	if err != nil {
		return head
	}
	return io.MultiReader(head, r)
}

func timeColumn(names []string) int {
	for i, n := range names {
		switch strings.ToLower(strings.TrimSpace(n)) {
		case "time", "datetime", "timestamp", "时间":
			return i
		}
	}
	return 0
}

var layouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006/1/2 15:04", "2006/1/2 15:04:05", "2006-01-02 15", "2006-01-02", "2006/1/2"}

// Beijing is the zone of times that name none.
var Beijing = time.FixedZone("UTC+8", 8*3600)

// parseTime reads a time; zone is nil when the text names none.
func parseTime(text string) (t time.Time, zone *time.Location, ok bool) {
	text = strings.TrimSpace(text)
	for _, l := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(l, text); err == nil {
			return t, t.Location(), true
		}
	}
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, text, Beijing); err == nil {
			return t, nil, true
		}
	}
	return time.Time{}, nil, false
}

// gather sums the values of each hour.
type gather struct {
	zone     *time.Location
	rows     map[int64]int
	hours    []int64
	sums     [][]float64 // by column
	counts   [][]int32
	compass  []bool
	text     []int // line of the first word in a column, 0 = none
	from, to int64
}

func newGather(columns int) *gather {
	return &gather{rows: map[int64]int{}, sums: make([][]float64, columns), counts: make([][]int32, columns), compass: make([]bool, columns), text: make([]int, columns),
		from: math.MaxInt64, to: math.MinInt64}
}

func (g *gather) add(t time.Time, zone *time.Location, rec []string, at, line int, names []string) error {
	if g.zone == nil {
		g.zone = Beijing
		if zone != nil {
			_, offset := t.Zone()
			g.zone = time.FixedZone("", offset)
		}
	}
	h := floorHour(t)
	g.from, g.to = min(g.from, h), max(g.to, h)
	if g.to-g.from > maxYears*366*24 {
		return fault.Invalidf("数据文件第 %d 行：时间跨度超过 %d 年，请检查时间", line, maxYears)
	}
	row, ok := g.rows[h]
	if !ok {
		row = len(g.hours)
		g.rows[h] = row
		g.hours = append(g.hours, h)
		for i := range g.sums {
			g.sums[i] = append(g.sums[i], 0)
			g.counts[i] = append(g.counts[i], 0)
		}
	}
	for i, cell := range rec {
		if i == at || g.text[i] > 0 {
			continue
		}
		v, word := number(cell)
		if word {
			if angle, ok := compass(cell); ok {
				g.compass[i], v = true, angle
			} else {
				g.text[i] = line
				continue
			}
		}
		if !math.IsNaN(v) {
			g.sums[i][row] += v
			g.counts[i][row]++
		}
	}
	return nil
}

// number reads a cell: NaN for a missing one, word for what is no number.
func number(cell string) (v float64, word bool) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return math.NaN(), false
	}
	v, err := strconv.ParseFloat(cell, 64)
	switch {
	case err == nil && (math.IsInf(v, 0) || math.IsNaN(v) || slices.Contains(sentinels, v) || math.Abs(v) > 1e12):
		return math.NaN(), false
	case err == nil:
		return v, false
	case slices.Contains(missing, strings.ToLower(cell)):
		return math.NaN(), false
	}
	return 0, true
}

var points = []string{"N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"}

// compass is the angle of a compass point.
func compass(cell string) (float64, bool) {
	i := slices.Index(points, strings.ToUpper(strings.TrimSpace(cell)))
	return 22.5 * float64(i), i >= 0
}

// direction reports whether a column is an angle, by its name and values.
func direction(name string, v []float64) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "wd", "wdir", "winddir", "wind_dir", "wind_direction", "winddirection", "风向":
	default:
		return false
	}
	for _, x := range v {
		if x < 0 || x > 360 {
			return false
		}
	}
	return true
}

func (g *gather) series(names []string, at int) (*Series, error) {
	if len(g.hours) == 0 {
		return nil, fault.Invalidf("数据文件没有数据行")
	}
	s := &Series{Start: g.from, Zone: g.zone, Words: map[string]int{}}
	n := int(g.to - g.from + 1)
	for i, name := range names {
		if g.text[i] > 0 {
			s.Words[name] = g.text[i]
		}
		if i == at || g.text[i] > 0 {
			continue
		}
		col := make([]float64, n)
		for k := range col {
			col[k] = math.NaN()
		}
		for row, h := range g.hours {
			if g.counts[i][row] > 0 {
				col[h-g.from] = g.sums[i][row] / float64(g.counts[i][row])
			}
		}
		if g.compass[i] || direction(name, col) {
			u, v := make([]float64, n), make([]float64, n)
			for k, a := range col {
				u[k], v[k] = math.Sin(a*math.Pi/180), math.Cos(a*math.Pi/180)
			}
			s.Names = append(s.Names, name+"·东", name+"·北")
			s.Columns = append(s.Columns, u, v)
			continue
		}
		s.Names = append(s.Names, name)
		s.Columns = append(s.Columns, col)
	}
	if len(s.Names) == 0 {
		return nil, fault.Invalidf("数据文件没有一列是数")
	}
	return s, nil
}
