package air

import "time"

// Item is one of the six basic items.
type Item int

// The basic items, in the order of the reports.
const (
	SO2 Item = iota
	NO2
	CO
	O3
	PM10
	PM25
)

// Items lists the basic items.
var Items = [6]Item{SO2, NO2, CO, O3, PM10, PM25}

var names = [6]string{"SO2", "NO2", "CO", "O3", "PM10", "PM2.5"}

// String is the item's usual name.
func (i Item) String() string { return names[i] }

// Unit is the unit of concentrations.
func (i Item) Unit() string {
	if i == CO {
		return "mg/m³"
	}
	return "µg/m³"
}

// Factor is the item's code of HJ 212.
func (i Item) Factor() string {
	return [6]string{"a21026", "a21004", "a21005", "a05024", "a34002", "a34004"}[i]
}

// ItemOf finds the item of a name or a factor's code.
func ItemOf(name string) (Item, bool) {
	for _, i := range Items {
		if i.String() == name || i.Factor() == name {
			return i, true
		}
	}
	return 0, false
}

// Statistic is what a value is of.
type Statistic string

// The statistics that limits and indices speak of.
const (
	Hour Statistic = "hour"
	Day  Statistic = "day"  // the calendar day's mean; of O3 the daily maximum of running 8 h means
	Year Statistic = "year" // the mean of a year's daily means
)

// Class is the class of an area; II is everything that is no nature reserve or
// the like.
type Class int

// The classes of areas.
const (
	I Class = iota
	II
)

// Version is one edition of a standard and the days of data that it judges.
type Version struct {
	Name      string
	From      time.Time // zero: since ever
	Until     time.Time // zero: still
	Certainty string    // A text, B two sources, C one source
}

// at reports whether the version judges a day.
func (v Version) at(day time.Time) bool {
	return !day.Before(v.From) && (v.Until.IsZero() || day.Before(v.Until))
}

// Beijing is the zone of every calendar day here.
var Beijing = time.FixedZone("UTC+8", 8*3600)

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, Beijing)
}

// The turn of the standards: the new ones judge data from this day on.
var turn2026, turn2031 = date(2026, 3, 1), date(2031, 1, 1)
