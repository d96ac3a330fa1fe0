package app

import (
	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/evaluate/coverage"
	"github.com/qingshao/qingshao/internal/permit"
)

// coveragePages adds how far sources are monitored, by the place's choices.
func (a *App) coveragePages(words api.Names) {
	c := coverage.Config{
		Rules: coverage.Rules{Target: a.place.Coverage.Target, Factors: a.place.Coverage.Factors, HeardDays: a.place.Coverage.HeardDays},
		UnitOf: func(area string) string {
			u, _ := a.place.Regions.Unit(area)
			return u.Code
		},
	}
	for _, u := range a.place.Units {
		c.Units = append(c.Units, u.Code)
	}
	a.api.Coverage(coverage.New(a.db, a.policy, a.digest, c), permit.New(a.db, a.policy), words, a.place.Name)
}
