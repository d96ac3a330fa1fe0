package telemetry

import (
	"context"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
)

func appendReported(list []PeriodValue, r *Record, p Period) []PeriodValue {
	for _, it := range r.Items {
		v, ok := reported(it)
		if !ok {
			continue
		}
		v.OutletID, v.At, v.Batch, v.reading, v.OutletKind = r.OutletID, p.Start(r.Time), r.Seq, r.Version, r.OutletKind
		list = append(list, v)
	}
	return list
}

// periodPage is how many values are written in one transaction, so that other
// writers of the main database wait for some ten milliseconds.
const periodPage = 1000

// save writes what a page of records caused; the cursor goes with the last part,
// and the parts before it are idempotent.
func (g *Digest) save(ctx context.Context, hours, days []PeriodValue, dues map[due]int64, next int64) error {
	for len(hours) > periodPage {
		// Values of one hour stay together: what they are finished with is among them.
		cut := periodPage
		for cut < len(hours) && together(hours[cut-1], hours[cut]) {
			cut++
		}
		if err := g.s.d.Write(ctx, func(tx *db.Tx) error { return g.report(ctx, tx, hours[:cut], nil, dues) }); err != nil {
			return err
		}
		hours = hours[cut:]
	}
	err := g.s.d.Write(ctx, func(tx *db.Tx) error {
		if err := g.report(ctx, tx, hours, days, dues); err != nil {
			return err
		}
		list := make([]dueAt, 0, len(dues))
		for d, batch := range dues {
			if !g.noted[d] {
				list = append(list, dueAt{d, g.runAt(d, tx.Now), batch})
			}
		}
		if err := enqueueDues(ctx, tx, list); err != nil {
			return err
		}
		return SaveCursor(ctx, tx, digestConsumer, next)
	})
	if err != nil {
		return err
	}
	g.saved = next
	for d := range dues {
		g.noted[d] = true
	}
	return nil
}

// together reports whether two reported values belong to one hour of one outlet.
func together(a, b PeriodValue) bool { return a.OutletID == b.OutletID && a.At.Equal(b.At) }

// report writes what stations reported, finished with what came with it and with
// the marks and settings of the outlets. Where there are any, the hour is made
// again once what belongs to it has gathered.
func (g *Digest) report(ctx context.Context, tx *db.Tx, hours, days []PeriodValue, dues map[due]int64) error {
	with, err := g.settingsFor(ctx, tx, hours, days)
	if err != nil {
		return err
	}
	for from := 0; from < len(hours); {
		to := from + 1
		for to < len(hours) && together(hours[from], hours[to]) {
			to++
		}
		v := hours[from]
		s := with.of(v.OutletID, enterprise.Kind(v.OutletKind))
		s.finish(hours[from:to])
		if len(s.norms) > 0 || s.marked(v.At, v.At.Add(Hour.Length())) {
			dues[due{Hour, v.OutletID, v.At.UnixMicro()}] = v.Batch
		}
		from = to
	}
	for i, v := range days {
		days[i] = reportedDay(enterprise.Kind(v.OutletKind), v, with.marks[v.OutletID])
		days[i].again = false
		if days[i].Marks != "" {
			dues[due{Day, v.OutletID, v.At.UnixMicro()}] = v.Batch
		}
	}
	if _, err := writePeriods(ctx, tx, Hour, hours); err != nil {
		return err
	}
	_, err = writePeriods(ctx, tx, Day, days)
	return err
}

// settingsFor reads the settings of the outlets that reported.
func (g *Digest) settingsFor(ctx context.Context, tx *db.Tx, hours, days []PeriodValue) (settings, error) {
	var from, to time.Time
	var outlets []string
	seen := map[string]bool{}
	for _, list := range [][]PeriodValue{hours, days} {
		for _, v := range list {
			if !seen[v.OutletID] {
				seen[v.OutletID] = true
				outlets = append(outlets, v.OutletID)
			}
			if from.IsZero() || v.At.Before(from) {
				from = v.At
			}
			if end := v.At.Add(Day.Length()); end.After(to) {
				to = end
			}
		}
	}
	if len(outlets) == 0 {
		return settings{}, nil
	}
	return settingsOf(ctx, tx, outlets, from, to)
}

