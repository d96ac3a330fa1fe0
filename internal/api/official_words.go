package api

import (
	"fmt"
	"strings"

	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/mark"
)

// sentence tells in words what a value was made of and whether it may be judged.
func sentence(e telemetry.Explanation, period telemetry.Period, x Explained) string {
	v, parts := e.Value, []string{}
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch {
	case v.Source == telemetry.Reported:
		say("该值由站点作为%s上报，本系统未改其数", map[telemetry.Period]string{telemetry.Hour: "小时数据（2061）", telemetry.Day: "日数据（2031）"}[period])
	case period == telemetry.Day:
		say("该值由当日 %d 个有效小时值%s得到，应有 %d 个", v.Count, dayMean(e, x), v.Due)
	case v.Due == 60 && len(e.Parts) > 60:
		say("该值由该小时内收到的 %d 个实时值取算术平均得到，有效 %d 分钟", len(e.Parts), v.Count)
	default:
		say("该值由该小时内 %d 个有效的%s取算术平均得到，应有 %d 个", v.Count, map[string]string{telemetry.FromMinute: "分钟值"}[v.Source]+map[bool]string{true: "", false: "实时值"}[v.Source == telemetry.FromMinute], v.Due)
	}
	if v.ConvertedHere {
		said := ""
		for _, b := range e.Beside {
			if b.Factor == factor.Oxygen && b.Value != nil {
				said = fmt.Sprintf("、同时段含氧量 %s%%", b.Value)
			}
		}
		if e.Norm != nil && e.Norm.Oxygen != nil && period == telemetry.Hour {
			say("按基准含氧量 %s%%%s折算", e.Norm.Oxygen, said)
		}
	}
	if t := v.Guard.Title(); t != "" {
		say("%s", t)
	}
	if len(e.Marks) > 0 {
		say("涉及标记 %s", strings.Join(markWords(e.Marks), "、"))
	}
	switch {
	case v.Flag != v.OwnFlag:
		say("未计标记时数据标记为 %s，现为 %s，不作为超标依据", v.OwnFlag, v.Flag)
	case v.Exempt:
		say("数据有效，但处于豁免时段，不作为超标依据")
	case !v.Valid():
		say("数据标记为 %s，无效，不作为超标依据", v.Flag)
	case !x.Value.Judged:
		say("不作判定")
	case x.Value.Exceeds:
		say("有效，超过限值")
	default:
		say("有效")
	}
	return strings.Join(parts, "；") + "。"
}

func dayMean(e telemetry.Explanation, x Explained) string {
	f, _ := factor.ByCode(e.Value.Factor)
	if e.Rules.ByFlow && f.MassUnit != "" && f.Code != factor.WaterFlow && len(x.Beside) > 0 {
		return "按流量加权平均"
	}
	return "取算术平均"
}

func markWords(list []mark.Mark) (out []string) {
	for _, m := range list {
		out = append(out, m.Number+"（"+m.Title()+"）")
	}
	return out
}
