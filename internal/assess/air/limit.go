package air

import (
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Limits is one edition of GB 3095, table 1.
type Limits struct {
	Version
	rows map[limitKey][2]string
}

type limitKey struct {
	item Item
	stat Statistic
}

// Limit is one limit with its source.
type Limit struct {
	Version
	Item      Item
	Statistic Statistic
	Class     Class
	Value     decimal.Decimal
}

var editions = []Limits{
	{Version{Name: "GB 3095-2012", Until: turn2026, Certainty: "A"}, map[limitKey][2]string{
		{SO2, Year}: {"20", "60"}, {SO2, Day}: {"50", "150"}, {SO2, Hour}: {"150", "500"},
		{NO2, Year}: {"40", "40"}, {NO2, Day}: {"80", "80"}, {NO2, Hour}: {"200", "200"},
		{CO, Day}: {"4", "4"}, {CO, Hour}: {"10", "10"},
		{O3, Day}: {"100", "160"}, {O3, Hour}: {"160", "200"},
		{PM10, Year}: {"40", "70"}, {PM10, Day}: {"50", "150"},
		{PM25, Year}: {"15", "35"}, {PM25, Day}: {"35", "75"},
	}},
	{Version{Name: "GB 3095-2026（过渡期）", From: turn2026, Until: turn2031, Certainty: "A"}, map[limitKey][2]string{
		{SO2, Year}: {"20", "60"}, {SO2, Day}: {"50", "150"}, {SO2, Hour}: {"150", "500"},
		{NO2, Year}: {"40", "40"}, {NO2, Day}: {"80", "80"}, {NO2, Hour}: {"200", "200"},
		{CO, Day}: {"4", "4"}, {CO, Hour}: {"10", "10"},
		{O3, Day}: {"100", "160"}, {O3, Hour}: {"160", "200"},
		{PM10, Year}: {"40", "60"}, {PM10, Day}: {"50", "120"},
		{PM25, Year}: {"15", "30"}, {PM25, Day}: {"35", "60"},
	}},
	{Version{Name: "GB 3095-2026", From: turn2031, Certainty: "A"}, map[limitKey][2]string{
		{SO2, Year}: {"20", "20"}, {SO2, Day}: {"50", "50"}, {SO2, Hour}: {"150", "150"},
		{NO2, Year}: {"30", "30"}, {NO2, Day}: {"50", "50"}, {NO2, Hour}: {"200", "200"},
		{CO, Day}: {"4", "4"}, {CO, Hour}: {"10", "10"},
		{O3, Day}: {"100", "160"}, {O3, Hour}: {"160", "200"},
		{PM10, Year}: {"20", "50"}, {PM10, Day}: {"50", "100"},
		{PM25, Year}: {"10", "25"}, {PM25, Day}: {"25", "50"},
	}},
}

// LimitAt is the limit that judges data of a day; false where the standard has
// none (CO and O3 by the year, particles by the hour).
func LimitAt(day time.Time, item Item, stat Statistic, class Class) (Limit, bool) {
	for i := range editions {
		if e := &editions[i]; e.at(day) {
			row, ok := e.rows[limitKey{item, stat}]
			if !ok {
				return Limit{}, false
			}
			return Limit{e.Version, item, stat, class, decimal.Must(row[class])}, true
		}
	}
	return Limit{}, false
}
