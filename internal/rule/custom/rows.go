package custom

import (
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/internal/factor"
)

// Row is one condition of the form that needs no writing.
type Row struct {
	Factor string  `json:"factor" doc:"因子编码，或流量、生产用电等"`
	Stat   string  `json:"stat" enum:"value,before,avg,max,min,swing,valid,marked,over,same,hour,running,idle" doc:"取什么数"`
	Hours  int     `json:"hours,omitempty" doc:"最近多少小时"`
	Op     string  `json:"op" enum:">,>=,<,<=,==,!=,"`
	Base   string  `json:"base" enum:"number,limit,lower,span,usual,high,low,usual_hour," doc:"与什么比"`
	Value  float64 `json:"value" doc:"数值；与限值、平时水平等比时为倍数"`
}

// Text writes the conditions as an expression. What is not filled in yet stays
// out, so that the problem is told at its place.
func Text(rows []Row, join string) string {
	sign := " 且 "
	if join == "or" {
		sign = " 或 "
	}
	var out []string
	for _, r := range rows {
		out = append(out, r.text())
	}
	return strings.Join(out, sign)
}

func (r Row) text() string {
	switch r.Stat {
	case "running":
		return "在生产"
	case "idle":
		return "非 在生产"
	case "hour":
		return "时 " + r.Op + " " + plainNumber(r.Value)
	}
	n := spell(r.Factor)
	left := n
	if f, ok := functionOf(r.Stat); ok && r.Stat != "value" {
		left = f.word.Name + "(" + n
		if f.hours {
			left += ", " + strconv.Itoa(r.Hours)
		}
		left += ")"
	}
	right := plainNumber(r.Value)
	if f, ok := functionOf(r.Base); ok && r.Base != "number" {
		base := f.word.Name + "(" + n + ")"
		if r.Value == 1 {
			right = base
		} else {
			right += " × " + base
		}
	}
	return left + " " + r.Op + " " + right
}

func plainNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// spell is the name of a factor as the expression has it.
func spell(f string) string {
	for _, p := range places {
		if f == p.word.Name || f == p.word.Latin {
			return p.word.Name
		}
	}
	name := factor.Name(f)
	if name == "" {
		return f
	}
	for _, r := range name {
		if !letter(r) {
			return strconv.Quote(name)
		}
	}
	return name
}
