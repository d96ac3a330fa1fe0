package app

import (
	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
)

// complaintSources are the sources of clues that count as complaints: what
// people report by telephone, in person, by letter and on the web.
var complaintSources = []string{"phone", "visit", "letter", "web"}

// riskMap builds the risk map and its pages.
func (a *App) riskMap() {
	c := riskmap.Config{Profile: a.place.ID, Tables: a.place.RiskMap, Root: a.place.Regions.Root().Code, Sources: complaintSources, Prefix: a.place.Prefix + "-R", TaskPrefix: a.place.Prefix + "-T",
		UnitOf: func(area string) string { u, _ := a.place.Regions.Unit(area); return u.Code }}
	var tiles []api.RiskTile
	for _, u := range a.place.Units {
		c.Units = append(c.Units, riskmap.UnitName{Code: u.Code, Name: u.Name})
		tiles = append(tiles, api.RiskTile{Code: u.Code, Name: u.Name, Short: u.Short, Kind: string(u.Kind), X: u.X, Y: u.Y})
	}
	a.risk = riskmap.New(riskmap.Deps{DB: a.db, Auth: a.policy, Notify: a.notify, Timeline: a.timeline, Calendar: a.calendar, Files: a.files}, c)
	a.risk.Jobs(a.jobs)
	a.api.RiskMap(a.risk, tiles, a.files)
}
