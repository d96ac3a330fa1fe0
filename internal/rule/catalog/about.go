package catalog

import "github.com/qingshao/qingshao/internal/rule/sign"

// About is what people want to know of a sign beside its title and basis.
type About struct {
	Quiet string // when it keeps silent
	Cross string // what supports it
}

const (
	quietMarks = "有效数据不足半数或被标记的小时"
	quietUsual = quietMarks + "；学到常态（约 100 个运行小时）之前；备案变更之后重新学"
)

// about tells it of every sign; TestSigns_AreWhole finds what is missing.
var about = map[string]About{
	"exceed-mean":       {quietMarks, "单独成立"},
	"exceed-daily":      {quietMarks + "；有效小时不足 75 % 的日", "单独成立"},
	"constant":          {quietMarks + "；停产；检出限附近；短于自身历史最长平直段三倍", "单独成立；检出限附近须旁证"},
	"smooth":            {quietUsual, "单独成立：负荷正常波动"},
	"copied":            {quietMarks + "；停产；变化不足 6 次", "单独成立"},
	"zero":              {quietMarks + "；停产；自身常态就在零附近", "单独成立：生产或流量在运行"},
	"full-range":        {"没有登记量程", "单独成立"},
	"out-of-range":      {"没有登记量程（pH 除外）", "单独成立"},
	"capped":            {quietUsual, "单独成立"},
	"under-limit":       {quietUsual, "须另一族迹象"},
	"drop":              {quietMarks + "；备案变更前后；负荷改变", "有常态时须另一族迹象"},
	"low-concentration": {quietUsual + "；负荷偏离同时段常态", "两项以上污染物同低单独成立，否则须另一族"},
	"low-emission":      {quietUsual + "；没有流量或生产用电", "须另一族迹象：物料衡算（排放量与生产用电）"},
	"order":             {quietMarks, "单独成立"},
	"ratio":             {quietUsual + "；停产", "须另一族迹象"},
	"flow-mismatch":     {quietUsual + "；30 小时内有雨", "单独成立：流量与生产用电或取水"},
	"oxygen-high":       {quietUsual + "；负荷偏离常态", "单独成立"},
	"bypass":            {quietUsual, "单独成立：烟温与湿度同时越出"},
	"night":             {quietUsual + "；生产负荷昼夜比同样改变", "须另一族迹象"},
	"treatment-off":     {quietUsual + "；没有生产或治理用电", "单独成立：生产与治理两路用电"},
	"treatment-low":     {quietUsual + "；没有生产或治理用电", "单独成立"},
	"stop-order":        {"没有在案的停限产；学到常态之前", "单独成立：生产用电或排放流量"},
	"rain-dry":          {"雨停不满 7 小时；24 小时内有雨而流量在消退；不知道有没有雨", "单独成立"},
	"mark-cover":        {"停运标记；没有限值；免于考核的工况标记（启停炉等）", "单独成立：标记内外的数值与生产负荷"},
	"false-stop":        {quietUsual, "单独成立：流量或生产用电"},
	"mark-pattern":      {"停运标记；停产；整周不断的标记（设备损坏）", "须另一族迹象"},
	"setting":           {"没有参数改动的记录；负荷改变", "下降三成以上单独成立"},
	"calibration-step":  {quietUsual + "；负荷改变", "须另一族迹象"},
	"gap":               {"停产（有用电时）；整周缺数", "单独成立"},
	"missing":           {"停运等标记", "单独成立；实时另有预警"},
	"low-transmission":  {"停运的小时不计应传；投用不满一周", "须另一族迹象"},
}

// AboutSign tells of a sign by its id.
func AboutSign(id string) About { return about[id] }

// families are the Chinese names of the families.
var families = map[sign.Family]string{sign.Official: "超标", sign.Shape: "数据形态", sign.Degree: "浓度水平", sign.Relation: "参数关系",
	sign.Condition: "工况", sign.Marking: "标记", sign.Sending: "传输"}
