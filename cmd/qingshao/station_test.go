package main

import (
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/station"
)

func TestStation_Flags(t *testing.T) {
	t.Parallel()
	fine := hj212StationCmd{Version: "2025", ST: "32", Password: "123456", Minutes: 10, Interval: 30 * time.Second}
	for name, c := range map[string]struct {
		edit func(*hj212StationCmd)
		mn   string
		ok   bool
	}{
		"as it is":             {func(*hj212StationCmd) {}, "010000A8900016F000169DC0", true},
		"2005":                 {func(c *hj212StationCmd) { c.Version = "2005" }, "88888880000001", true},
		"its own MN":           {func(c *hj212StationCmd) { c.MN = "X1" }, "X1", true},
		"no MN":                {func(c *hj212StationCmd) { c.New = true }, "", true},
		"key":                  {func(c *hj212StationCmd) { c.SM4Key = "0000000000000000" }, "010000A8900016F000169DC0", true},
		"new with an MN":       {func(c *hj212StationCmd) { c.New, c.MN = true, "X1" }, "", false},
		"key of 2017":          {func(c *hj212StationCmd) { c.Version, c.SM4Key = "2017", "0000000000000000" }, "", false},
		"short key":            {func(c *hj212StationCmd) { c.SM4Key = "000" }, "", false},
		"minutes of 7":         {func(c *hj212StationCmd) { c.Minutes = 7 }, "", false},
		"no realtime interval": {func(c *hj212StationCmd) { c.Interval = 0 }, "010000A8900016F000169DC0", true},
	} {
		cmd := fine
		c.edit(&cmd)
		s, err := cmd.station()
		if (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err == nil && (s.MN != c.mn || s.Settings.Realtime != (cmd.Interval > 0) || s.Settings.RtdInterval < 1 || (s.Key != nil) != (cmd.SM4Key != "")) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestStation_ShowsNoSecrets(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	showEvent(&b, station.Event{At: time.Date(2026, 11, 21, 8, 30, 5, 0, hj212.Beijing), Out: true, Sealed: true, Note: "上位机下发新密钥",
		Text: "QN=1;ST=32;CN=1014;PW=654321;MN=X;Flag=9;CP=&&SKCreateTime=1,NewSK=0000000000000000&&"})
	if got := b.String(); got != "08:30:05.000 发 → 上位机下发新密钥（密文）\n    QN=1;ST=32;CN=1014;PW=***;MN=X;Flag=9;CP=&&SKCreateTime=1,NewSK=***&&\n" {
		t.Errorf("%q", got)
	}
}
