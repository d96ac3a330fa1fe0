package hj212

import (
	"slices"
	"strings"
	"time"
)

// setNumbers takes the numbers of 1000, 1001, 1062 and 1064.
func (s *Station) setNumbers(a *Area) int {
	taken := 0
	for name, place := range map[string]*int{"OverTime": &s.Settings.OverTime, "ReCount": &s.Settings.ReCount, "WarnTime": &s.Settings.WarnTime,
		"RtdInterval": &s.Settings.RtdInterval, "MinInterval": &s.Settings.MinInterval} {
		value, ok := a.Param(name)
		if !ok {
			continue
		}
		n, number := digits(value)
		if !number || n == 0 || name == "MinInterval" && !slices.Contains(MinIntervals, n) {
			return ExeArgument
		}
		*place = n
		taken++
	}
	if taken == 0 {
		return ExeArgument
	}
	return ExeDone
}

// setTexts takes the texts of 1032, 1042 and 1072.
func (s *Station) setTexts(a *Area) int {
	taken := 0
	for name, place := range map[string]*string{"AlarmTarget": &s.Settings.AlarmTarget, "ReportTime": &s.Settings.ReportTime, "NewPW": &s.PW, "PW": &s.PW} {
		if value, ok := a.Param(name); ok && len(value) > 0 {
			*place = string(value)
			taken++
		}
	}
	if taken == 0 {
		return ExeArgument
	}
	return ExeDone
}

func (s *Station) setClock(a *Area, now time.Time) int {
	t, ok := ParseTime([]byte(textOf(a, "SystemTime")))
	if !ok {
		return ExeArgument
	}
	s.Settings.ClockOffset = t.Sub(now)
	return ExeDone
}

// setKey takes the key that counts from the next frame on; the one before stays
// readable.
func (s *Station) setKey(a *Area) int {
	key := textOf(a, "NewSK")
	if len(key) != cipherBlock {
		return ExeArgument
	}
	c, err := s.NewCipher([]byte(key))
	if err != nil {
		return ExeFailed
	}
	s.previous, s.Key, s.Settings.KeyCreated = s.Key, c, textOf(a, "SKCreateTime")
	return ExeDone
}

// limits writes those of the factors asked for, of all when none is named.
func (s *Station) limits(a *Area) string {
	var b AreaBuilder
	for _, l := range s.Settings.Limits {
		asked := false
		for _, p := range a.Params {
			asked = asked || equalFold(p.Name, "PolId") && string(p.Value) == l.Code
		}
		if !asked && textOf(a, "PolId") != "" {
			continue
		}
		if l.Low != "" {
			b.Pair(l.Code, "LowValue", l.Low)
		}
		if l.Up != "" {
			b.Pair(l.Code, "UpValue", l.Up)
		}
	}
	return string(b.Bytes())
}

func (s *Station) setLimits(a *Area) int {
	if len(a.Items) == 0 {
		return ExeArgument
	}
	for i := range a.Items {
		it := &a.Items[i]
		low, _ := it.Get("LowValue")
		up, _ := it.Get("UpValue")
		l := AlarmLimit{Code: string(it.Code), Low: string(low), Up: string(up)}
		if at := slices.IndexFunc(s.Settings.Limits, func(x AlarmLimit) bool { return x.Code == l.Code }); at >= 0 {
			s.Settings.Limits[at] = l
		} else {
			s.Settings.Limits = append(s.Settings.Limits, l)
		}
	}
	return ExeDone
}

func (s *Station) setSampling(a *Area, polID string) int {
	var kept []string
	for _, p := range a.Params {
		if name := FieldName(p.Name); name == "CstartTime" || name == "CTime" {
			kept = append(kept, name+"="+string(p.Value))
		}
	}
	if len(kept) == 0 {
		return ExeArgument
	}
	if s.Settings.Sampling == nil {
		s.Settings.Sampling = map[string]string{}
	}
	s.Settings.Sampling[polID] = strings.Join(kept, ";")
	return ExeDone
}
