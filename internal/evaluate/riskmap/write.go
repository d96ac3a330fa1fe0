package riskmap

import (
	"encoding/json"
	"math/big"
	"time"
)

// MarshalJSON writes facts as a facts file, which Read reads back to the same
// facts.
func (f Facts) MarshalJSON() ([]byte, error) {
	type found struct {
		Level     string `json:"level"`
		Kind      string `json:"kind"`
		SelfFound bool   `json:"self_found"`
	}
	type event struct {
		Date  string `json:"date"`
		Grade string `json:"grade"`
	}
	type unit struct {
		Code         string                     `json:"code"`
		Name         string                     `json:"name,omitempty"`
		Water        map[string]json.RawMessage `json:"water,omitempty"`
		Air          map[string]json.RawMessage `json:"air,omitempty"`
		Complaints   map[string]json.RawMessage `json:"complaints,omitempty"`
		MassIncident bool                       `json:"mass_incident"`
		Discovery    []found                    `json:"discovery,omitempty"`
		Events       []event                    `json:"events,omitempty"`
		Exceedances  json.RawMessage            `json:"exceedances,omitempty"`
	}
	units := make([]unit, 0, len(f.Units))
	for _, u := range f.Units {
		x := unit{Code: u.Code, Name: u.Name, MassIncident: u.MassIncident,
			Water: u.Water.members("share"), Air: u.Air.members("index"), Complaints: u.Complaints.members("count")}
		for _, d := range u.Discovery {
			x.Discovery = append(x.Discovery, found(d))
		}
		for _, e := range u.Events {
			x.Events = append(x.Events, event{e.Date.Format(time.DateOnly), e.Grade})
		}
		if len(u.Exceedances) > 0 {
			x.Exceedances = numbers(u.Exceedances)
		}
		units = append(units, x)
	}
	return json.Marshal(struct {
		Profile string `json:"profile,omitempty"`
		Month   string `json:"month"`
		Units   []unit `json:"units"`
	}{f.Profile, f.Month.String(), units})
}

func (c *Compared) members(key string) map[string]json.RawMessage {
	if c == nil {
		return nil
	}
	return map[string]json.RawMessage{key: number(c.Value), "baseline": numbers(c.Baseline)}
}

func numbers(list []*big.Rat) json.RawMessage {
	out := make([]json.RawMessage, 0, len(list))
	for _, r := range list {
		out = append(out, number(r))
	}
	text, _ := json.Marshal(out) // numbers are JSON already
	return text
}

// number writes a fraction exactly where it has an end; facts that are entered
// or counted all have.
func number(r *big.Rat) json.RawMessage {
	if r == nil {
		return json.RawMessage("null")
	}
	digits, exact := r.FloatPrec()
	if !exact {
		digits = 30
	}
	return json.RawMessage(r.FloatString(digits))
}
