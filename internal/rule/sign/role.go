package sign

import (
	"slices"
	"strings"
)

// roles are the words by which a description may name a role, and the codes and
// names by which a factor is known without one.
var roles = []struct {
	role  Role
	word  string
	names []string
}{
	{Flow, "flow", []string{"w00000", "a00000", "b01", "flow", "flowrate", "流量", "废水流量", "废气流量"}},
	{Acidity, "acidity", []string{"w01001", "001", "ph", "ph值"}},
	{Oxygen, "oxygen", []string{"a19001", "s01", "o2", "oxygen", "含氧量", "氧含量"}},
	{Temperature, "temperature", []string{"a01012", "s03", "temp", "temperature", "烟气温度", "烟温"}},
	{Humidity, "humidity", []string{"a01014", "s05", "humidity", "moisture", "烟气湿度", "湿度"}},
	{Production, "production", []string{"production", "production_power", "生产用电", "生产负荷"}},
	{Treatment, "treatment", []string{"treatment", "treatment_power", "治理用电", "治理设施用电"}},
	{Supply, "supply", []string{"supply", "water_supply", "取水量", "用水量"}},
	{Other, "other", []string{"w01010", "水温", "w01009", "w01014", "a01011", "a01013", "a01001", "a01002", "a01006", "a01007", "a01008",
		"pressure", "velocity", "do", "溶解氧", "电导率", "conductivity", "浊度", "turbidity"}},
	{Pollutant, "pollutant", nil},
}

// RoleOf tells what a factor is by its code or name; what nobody knows is a
// pollutant.
func RoleOf(name string) Role {
	low := strings.ToLower(name)
	for _, r := range roles {
		if slices.Contains(r.names, low) {
			return r.role
		}
	}
	return Pollutant
}

// RoleNamed reads the word for a role: flow, acidity, oxygen, temperature,
// humidity, production, treatment, supply, pollutant or other.
func RoleNamed(word string) (Role, bool) {
	for _, r := range roles {
		if r.word == word {
			return r.role, true
		}
	}
	return Other, false
}
