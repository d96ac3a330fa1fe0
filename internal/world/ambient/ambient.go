// Package ambient is the outdoor air of the synthetic city (虚拟区域的环境空气): an
// hourly series of weather and the six pollutants, with seasons, days and weeks,
// weather systems that come and go, stagnant episodes, rain, regional transport,
// ozone chemistry, instruments with noise, and gaps. A seed decides everything.
//
// Forecasts are tried on it; like the rest of world it stands before the loop and
// imports no feature.
package ambient

import (
	"encoding/csv"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Names are the columns, pollutants first; µg/m³, CO mg/m³, ℃, %, m/s, degrees,
// mm, hPa.
var Names = [...]string{"PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "temperature", "humidity", "wind_speed", "wind_direction", "rain", "pressure"}

// Series is hours from a first one on, by the columns of Names; NaN is a gap.
type Series struct {
	First   time.Time
	Columns [len(Names)][]float64
}

// Beijing is the zone of daily patterns.
var Beijing = time.FixedZone("UTC+8", 8*3600)

// wander is noise that returns to zero in about tau hours, with variance one.
type wander struct{ v, keep float64 }

func newWander(r *rand.Rand, tau float64) *wander {
	return &wander{r.NormFloat64(), math.Exp(-1 / tau)}
}

func (w *wander) next(r *rand.Rand) float64 {
	w.v = w.keep*w.v + math.Sqrt(1-w.keep*w.keep)*r.NormFloat64()
	return w.v
}

// New makes the series of a seed.
func New(seed uint64, first time.Time, hours int) *Series {
	r := rand.New(rand.NewPCG(seed, 0xa1b))
	s := &Series{First: first.Truncate(time.Hour)}
	for i := range s.Columns {
		s.Columns[i] = make([]float64, hours)
	}
	high, flow, cloud, turn, region, photo := newWander(r, 70), newWander(r, 36), newWander(r, 20), newWander(r, 30), newWander(r, 60), newWander(r, 48)
	year := newWander(r, 4000) // some years are worse than others
	fine, no2, ozone, wet := 35.0, 35.0, 50.0, 0.0
	for i := range hours {
		at := s.First.Add(time.Duration(i) * time.Hour).In(Beijing)
		hour, day := float64(at.Hour()), float64(at.YearDay())
		season := -math.Cos(2 * math.Pi * (day - 20) / 365.25) // −1 in January, 1 in July
		hi, fl, cl, tu, re, ph := high.next(r), flow.next(r), cloud.next(r), turn.next(r), region.next(r), photo.next(r)
		yr := year.next(r)

		sky := 1 / (1 + math.Exp(-1.4*cl-0.3*season+0.5*hi)) // 0 clear, 1 overcast
		sun := math.Max(0, math.Sin(math.Pi*(hour-6+0.4*season)/(12+1.6*season))) * (0.7 + 0.3*season) * (1 - 0.75*sky)
		temperature := 18.5 + 10*season + (2.5+3*(1-sky))*math.Sin(2*math.Pi*(hour-9)/24) - 2.2*hi + 1.5*ph
		wind := math.Exp(0.55+0.42*fl+0.18*math.Sin(2*math.Pi*(hour-9)/24)) * (1 + 0.25*math.Abs(tu))
		rain := 0.0
		if cl > 1.1-0.25*season && r.Float64() < 0.6 {
			rain = math.Exp(1.2*r.NormFloat64()) * (0.8 + 0.6*season)
		}
		wet = math.Max(rain, 0.7*wet)
		humidity := math.Min(100, math.Max(20, 72+8*season+14*cl-9*math.Sin(2*math.Pi*(hour-9)/24)+6*math.Min(1, wet)))
		mixing := (220 + 60*(season+1)) + 1150*sun*(0.6+0.25*season+0.25) + 90*wind

		work := 1.0
		if at.Weekday()%6 == 0 {
			work = 0.82
		}
		traffic := work * (0.35 + math.Exp(-(hour-8)*(hour-8)/5) + 0.9*math.Exp(-(hour-18.5)*(hour-18.5)/7))
		heating := 1 + 0.35*math.Max(0, -season)

		loss := 0.018 + 0.022*wind + 0.10*math.Min(3, wet)
		source := heating * (330 + 560*traffic) / mixing * (1 + 0.008*math.Max(0, humidity-60))
		far := 6 * math.Exp(0.75*re+0.25*yr-0.35*season) * (1 + 0.35*math.Cos(tu))
		fine += source + 0.05*far*wind/(1+0.3*wind) - loss*fine
		fine = math.Max(2, fine)
		no2 += work*(0.4+traffic)*2600/mixing - (0.16+0.05*wind+0.35*sun)*no2
		no2 = math.Max(3, no2)
		goal := 28 + 12*season + sun*(95+4.2*math.Max(-5, temperature-15))*(1+0.22*ph)*math.Exp(-0.3*math.Min(1, wet)) - 0.32*no2
		ozone += 0.33 * (goal - ozone)
		ozone = math.Max(2, ozone)

		noise := func(v, relative, least float64) float64 {
			return math.Max(0, v*(1+relative*r.NormFloat64())+least*r.NormFloat64())
		}
		values := [len(Names)]float64{
			math.Round(noise(fine, 0.05, 1.5)), math.Round(noise(1.35*fine+6*wind*(1-math.Min(1, wet))+8, 0.06, 3)),
			math.Round(noise(4+0.07*fine*heating, 0.1, 0.7)), math.Round(noise(no2, 0.05, 1.2)), math.Round(10*noise(0.35+0.009*fine, 0.05, 0.03)) / 10,
			math.Round(noise(ozone, 0.03, 1.5)),
			math.Round(10*temperature) / 10, math.Round(humidity), math.Round(10*wind) / 10, math.Round(math.Mod(3600+140*season+70*tu, 360)), math.Round(10*rain) / 10, math.Round(10*(1013-8*season+6*hi)) / 10,
		}
		for k, v := range values {
			s.Columns[k][i] = v
		}
	}
	s.gaps(r)
	return s
}

// gaps takes hours away: single ones, calibrations, and instruments out for days.
func (s *Series) gaps(r *rand.Rand) {
	for k := range s.Columns {
		col := s.Columns[k]
		for i := 0; i < len(col); i++ {
			n := 0
			switch x := r.Float64(); {
			case x < 0.006:
				n = 1
			case x < 0.008:
				n = 2 + r.IntN(4)
			case x < 0.00825:
				n = 24 + r.IntN(72)
			}
			for ; n > 0 && i < len(col); n-- {
				col[i] = math.NaN()
				i++
			}
		}
	}
}

// Write writes the series as CSV: time and the columns of Names.
func (s *Series) Write(w io.Writer) error {
	c := csv.NewWriter(w)
	rec := append([]string{"time"}, Names[:]...)
	if err := c.Write(rec); err != nil {
		return err
	}
	for i := range s.Columns[0] {
		rec[0] = s.First.Add(time.Duration(i) * time.Hour).In(Beijing).Format("2006-01-02 15:04")
		for k := range s.Columns {
			rec[k+1] = ""
			if v := s.Columns[k][i]; !math.IsNaN(v) {
				rec[k+1] = strconv.FormatFloat(v, 'f', -1, 64)
			}
		}
		if err := c.Write(rec); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