// computePage is how many periods are computed between two looks at the clock.
const computePage = 5000

// compute makes the periods that are due.
func (g *Digest) compute(ctx context.Context, p Period) (int, error) {
	var rows []dueRow
	err := g.s.d.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = duePeriods(ctx, tx, p, tx.Micros(), computePage)
		return err
	})
	if err != nil {
		return 0, err
	}
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].at == rows[from].at {
			to++
		}
		if p == Hour {
			err = g.computeHour(ctx, rows[from:to])
		} else {
			err = g.computeDays(ctx, rows[from:to])
		}
		if err != nil {
			return from, err
		}
		from = to
	}
	return len(rows), nil
}

// computeHour makes one hour of several outlets. Factors that the station
// reported itself keep its value and are laid under the marks anew.
func (g *Digest) computeHour(ctx context.Context, rows []dueRow) error {
	at := rows[0].at
	start, end := moment(at), moment(at).Add(Hour.Length())
	found, err := g.samples(ctx, rows, at, end.UnixMicro())
	if err != nil {
		return err
	}
	outlets := make([]string, len(rows))
	for i, r := range rows {
		outlets[i] = r.outlet
	}
	for from := 0; from < len(rows); from += hourPage {
		part := rows[from:min(from+hourPage, len(rows))]
		err := g.s.d.Write(ctx, func(tx *db.Tx) error {
			with, err := settingsOf(ctx, tx, outlets[from:from+len(part)], start, end)
			if err != nil {
				return err
			}
			stand, err := standing(ctx, tx, Hour, outlets[from:from+len(part)], start, end)
			if err != nil {
				return err
			}
			var values []PeriodValue
			for _, r := range part {
				values = append(values, g.hourAgain(r, found[r.outlet], with, stand[r.outlet])...)
			}
			return g.finish(ctx, tx, part, values)
		})
		if err != nil {
			return err
		}
		g.done(part)
	}
	return nil
}

// hourPage is how many outlets' hours are written in one transaction.
const hourPage = 100

// hourAgain makes one hour of one outlet from its samples and what the station
// reported.
func (g *Digest) hourAgain(r dueRow, found map[string]*hourSamples, with settings, stand []PeriodValue) []PeriodValue {
	kind, every := g.outletOf(r.outlet)
	s, rules, at := with.of(r.outlet, kind), rulesFor(kind, r.at), moment(r.at)
	var values []PeriodValue
	reported := map[string]bool{}
	for _, v := range stand {
		if v.Source == Reported {
			values = append(values, v.bare())
			reported[v.Factor] = true
		}
	}
	for code, x := range found {
		if reported[code] {
			continue
		}
		v := x.hour(rules, every, s.taken(code, at, at.Add(Hour.Length())))
		v.OutletID, v.Factor, v.At, v.Batch = r.outlet, code, at, r.batch
		values = append(values, v)
	}
	sort.Slice(values, func(i, j int) bool { return values[i].Factor < values[j].Factor })
	s.finish(values)
	return values
}

// bare is a reported value as it came, before anything was made of it.
func (v PeriodValue) bare() PeriodValue {
	if v.ConvertedHere {
		v.Converted, v.exactConv, v.ConvertedHere = nil, nil, false
	}
	if v.OwnFlag == "" {
		v.OwnFlag = v.Flag
	}
	v.Flag, v.Marks, v.Exempt, v.again = v.OwnFlag, "", false, true
	if v.Guard == official.NoFlow {
		v.Flag, v.OwnFlag = "N", "N"
	}
	if v.Guard != official.Largest {
		v.Guard = ""
	}
	return v
}

// outletOf is the kind of an outlet and the seconds between its realtime values,
// by its newest device.
func (g *Digest) outletOf(outlet string) (kind enterprise.Kind, every int) {
	every = 60
	reg := g.s.registry.Load()
	for _, num := range reg.of[outlet] {
		kind, every = enterprise.Kind(reg.byNum[num].Kind), reg.byNum[num].RtdInterval
	}
	return kind, every
}

