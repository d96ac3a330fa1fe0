package app

import "github.com/qingshao/qingshao/internal/roster"

// roster makes the import of the registry with the place's own words.
func (a *App) roster() *roster.Service {
	c := roster.Config{Refresh: a.telemetry.Refresh}
	for _, r := range a.place.Regions.All() {
		c.Areas = append(c.Areas, roster.Choice{Code: r.Code, Name: r.Name})
	}
	for _, u := range a.place.Units {
		c.Units = append(c.Units, u.Name)
	}
	for _, i := range a.place.Industries {
		c.Industries = append(c.Industries, roster.Choice{Code: i.Code, Name: i.Name})
	}
	return roster.New(a.db, a.policy, c)
}
