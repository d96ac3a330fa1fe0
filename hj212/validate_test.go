package hj212

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	const head = "QN=20160801085857223;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
	const fine = head + "DataTime=20160801080000;w01018-Min=39.0,w01018-Avg=40.1,w01018-Max=41.5,w01018-Flag=N&&"
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"ST=32", "ST=77", "st-unknown ST 77"},
		{"2061", "2999", "cn-unknown CN 2999"},
		{"PW=123456", "PW=1234567", "pw-size PW 1234567"},
		{"QN=20160801", "QN=20161301", "qn-time QN 20161301085857223"},
		{"0801080000;", "0801080100;", "data-time-aligned DataTime 20160801080100"},
		{"0801080000;", "0832080000;", "time-form DataTime 20160832080000"},
		{"DataTime=20160801080000;", "", "data-time-missing DataTime "},
		{"w01018-Flag=N", "w01018-Flag=?", "flag-unknown w01018-Flag ?"},
		{"39.0", "41.0", "min-avg-max w01018-Min 41.0"},
		{"40.1", "40.123", "value-format w01018-Avg 40.123"},
		{"40.1", "4O.1", "value-form w01018-Avg 4O.1"},
		{"w01018", "w99998", "code-unknown w99998 "},
		{"Flag=5", "Flag=05", "flag-form  "},
	} {
		var f Frame
		if err := ParseSegment([]byte(strings.ReplaceAll(fine, c.old, c.new)), &f); c.old != "" && err != nil {
			t.Fatal(err)
		} else if c.old == "" {
			ParseSegment([]byte(fine), &f)
		}
		var got []string
		for _, x := range Validate(&f) {
			if x.Text == "" || x.Clause == "" {
				t.Errorf("%s: text %q clause %q", x.Rule, x.Text, x.Clause)
			}
			got = append(got, x.Rule+" "+x.Field+" "+x.Value)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s to %s: %q, want %q", c.old, c.new, got, c.want)
		}
	}
}