// finish writes computed periods and takes them off the list; an hour makes its
// day due.
func (g *Digest) finish(ctx context.Context, tx *db.Tx, rows []dueRow, values []PeriodValue) error {
	fresh, err := writePeriods(ctx, tx, rows[0].period, values)
	if err != nil {
		return err
	}
	batch := map[string]int64{}
	for _, r := range rows {
		batch[r.outlet] = r.batch
	}
	days := map[due]int64{}
	if rows[0].period == Hour {
		for _, v := range fresh {
			days[due{Day, v.OutletID, Day.Start(v.At).UnixMicro()}] = batch[v.OutletID]
		}
	}
	var list []dueAt
	for d, b := range days {
		if !g.noted[d] {
			list = append(list, dueAt{d, g.runAt(d, tx.Now), b})
		}
	}
	if err := enqueueDues(ctx, tx, list); err != nil {
		return err
	}
	return finishDues(ctx, tx, rows)
}

// done forgets periods that are computed.
func (g *Digest) done(rows []dueRow) {
	for _, r := range rows {
		delete(g.noted, r.due)
	}
}

// computeDays makes one day of several outlets from their hours. A reported day
// counts unless one of its hours bears a mark.
func (g *Digest) computeDays(ctx context.Context, rows []dueRow) error {
	start := moment(rows[0].at)
	for from := 0; from < len(rows); from += dayPage {
		part := rows[from:min(from+dayPage, len(rows))]
		outlets := make([]string, len(part))
		for i, r := range part {
			outlets[i] = r.outlet
		}
		err := g.s.d.Write(ctx, func(tx *db.Tx) error {
			hours, err := standing(ctx, tx, Hour, outlets, start, start.Add(Day.Length()))
			if err != nil {
				return err
			}
			reports, err := reportsOf(ctx, tx, Day, outlets, start)
			if err != nil {
				return err
			}
			marks, err := mark.InForceAt(ctx, tx, outlets, start, start.Add(Day.Length()))
			if err != nil {
				return err
			}
			var values []PeriodValue
			for _, r := range part {
				values = append(values, g.dayAgain(r, hours[r.outlet], reports[r.outlet], marks)...)
			}
			return g.finish(ctx, tx, part, values)
		})
		if err != nil {
			return err
		}
		g.done(part)
	}
	return nil
}

const dayPage = 20

func (g *Digest) dayAgain(r dueRow, hours, reports []PeriodValue, marks []mark.Mark) []PeriodValue {
	kind, _ := g.outletOf(r.outlet)
	var own []mark.Mark
	for _, m := range marks {
		if m.OutletID == r.outlet {
			own = append(own, m)
		}
	}
	values := daysOf(kind, g.o.Official, hours, stoppedHours(own, moment(r.at)))
	computed := map[string]int{}
	for i := range values {
		values[i].OutletID, values[i].At, values[i].Batch = r.outlet, moment(r.at), r.batch
		computed[values[i].Factor] = i
	}
	for _, v := range reports {
		i, ok := computed[v.Factor]
		switch {
		case !ok:
			values = append(values, reportedDay(kind, v, own))
		case values[i].Marks != "":
			values[i].again, values[i].reading, values[i].Batch = true, v.reading, v.Batch
		default:
			values[i] = reportedDay(kind, v, own)
		}
	}
	return values
}

// reportedDay is the station's own daily value. Hours that nobody received may be
// marked all the same; such a day is no evidence.
func reportedDay(kind enterprise.Kind, v PeriodValue, marks []mark.Mark) PeriodValue {
	v = v.bare()
	v.Rules = official.For(kind, v.At).ID
	var ids []string
	for _, m := range marks {
		if m.Covers(v.Factor) && m.Overlap(v.At, v.At.Add(Day.Length())) > 0 {
			ids = append(ids, string(m.ID))
			v.Exempt = true
		}
	}
	sort.Strings(ids)
	v.Marks = strings.Join(ids, ",")
	return v
}
