package forecast

import (
	"math"
	"slices"
	"sync"
)

// Nominal is the share of outcomes that the interval is meant to hold.
const Nominal = 0.90

// The candidates of the blend.
const (
	persist = iota // what is now stays
	sameDay        // what was at this hour last
	usual          // the climatology, smooth
	table          // half-way to the means of each hour of each month
	damped         // what is now fades to that
	linear         // ridge regression
	wide           // ridge regression with bends
	candidates
)

// CandidateNames are the candidates' names, in the order of Model.Weights.
var CandidateNames = [candidates]string{"持续性", "昨日同时", "气候曲线", "气候折中", "衰减持续性", "岭回归", "非线性岭回归"}

const (
	folds       = 6
	bends       = 160
	maxRows     = 20000
	leastRows   = 500 // below, no regression
	bins        = 8
	leastInBin  = 60
	adaptation  = 0.02
	widestScale = 6
)

// Model is what training left behind for one factor.
type Model struct {
	target   int
	cut      int
	clim     climate
	horizons []horizon
	positive bool // the factor is never below zero
}

// horizon is the model of one horizon.
type horizon struct {
	h       int
	layer   *hidden
	linear  []float64
	wide    []float64
	damp    float64
	mix     [candidates]float64
	edges   []float64 // between the bins, of forecast anomalies
	low, up []float64 // of the errors, by bin
}

// Fit learns from the hours before cut; those after it are never looked at.
func Fit(s *Series, target, cut int, horizons []int) *Model {
	m := &Model{target: target, cut: cut, positive: true}
	y := s.Columns[target]
	longest := slices.Max(horizons)
	phases := phasesOf(s, longest)
	for _, v := range y[:cut] {
		if v < 0 {
			m.positive = false
		}
	}
	m.clim = fitClimate(y, phases, cut)
	b := newBuilder(s, target, cut, longest, &m.clim, phases)
	m.horizons = make([]horizon, len(horizons))
	var wait sync.WaitGroup
	seats := make(chan struct{}, 2) // each holds tens of megabytes
	for i, h := range horizons {
		wait.Add(1)
		go func() {
			defer wait.Done()
			seats <- struct{}{}
			m.horizons[i] = fitHorizon(b, h, cut)
			<-seats
		}()
	}
	wait.Wait()
	return m
}

func phasesOf(s *Series, beyond int) []phase {
	out := make([]phase, s.Len()+beyond)
	for i := range out {
		out[i] = s.phase(i)
	}
	return out
}

// Weights are the shares of the candidates in the forecast of a horizon.
func (m *Model) Weights(h int) [candidates]float64 {
	for i := range m.horizons {
		if m.horizons[i].h == h {
			return m.horizons[i].mix
		}
	}
	return [candidates]float64{}
}

// simple fills the candidates that need no regression, as anomalies of t+h.
func (b *builder) simple(t, h int, damp float64, dst *[candidates]float64) {
	sd := b.sd
	now, age := last(b.anom, t)
	if age <= patience {
		dst[persist] = now + (b.clim[t-age]-b.clim[t+h])/sd
	} else { // nothing is known: what is usual
		dst[persist] = 0
	}
	dst[sameDay] = dst[persist]
	if at := sameHour(t, h); at >= 0 && !math.IsNaN(b.anom[at]) {
		dst[sameDay] = b.anom[at] + (b.clim[at]-b.clim[t+h])/sd
	}
	dst[usual] = 0
	p := b.phases[t+h]
	dst[table] = (b.plain[p.month][p.hour] - b.clim[t+h]) / b.sd / 2
	dst[damped] = damp*now + dst[table]
}

func fitHorizon(b *builder, h, cut int) horizon {
	m := horizon{h: h}
	var at []int
	for t := 0; t+h < cut; t++ {
		if !math.IsNaN(b.anom[t+h]) {
			at = append(at, t)
		}
	}
	if stride := (len(at) + maxRows - 1) / maxRows; stride > 1 {
		kept := at[:0]
		for i := 0; i < len(at); i += stride {
			kept = append(kept, at[i])
		}
		at = kept
	}
	m.mix[persist] = 1
	if len(at) == 0 {
		m.edges, m.low, m.up = nil, []float64{0}, []float64{0}
		return m
	}
	y := make([]float64, len(at))
	num, den := 0.0, 1e-9
	for i, t := range at {
		y[i] = b.anom[t+h]
		now, _ := last(b.anom, t)
		num += now * y[i]
		den += now * now
	}
	m.damp = min(max(num/den, 0), 1)
	guess := make([][candidates]float64, len(at))
	for i, t := range at {
		b.simple(t, h, m.damp, &guess[i])
	}
	used := damped + 1
	if len(at) >= leastRows {
		m.regress(b, at, y, guess)
		used = candidates
	}
	products, with := make([][]float64, used), make([]float64, used)
	for i := range products {
		products[i] = make([]float64, used)
		for r := range guess {
			with[i] += guess[r][i] * y[r] / float64(len(y))
			for j := range products[i] {
				products[i][j] += guess[r][i] * guess[r][j] / float64(len(y))
			}
		}
	}
	m.mix = [candidates]float64{}
	copy(m.mix[:], blend(products, with))
	m.spread(guess, y)
	return m
}

