package clue

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/alike"
)

// How near is near: things within 1 km and 90 days are worth comparing.
const (
	nearMetres  = 1000
	similarDays = 90
	similarMost = 10
	toldDays    = 30 // people tell of the same thing within a month
)

// Likeness is a clue that may be about the same thing, and why.
type Likeness struct {
	Clue  Clue
	Score int
	Why   []string
}

// similar ranks candidates by what they share with a clue: the outlet, the
// enterprise, the place, and how close in time they came; and, where people told
// us of both, by how likely they speak of the same thing. Candidates that share
// nothing and are not likely the same are left out.
func similar(c Clue, others []Clue) []Likeness {
	out := []Likeness{}
	told := signed(c)
	for _, o := range others {
		if o.ID == c.ID {
			continue
		}
		l := compare(c, o)
		if c.Source != SourceAlarm && o.Source != SourceAlarm {
			l.told(told, o)
		}
		if l.Score > 0 {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Likeness) int {
		if a.Score != b.Score {
			return b.Score - a.Score
		}
		return b.Clue.CreatedAt.Compare(a.Clue.CreatedAt)
	})
	return out[:min(len(out), similarMost)]
}

func compare(c, o Clue) Likeness {
	l := Likeness{Clue: o}
	add := func(score int, why string) { l.Score += score; l.Why = append(l.Why, why) }
	switch {
	case c.OutletID != "" && c.OutletID == o.OutletID:
		add(50, "同一排放口")
	case c.EnterpriseID != "" && c.EnterpriseID == o.EnterpriseID, sameName(c.EnterpriseName, o.EnterpriseName):
		add(40, "同一企业")
	}
	if m, ok := metres(c, o); ok && m <= nearMetres {
		add(30-int(m)/50, "相距约 "+strconv.Itoa(int(math.Round(m/10))*10)+" 米")
	}
	if l.Score == 0 {
		return l
	}
	if c.Category != "" && c.Category == o.Category {
		add(10, "同一类别")
	}
	switch gap := c.CreatedAt.Sub(o.CreatedAt).Abs(); {
	case gap <= 24*time.Hour:
		add(10, "相隔不到一天")
	case gap <= 7*24*time.Hour:
		add(5, "相隔不到一周")
	}
	return l
}

// signed is a clue as its teller's words, place and time.
func signed(c Clue) alike.Signature {
	return alike.Sign(alike.Report{Text: c.Title + "，" + c.Text, Place: c.Address, Suspect: c.EnterpriseName, Category: c.Category, Lng: c.Lng, Lat: c.Lat, At: c.CreatedAt})
}

// told adds how likely two people told us of the same thing; the score of what
// they share stays when it is higher.
func (l *Likeness) told(c alike.Signature, o Clue) {
	a := alike.Compare(c, signed(o))
	if a.Chance < alike.Likely {
		return
	}
	if l.Score == 0 {
		l.Why = a.Why
	}
	l.Score = max(l.Score, int(math.Round(100*a.Chance)))
	l.Why = append([]string{"说的可能是同一件事"}, l.Why...)
}

func sameName(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && a == b
}

// metres is the distance between two clues on the sphere; false when one has no
// position.
func metres(a, b Clue) (float64, bool) {
	if a.Lat == 0 && a.Lng == 0 || b.Lat == 0 && b.Lng == 0 {
		return 0, false
	}
	const radius = 6371000
	rad := math.Pi / 180
	dLat, dLng := (b.Lat-a.Lat)*rad, (b.Lng-a.Lng)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Pow(math.Sin(dLng/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h))), true
}

// box is the range of degrees that holds everything within so many metres.
func box(lat float64, m float64) (dLat, dLng float64) {
	dLat = m / 111000
	return dLat, dLat / math.Max(0.1, math.Cos(lat*math.Pi/180))
}
