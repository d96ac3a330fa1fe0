package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/gap"
)

type gaps struct{ svc *gap.Service }

// Gaps registers what is missing of devices' data and what becomes of it.
func (a *API) Gaps(svc *gap.Service) {
	r := gaps{svc}
	get(a, "getMissingCalendar", "/outlets/{id}/missing", "缺数日历", r.calendar)
	get(a, "listGaps", "/gaps", "缺数清单", r.list, needs(auth.TelemetryRead))
	post(a, "retryGap", "/gaps/{id}/retry", "再次补取", r.retry)
}

// MissingCalendar is a month of an outlet: days × kinds of data.
type MissingCalendar struct {
	Month string        `json:"month"`
	Kinds []MissingKind `json:"kinds" nullable:"false"`
	Days  []MissingDay  `json:"days" nullable:"false" doc:"只列有应到数据的日子"`
}

// MissingKind is a row of the calendar.
type MissingKind struct {
	Kind    string `json:"kind" enum:"realtime,minute,hour,day"`
	Title   string `json:"title"`
	Due     int64  `json:"due"`
	Missing int64  `json:"missing"`
}

// MissingDay is a cell of the calendar.
type MissingDay struct {
	Date     string `json:"date" doc:"2006-01-02，北京时间"`
	Kind     string `json:"kind" enum:"realtime,minute,hour,day"`
	Due      int64  `json:"due" doc:"应到"`
	Received int64  `json:"received" doc:"实到，含补到"`
	Late     int64  `json:"late" doc:"缺后补到"`
	Missing  int64  `json:"missing" doc:"仍缺"`
	Lost     int64  `json:"lost" doc:"仍缺中无法补取的"`
}

func (r gaps) calendar(ctx context.Context, in *struct {
	ByID
	Month    string `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"2006-01，空为本月"`
	DeviceID string `query:"device_id" maxLength:"64"`
}) (MissingCalendar, error) {
	month := r.svc.DB.Now().In(hj212.Beijing)
	if in.Month != "" {
		var err error
		if month, err = time.ParseInLocation("2006-01", in.Month, hj212.Beijing); err != nil {
			return MissingCalendar{}, fault.Invalidf("月份应为 2026-11 的形式").With("month", "请选择月份")
		}
	}
	days, err := r.svc.Calendar(ctx, actor(ctx), in.ID, in.DeviceID, month)
	out := MissingCalendar{Month: month.Format("2006-01"), Kinds: []MissingKind{}, Days: []MissingDay{}}
	of := map[string]*MissingKind{}
	for _, d := range days {
		out.Days = append(out.Days, MissingDay{d.Start.In(hj212.Beijing).Format(time.DateOnly), d.Kind.Name, d.Due, d.Came + d.Late, d.Late, d.Missing, d.Lost})
		k := of[d.Kind.Name]
		if k == nil {
			k = &MissingKind{Kind: d.Kind.Name, Title: d.Kind.Title}
			of[d.Kind.Name] = k
		}
		k.Due, k.Missing = k.Due+d.Due, k.Missing+d.Missing
	}
	for _, k := range gap.Kinds {
		if x := of[k.Name]; x != nil {
			out.Kinds = append(out.Kinds, *x)
		}
	}
	return out, err
}

// GapView is an unbroken run of data that did not come.
type GapView struct {
	ID         string `json:"id"`
	DeviceID   string `json:"device_id"`
	MN         string `json:"mn"`
	OutletID   string `json:"outlet_id"`
	Kind       string `json:"kind" enum:"realtime,minute,hour,day"`
	KindTitle  string `json:"kind_title"`
	From       string `json:"from" doc:"首个所缺时刻"`
	To         string `json:"to" doc:"最后一个所缺时刻"`
	Missing    int64  `json:"missing" doc:"所缺个数"`
	State      string `json:"state" enum:"open,asked,closed,lost"`
	StateTitle string `json:"state_title"`
	Attempts   int    `json:"attempts" doc:"已补取次数"`
	NextAt     string `json:"next_at" doc:"下次处理的时间"`
	CommandID  string `json:"command_id"`
	Reason     string `json:"reason"`
	FoundAt    string `json:"found_at"`
	EndedAt    string `json:"ended_at"`
	CanRetry   bool   `json:"can_retry"`
	Version    int64  `json:"version"`
}

func (r gaps) view(who auth.Actor) func(gap.Gap) GapView {
	return func(g gap.Gap) GapView {
		k := gap.KindOf(g.CN)
		v := GapView{ID: g.ID, DeviceID: g.DeviceID, MN: g.MN, OutletID: g.OutletID, Kind: k.Name, KindTitle: k.Title, From: when(g.From()), To: when(g.To()), Missing: g.Missing(),
			State: string(g.State), StateTitle: gap.Machine.StateTitle(g.State), Attempts: g.Attempts, CommandID: g.CommandID, Reason: g.Reason,
			FoundAt: when(g.FoundAt), EndedAt: when(g.EndedAt), CanRetry: r.svc.May(who, g), Version: g.Version}
		if g.State == gap.Open {
			v.NextAt = when(g.NextAt)
		}
		return v
	}
}

func (r gaps) list(ctx context.Context, in *struct {
	OutletID string    `query:"outlet_id" maxLength:"64"`
	DeviceID string    `query:"device_id" maxLength:"64"`
	Kind     string    `query:"kind" enum:"realtime,minute,hour,day"`
	State    []string  `query:"state" maxItems:"4" enum:"open,asked,closed,lost"`
	From     time.Time `query:"from"`
	To       time.Time `query:"to"`
	Paging
}) (Page[GapView], error) {
	who := actor(ctx)
	page, err := r.svc.List(ctx, who, gap.Query{OutletID: in.OutletID, DeviceID: in.DeviceID, Kind: in.Kind, States: in.State, From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.view(who)), err
}

func (r gaps) retry(ctx context.Context, in *ByID) (GapView, error) {
	who := actor(ctx)
	g, err := r.svc.Retry(ctx, who, in.ID)
	return r.view(who)(g), err
}