// regress fits both regressions and fills in what they say of the rows that they
// were not fitted on: one part of the time after another is left out, with the
// hours around it.
func (m *horizon) regress(b *builder, at []int, y []float64, guess [][candidates]float64) {
	rows := make([][]float64, len(at))
	for i, t := range at {
		rows[i] = slices.Clone(b.row(t, m.h, nil))
	}
	p := len(rows[0])
	m.layer = newHidden(bends, rows)
	for i := range rows {
		rows[i] = m.layer.widen(rows[i])
	}
	size := len(rows[0])
	total := newGram(size)
	var parts [folds]*gram
	margin := m.h + 24
	from := func(k int) int { return at[k*len(at)/folds] }
	to := func(k int) int { return at[(k+1)*len(at)/folds-1] }
	for k := range parts {
		parts[k] = newGram(size)
	}
	for i := range at {
		parts[i*folds/len(at)].add(rows[i], y[i], 1)
	}
	for k := range parts {
		total.plus(parts[k])
	}
	for k := range parts { // the neighbourhood
		for i, t := range at {
			if t >= from(k)-margin && t <= to(k)+margin && (t < from(k) || t > to(k)) {
				parts[k].add(rows[i], y[i], 1)
			}
		}
	}
	m.linear = m.choose(total.head(p), parts, p, []float64{1e-4, 1e-3, 1e-2, 1e-1, 1}, at, rows, y, guess, linear)
	m.wide = m.choose(total, parts, size, []float64{1e-3, 1e-2, 1e-1, 1}, at, rows, y, guess, wide)
}

// choose takes the penalty with the least error on what was left out.
func (m *horizon) choose(total *gram, parts [folds]*gram, p int, penalties []float64, at []int, rows [][]float64, y []float64, guess [][candidates]float64, slot int) []float64 {
	var kept [folds]*gram
	for k := range parts {
		kept[k] = total.less(parts[k].head(p))
	}
	best, penalty := math.Inf(1), penalties[0]
	said := make([]float64, len(y))
	for _, lambda := range penalties {
		sum := 0.0
		var w []float64
		owner := -1
		for i := range y {
			if k := i * folds / len(y); k != owner {
				owner = k
				w = kept[k].solve(lambda*kept[k].n, 1)
			}
			said[i] = dot(rows[i][:p], w)
			sum += (said[i] - y[i]) * (said[i] - y[i])
		}
		if sum < best {
			best, penalty = sum, lambda
			for i := range said {
				guess[i][slot] = said[i]
			}
		}
	}
	return total.solve(penalty*total.n, 1)
}

// spread learns the errors of the blend, by the height of the forecast.
func (m *horizon) spread(guess [][candidates]float64, y []float64) {
	type one struct{ said, err float64 }
	list := make([]one, len(y))
	for i := range y {
		said := dot(guess[i][:], m.mix[:])
		list[i] = one{said, y[i] - said}
	}
	slices.SortFunc(list, func(a, b one) int {
		switch {
		case a.said < b.said:
			return -1
		case a.said > b.said:
			return 1
		}
		return 0
	})
	n := min(bins, max(1, len(list)/leastInBin))
	for k := range n {
		part := list[k*len(list)/n : (k+1)*len(list)/n]
		errs := make([]float64, len(part))
		for i, o := range part {
			errs[i] = o.err
		}
		slices.Sort(errs)
		tail := (1 - Nominal) / 2
		m.low = append(m.low, min(0, quantile(errs, tail)))
		m.up = append(m.up, max(0, quantile(errs, 1-tail)))
		if k > 0 {
			m.edges = append(m.edges, part[0].said)
		}
	}
}

func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// bin is the place of a forecast among the edges.
func (m *horizon) bin(said float64) int {
	k := 0
	for k < len(m.edges) && said >= m.edges[k] {
		k++
	}
	return k
}

// say forecasts at t, as an anomaly of t+h.
func (m *horizon) say(b *builder, t int, row []float64) (float64, []float64) {
	var g [candidates]float64
	b.simple(t, m.h, m.damp, &g)
	if m.layer != nil && m.mix[linear]+m.mix[wide] > 0 {
		row = m.layer.widen(b.row(t, m.h, row))
		g[linear] = dot(m.linear, row[:len(m.linear)])
		g[wide] = dot(m.wide, row)
	}
	return dot(g[:], m.mix[:]), row
}
