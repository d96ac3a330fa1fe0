package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// clock reads the moments of one mapping.
type clock struct {
	unit   time.Duration // of numbers; 0 = by their size
	layout string        // of texts; "" = any of layouts
	zone   *time.Location
}

// pattern turns the letters people know into Go's reference time.
var pattern = strings.NewReplacer("yyyy", "2006", "MM", "01", "dd", "02", "HH", "15", "mm", "04", "ss", "05", "SSS", "000")

// layouts are the forms of text that auto knows.
var layouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006/01/02 15:04:05", "2006-01-02 15:04", "20060102150405"}

func clockOf(t Time) (clock, error) {
	c := clock{zone: time.FixedZone("", 8*3600)}
	if t.Zone != "" {
		z, err := time.Parse("-07:00", t.Zone)
		if err != nil {
			return c, fault.Invalidf("时区应写作 +08:00")
		}
		c.zone = z.Location()
	}
	switch t.Format {
	case "", "auto":
	case "unix":
		c.unit = time.Second
	case "unix_ms":
		c.unit = time.Millisecond
	default:
		if !strings.Contains(t.Format, "yyyy") || len(t.Format) > 40 {
			return c, fault.Invalidf("时间格式应为 auto、unix、unix_ms，或由 yyyy MM dd HH mm ss SSS 组成")
		}
		c.layout = pattern.Replace(t.Format)
	}
	return c, nil
}

// read gives a moment to the millisecond. Years outside 2000 to 2099 come from
// devices that lost their clock.
func (c clock) read(v any) (time.Time, bool) {
	var t time.Time
	ok := false
	switch x := v.(type) {
	case json.Number:
		t, ok = c.number(x.String())
		if !ok || c.layout != "" || t.Year() < 2000 || t.Year() >= 2100 { // 20261125083000 as a number
			t, ok = c.text(x.String())
		}
	case string:
		x = strings.TrimSpace(x)
		if t, ok = c.text(x); !ok && c.layout == "" {
			t, ok = c.number(x)
		}
	}
	t = t.UTC().Truncate(time.Millisecond)
	return t, ok && t.Year() >= 2000 && t.Year() < 2100
}

func (c clock) text(s string) (time.Time, bool) {
	forms := layouts
	if c.layout != "" {
		forms = []string{c.layout}
	} else if c.unit != 0 {
		return time.Time{}, false
	}
	for _, l := range forms {
		if t, err := time.ParseInLocation(l, s, c.zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// number reads seconds, milliseconds, microseconds or nanoseconds since 1970,
// told apart by their size: each spans 2000 to 2100 without meeting the next.
func (c clock) number(s string) (time.Time, bool) {
	if whole, _, ok := strings.Cut(s, "."); ok && c.unit == 0 {
		// Seconds with a fraction.
		f, err := strconv.ParseFloat(s, 64)
		if err == nil && len(whole) <= 10 {
			return time.UnixMilli(int64(f*1000 + 0.5)), true
		}
		s = whole
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, false
	}
	switch {
	case c.unit == time.Second || c.unit == 0 && n < 1e11:
		return time.Unix(min(n, 1e11), 0), true
	case c.unit == time.Millisecond || c.unit == 0 && n < 1e13:
		return time.UnixMilli(n), true
	case n < 1e16:
		return time.UnixMicro(n), true
	}
	return time.Unix(0, n), true
}
