package app

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/silence"
)

// watch builds the rules on the committed values; clues and notices come first.
func (a *App) watch() {
	var ear rule.Ear
	if !a.conf.Deaf {
		ear = a.digest
	}
	a.rules = rule.NewService(rule.Deps{
		DB: a.db, Auth: a.policy, Rules: catalog.All(), Funnel: a.clues, Files: a.files, Notify: a.notify, Timeline: a.timeline, Packer: packer{a},
		Calendar: a.calendar, Signs: catalog.Signs(), Hours: hours{a.telemetry}, Known: known{a.db}, Values: hours{a.telemetry}, Ear: ear,
		Policy: rule.Policy{Prefix: a.place.Prefix + "-Y", Ladders: a.place.Warning.Ladders, Events: a.place.Warning.Events, Sector: a.sector, City: a.place.Regions.Root().Code,
			Offline: time.Duration(a.place.Quiet.OfflineMinutes) * time.Minute, Missing: time.Duration(a.place.Quiet.MissingHours) * time.Hour,
			Answers: rule.Answers(a.place.Warning.Answers), Grades: a.place.Warning.Grades, Quota: rule.Quota(a.place.Warning.Quota),
			Category: map[enterprise.Kind]string{enterprise.Gas: "air", enterprise.Water: "water", enterprise.Rain: "water"}},
	})
	a.rules.Jobs(a.jobs)
	a.notify.Describe(rule.Machine.Kind, a.rules.Describe())
	for _, m := range rule.MeasureMachines() {
		a.notify.Describe(m.Kind, a.rules.DescribeMeasure(m))
	}
	for _, m := range []*flow.Machine{a.clues.Machine(), a.issues.Machine(), mark.Machine} {
		a.notify.Describe(m.Kind, notify.Describer{Title: m.Title})
	}
	q := a.place.Quiet
	a.silences = silence.New(silence.Deps{DB: a.db, Auth: a.policy, Alarms: a.rules, Notify: a.notify, Timeline: a.timeline,
		Policy: silence.Policy{Prefix: a.place.Prefix + "-J", Longest: time.Duration(q.SilenceHours) * time.Hour, PlanOnce: time.Duration(q.PlanDays) * 24 * time.Hour,
			PlanTill: 366 * 24 * time.Hour, Turn: time.Duration(q.TurnHours) * time.Hour}})
	a.silences.Jobs(a.jobs)
	a.files.Guard(rule.Machine.Kind, a.rules.See)
	a.files.Guard(rule.EventMachine.Kind, a.rules.SeeEvent)
	for _, m := range rule.MeasureMachines() {
		a.files.Guard(m.Kind, a.rules.SeeMeasure)
	}
	a.judges = rule.NewRunner(a.rules, values{a.telemetry, a.digest}, a.conf.Log)
	a.background(a.judges, a.judges.RunDue)
	a.metrics.Counter("rules_values_total", "Values that the rules have judged.", func() float64 { n, _, _ := a.judges.Cost(); return float64(n) })
	a.metrics.Counter("rules_seconds_total", "Processor time that judging them took.", func() float64 { _, d, _ := a.judges.Cost(); return d.Seconds() })
	a.metrics.Counter("rules_alarm_seconds_total", "Processor time that raising and ending alarms took.", func() float64 { _, _, d := a.judges.Cost(); return d.Seconds() })
	a.metrics.Gauge("rules_behind_batches", "Batches of readings that the rules have not judged yet.", func() float64 { return float64(a.Unjudged()) })
}

// sector is the agency of a trade in an area: the county's branch, or the city's
// body where there is none.
func (a *App) sector(industry, area string) string {
	body := a.place.Warning.Sector(industry)
	if len(area) > 6 {
		area = area[:6]
	}
	branch, ok := a.place.Agencies.Branch(body, area)
	if !ok {
		return ""
	}
	return branch.ID
}

// Unjudged is how many batches of readings the rules have not judged yet.
func (a *App) Unjudged() int64 { return max(0, a.telemetry.Head()-a.judges.Passed()) }

// RuleCost is how many values the rules have judged and how much of a processor
// that took, and the beginnings and ends of alarms.
func (a *App) RuleCost() (values int64, judging, alarms time.Duration) { return a.judges.Cost() }

// values offers what telemetry has committed to the rules.
type values struct {
	store  *telemetry.Store
	digest *telemetry.Digest
}

// valuesPage is about how many frames or values a pass of the rules takes.
const valuesPage = 2000

// Wake is closed at the next commit.
func (v values) Wake() <-chan struct{} { return v.store.Wake() }

