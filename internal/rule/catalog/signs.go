package catalog

import (
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// Signs lists the rules of behaviour: what they say counts together (see package
// sign).
func Signs() []sign.Rule {
	list := []sign.Rule{
		exceedMean(), exceedDay(),
		constantValue(), tooSmooth(), copiedData(), zeroOrNegative(), fullRange(), cappedValues(), underLimit(),
		suddenDrop(), lowConcentration(), lowEmission(),
		orderRelation(), ratioDrift(), flowMismatch(), oxygenHigh(), bypassState(), nightPattern(),
		treatmentOff(), treatmentLow(), stopOrder(), rainDry(),
		markCover(), falseStop(), markPattern(), settingChange(), calibrationStep(),
		gapPattern(), missingData(), lowTransmission(), outOfRange(),
	}
	for i := range list {
		list[i] = list[i].Whole()
	}
	return list
}

// plants are the outlets of enterprises.
var plants = []enterprise.Kind{enterprise.Gas, enterprise.Water}

// hours is a number of hours as a time.
func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// name is a channel's name with the word for what was looked at.
func name(s *sign.Scene, c int) string { return s.Outlet.Channels[c].Name }

// unitOf is a channel's unit behind a number.
func unitOf(s *sign.Scene, c int) string {
	if u := s.Outlet.Channels[c].Unit; u != "" {
		return " " + u
	}
	return ""
}

// pollutants are the channels that permits limit.
func pollutants(s *sign.Scene) []int {
	var out []int
	for c := range s.Outlet.Channels {
		if s.Outlet.Channels[c].Role == sign.Pollutant {
			out = append(out, c)
		}
	}
	return out
}

// all reports whether every one of the newest n slots passes.
func all(s *sign.Scene, n int, pass func(*sign.Slot) bool) bool {
	last := s.Last(n)
	if len(last) < n {
		return false
	}
	for i := range last {
		if !pass(&last[i]) {
			return false
		}
	}
	return true
}

// count counts the slots that pass, of the newest n.
func count(s *sign.Scene, n int, pass func(*sign.Slot) bool) int {
	k := 0
	last := s.Last(n)
	for i := range last {
		if pass(&last[i]) {
			k++
		}
	}
	return k
}
