package looptest

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
)

// feed is a source of hourly values made by hand.
type feed struct{ hours []rule.Sample }

// Since gives the hours after the cursor.
func (f *feed) Since(_ context.Context, s rule.Stream, cursor int64) ([]rule.Sample, int64, error) {
	if s != enterprise.Hour || cursor >= int64(len(f.hours)) {
		return nil, cursor, nil
	}
	return slices.Clone(f.hours[cursor:]), int64(len(f.hours)), nil
}

// Wake never wakes: tests run the rules themselves.
func (f *feed) Wake() <-chan struct{} { return nil }

// Outlet registers an enterprise with a stack that may emit 50 mg/m³ of SO2 as
// an hourly mean, and gives the ids of both.
func (c *City) Outlet(firm, area string) (enterpriseID, outletID string) {
	c.T.Helper()
	ctx, by := context.Background(), Person("duty")
	by.Area = ""
	e := enterprise.New(c.DB, c.Policy)
	f, err := e.Create(ctx, by, enterprise.Enterprise{Name: firm, Area: area, PermitClass: enterprise.PermitKey})
	if err != nil {
		c.T.Fatal(err)
	}
	o, err := e.CreateOutlet(ctx, by, enterprise.Outlet{EnterpriseID: f.ID, Code: "DA001", Name: "1号排气筒", Kind: enterprise.Gas, Area: area})
	if err != nil {
		c.T.Fatal(err)
	}
	limit := decimal.Must("50")
	_, err = e.SetLimit(ctx, by, enterprise.Limit{OutletID: o.ID, Factor: "a21026", Upper: &limit, Statistic: enterprise.Hour,
		Standard: "GB 13271-2014", Article: "表2", ValidFrom: c.Clock.Now().AddDate(-1, 0, 0)})
	if err != nil {
		c.T.Fatal(err)
	}
	return f.ID, o.ID
}

// Hour lets an outlet's hourly mean of SO2 arrive, for the hour before now, and
// runs the rules. It gives the outlet's alarms, newest first.
func (c *City) Hour(outletID, value string) []rule.Alarm {
	c.T.Helper()
	ctx := context.Background()
	c.feed.hours = append(c.feed.hours, rule.Sample{OutletID: outletID, OutletKind: enterprise.Gas, Factor: "a21026",
		At: c.Clock.Now().Truncate(time.Hour).Add(-time.Hour), Value: decimal.Must(value), Flag: "N", Valid: true})
	if _, err := rule.NewRunner(c.Rules, c.feed, slog.New(slog.DiscardHandler)).RunDue(ctx); err != nil {
		c.T.Fatal(err)
	}
	who := Person("duty")
	who.Area = ""
	page, err := c.Rules.List(ctx, who, rule.Query{OutletID: outletID})
	if err != nil {
		c.T.Fatal(err)
	}
	return page.Items
}