// Since gives realtime values from the frames themselves, hourly and daily ones
// from the official values.
func (v values) Since(ctx context.Context, stream rule.Stream, cursor int64) ([]rule.Sample, int64, error) {
	switch stream {
	case enterprise.Hour:
		return means(v.digest.HourlySince(ctx, cursor, valuesPage))
	case enterprise.Day:
		return means(v.digest.DailySince(ctx, cursor, valuesPage))
	}
	records, next, err := v.store.Since(ctx, cursor, valuesPage)
	if err != nil {
		return nil, cursor, err
	}
	values := 0
	for i := range records {
		values += len(records[i].Items)
	}
	out := make([]rule.Sample, 0, values)
	for i := range records {
		out = appendSamples(out, &records[i])
	}
	return out, next, nil
}

// means turns hourly or daily values into samples. What may not be judged goes
// to the rules as well, as not valid: it may take the place of a value that broke
// a limit before it was marked.
func means(periods []telemetry.PeriodValue, next int64, err error) ([]rule.Sample, int64, error) {
	var out []rule.Sample
	for _, p := range periods {
		if value, ok := p.Number(); ok {
			_, judged := p.Judged()
			out = append(out, rule.Sample{OutletID: p.OutletID, OutletKind: enterprise.Kind(p.OutletKind), Factor: p.Factor, At: p.At,
				Value: value, Flag: p.Flag, Valid: judged && p.Valid()})
		}
	}
	return out, next, err
}

// appendSamples turns a realtime frame into samples: the converted (折算) value
// where one was sent, since limits judge it.
func appendSamples(out []rule.Sample, r *telemetry.Record) []rule.Sample {
	if r.CN != telemetry.CNRealtime || r.OutletID == "" || !r.Plausible() {
		return out
	}
	for _, it := range r.Items {
		value, ok := it.Get(telemetry.ZsRtd)
		if !ok {
			value, ok = it.Get(telemetry.Rtd)
		}
		if ok {
			out = append(out, rule.Sample{OutletID: r.OutletID, OutletKind: enterprise.Kind(r.OutletKind), Factor: it.Factor, At: r.Time,
				Value: value, Flag: it.Flag, Valid: it.Valid() && !saturated(value)})
		}
	}
	return out
}

// saturated reports whether a value is the largest of its format, all nines:
// senders write it when no value can be given, e.g. converted at 21 % oxygen.
func saturated(d decimal.Decimal) bool {
	m := max(d.Mantissa, -d.Mantissa)
	digits := int8(0)
	for ; m%10 == 9; m /= 10 {
		digits++
	}
	return m == 0 && digits >= 4 && digits > d.Scale
}

// hours offers an outlet's official hours to the signs.
type hours struct{ store *telemetry.Store }

// chunk is how much of the past one question asks for.
const chunk = 100 * 24 * time.Hour

// HoursOf gives the numbers that limits judge, in order of time.
func (h hours) HoursOf(ctx context.Context, outletID string, from, to time.Time) ([]rule.HourValue, error) {
	var out []rule.HourValue
	for begin := from; begin.Before(to); begin = begin.Add(chunk) {
		end := begin.Add(chunk)
		if end.After(to) {
			end = to
		}
		series, _, err := h.store.SeriesOf(ctx, telemetry.SeriesQuery{OutletID: outletID, Kind: telemetry.SeriesHour, From: begin, To: end})
		if err != nil {
			return nil, err
		}
		for _, s := range series {
			for _, p := range s.Points {
				mean := p.Judged().Float64()
				v := rule.HourValue{Factor: s.Factor, At: p.At, Mean: mean, Min: mean, Max: mean, Flag: p.Flag}
				if p.Min != nil && p.Max != nil && p.Converted == nil {
					v.Min, v.Max = p.Min.Float64(), p.Max.Float64()
				}
				out = append(out, v)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rule.HourValue) int { return a.At.Compare(b.At) })
	return out, nil
}

// ValuesOf gives the values of a stream at an outlet, as the rules were offered them.
func (h hours) ValuesOf(ctx context.Context, stream rule.Stream, o enterprise.Outlet, from, to time.Time) ([]rule.Sample, error) {
	kind, step := telemetry.SeriesKind(stream), chunk
	if stream == enterprise.Realtime {
		step = 24 * time.Hour
	}
	var out []rule.Sample
	for begin := from; begin.Before(to); begin = begin.Add(step) {
		series, _, err := h.store.SeriesOf(ctx, telemetry.SeriesQuery{OutletID: o.ID, Kind: kind, From: begin, To: earlier(begin.Add(step), to)})
		if err != nil {
			return nil, err
		}
		for _, s := range series {
			for _, p := range s.Points {
				value := p.Judged()
				out = append(out, rule.Sample{OutletID: o.ID, OutletKind: o.Kind, Factor: s.Factor, At: p.At, Value: value, Flag: p.Flag, Valid: p.Flag == "N" && !saturated(value)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rule.Sample) int { return a.At.Compare(b.At) })
	return out, nil
}
