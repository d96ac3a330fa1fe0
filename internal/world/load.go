package world

import "strconv"

// yearly is how many seconds a plant runs in a year by its permit: 300 days.
const yearly = 300 * 24 * 3600

// Loads gives the made-up permitted loads of the main pollutants, tonnes a year
// by factor: what the outlet may emit at full flow and at its limits.
func (o *Outlet) Loads() map[string]string {
	out := map[string]string{}
	flow := float64(o.plant.design) / float64(one) // L/s or m³/s, so that mg/L or mg/m³ times it is mg/s
	for _, l := range o.Limits {
		switch l.Factor {
		case "w01018", "w21003", "a21026", "a21002":
			upper, err := strconv.ParseFloat(l.Upper, 64)
			if err == nil {
				out[l.Factor] = strconv.FormatFloat(upper*flow*yearly/1e9, 'f', 2, 64)
			}
		}
	}
	return out
}
