package world

// role says how a factor behaves.
type role int

const (
	pollutant role = iota // leaves the plant through its treatment
	flow                  // volume a second, follows production
	acidity               // pH
	oxygen                // O2 in flue gas
	parameter             // temperature, pressure, moisture, speed
)

// plant is what drives an outlet's values.
type plant struct {
	pattern    pattern
	efficiency fixed // of the treatment when it works
	design     fixed // flow at full load, L/s or m³/s
	o2ref      fixed // reference oxygen in %, 0 = values are not converted
	o2         fixed // usual oxygen in %
}

// pattern is production by the hour of the day, in percent of full load, and on
// Sundays in percent of that.
type pattern struct {
	hours  [24]int64
	sunday int64
}

var (
	continuous = pattern{[24]int64{88, 87, 86, 86, 86, 87, 90, 94, 97, 98, 98, 97, 96, 97, 98, 98, 97, 96, 95, 94, 93, 92, 90, 89}, 95}
	twoShifts  = pattern{[24]int64{45, 42, 40, 40, 42, 50, 65, 82, 94, 98, 99, 95, 88, 94, 98, 98, 96, 92, 86, 82, 80, 76, 66, 52}, 75}
	dayShift   = pattern{[24]int64{2, 2, 2, 2, 2, 2, 5, 40, 85, 97, 99, 92, 75, 90, 98, 98, 94, 80, 50, 35, 20, 8, 3, 2}, 55}
	sewage     = pattern{[24]int64{62, 55, 50, 47, 46, 50, 62, 80, 95, 98, 94, 90, 88, 86, 82, 80, 82, 88, 96, 99, 97, 90, 80, 70}, 100}
)

// trade is a kind of enterprise with its outlets.
type trade struct {
	industry string
	name     string // 电镀
	suffix   string // of made-up names
	permit   string
	outlets  []outletForm
}

type outletForm struct {
	code    string
	name    string
	kind    Kind
	plant   plant
	factors []factorForm
	limits  []Limit
}

// factorForm is a factor's behaviour at one outlet; base and swing are for
// parameters, in thousandths.
type factorForm struct {
	code  string
	base  int64
	swing int64
}

// behaviour is what monitors here measure: the digits that instruments really
// send, and how the factor moves. Names and codes stand in the catalogue.
var behaviour = map[string]struct {
	digits int
	role   role
}{
	"w00000": {2, flow}, "w01001": {2, acidity}, "w01018": {2, pollutant}, "w21003": {3, pollutant}, "w21001": {3, pollutant},
	"w21011": {3, pollutant}, "w20116": {3, pollutant}, "w20121": {3, pollutant}, "w20122": {3, pollutant},
	"a00000": {2, flow}, "a01011": {2, parameter}, "a01012": {1, parameter}, "a01013": {3, parameter}, "a01014": {2, parameter},
	"a19001": {2, oxygen}, "a34013": {2, pollutant}, "a21026": {2, pollutant}, "a21002": {2, pollutant},
	"a21024": {2, pollutant}, "a21005": {2, pollutant}, "a24088": {2, pollutant},
}

// flue is what every flue-gas monitor measures beside its pollutants.
var flue = []factorForm{{"a00000", 0, 0}, {"a01011", 12500, 180}, {"a01012", 58000, 90}, {"a01013", -350, 400}, {"a01014", 11500, 150}, {"a19001", 0, 60}}

func measured(codes ...string) []factorForm {
	var out []factorForm
	for _, c := range codes {
		out = append(out, factorForm{code: c})
	}
	return out
}

// set makes limits of one statistic: pairs of factor and upper limit.
func set(statistic, standard, article string, certain bool, pairs ...string) []Limit {
	var out []Limit
	for i := 0; i+1 < len(pairs); i += 2 {
		l := Limit{Factor: pairs[i], Upper: pairs[i+1], Statistic: statistic, Standard: standard, Article: article, Certain: certain}
		if l.Factor == "w01001" {
			l.Lower = "6"
		}
		out = append(out, l)
	}
	return out
}

// Limits marked certain were read in the standard's own tables; the others are
// from memory or one secondary source and must be checked against the permit.
var (
	plating = trade{"3360", "电镀", "电镀有限公司", "重点", []outletForm{{
		"DW001", "电镀废水总排口", Water, plant{pattern: twoShifts, efficiency: f(930), design: f(9500)},
		measured("w00000", "w01001", "w01018", "w21003", "w20116", "w20121", "w20122"),
		set("day", "GB 21900-2008", "表3", true, "w01001", "9", "w01018", "50", "w21003", "8", "w20116", "0.5", "w20121", "0.1", "w20122", "0.3")}}}
	dyeing = trade{"1713", "印染", "印染有限公司", "重点", []outletForm{{
		"DW001", "印染废水总排口", Water, plant{pattern: continuous, efficiency: f(900), design: f(42000)},
		measured("w00000", "w01001", "w01018", "w21003", "w21001", "w21011"),
		set("day", "GB 4287-2012", "表2 间接排放", true, "w01001", "9", "w01018", "200", "w21003", "20", "w21001", "30", "w21011", "1.5")}, {
		"DA001", "燃气锅炉排口", Gas, plant{pattern: continuous, efficiency: f(820), design: f(7800), o2ref: f(3500), o2: f(4300)},
		append(measured("a34013", "a21026", "a21002"), flue...),
		set("hour", "GB 13271-2014", "表2 燃气锅炉", true, "a34013", "20", "a21026", "50", "a21002", "200")}}}
	tannery = trade{"1910", "制革", "制革有限公司", "重点", []outletForm{{
		"DW001", "制革废水总排口", Water, plant{pattern: twoShifts, efficiency: f(940), design: f(16000)},
		measured("w00000", "w01001", "w01018", "w21003", "w20116"),
		set("day", "GB 30486-2013", "表2 间接排放", false, "w01001", "9", "w01018", "300", "w21003", "70", "w20116", "1.5")}}}
	papermaking = trade{"2221", "造纸", "纸业有限公司", "重点", []outletForm{{
		"DW001", "造纸废水总排口", Water, plant{pattern: continuous, efficiency: f(920), design: f(55000)},
		measured("w00000", "w01001", "w01018", "w21003", "w21001", "w21011"),
		set("day", "GB 3544-2008", "表2 造纸企业", false, "w01001", "9", "w01018", "80", "w21003", "8", "w21001", "12", "w21011", "0.8")}, {
		"DA001", "燃煤锅炉排口", Gas, plant{pattern: continuous, efficiency: f(950), design: f(15500), o2ref: f(9000), o2: f(10100)},
		append(measured("a34013", "a21026", "a21002"), flue...),
		set("hour", "GB 13271-2014", "表3 燃煤锅炉", true, "a34013", "30", "a21026", "200", "a21002", "200")}}}
	cogeneration = trade{"4412", "热电", "热电有限公司", "重点", []outletForm{{
		"DA001", "1号锅炉烟囱", Gas, plant{pattern: continuous, efficiency: f(970), design: f(62000), o2ref: f(6000), o2: f(6900)},
		append(measured("a34013", "a21026", "a21002"), flue...),
		set("hour", "DB33/2147-2018", "表1（超低排放）", false, "a34013", "5", "a21026", "35", "a21002", "50")}, {
		"DA002", "2号锅炉烟囱", Gas, plant{pattern: continuous, efficiency: f(970), design: f(58000), o2ref: f(6000), o2: f(7200)},
		append(measured("a34013", "a21026", "a21002"), flue...),
		set("hour", "DB33/2147-2018", "表1（超低排放）", false, "a34013", "5", "a21026", "35", "a21002", "50")}}}
	incineration = trade{"4417", "垃圾焚烧", "环保能源有限公司", "重点", []outletForm{{
		"DA001", "1号焚烧炉排口", Gas, plant{pattern: continuous, efficiency: f(960), design: f(24000), o2ref: f(11000), o2: f(9200)},
		append(measured("a34013", "a21026", "a21002", "a21024", "a21005"), flue...),
		append(set("hour", "GB 18485-2014", "表4（1小时均值）", false, "a34013", "30", "a21026", "100", "a21002", "300", "a21024", "60", "a21005", "100"),
			set("day", "GB 18485-2014", "表4（24小时均值）", false, "a34013", "20", "a21026", "80", "a21002", "250", "a21024", "50", "a21005", "80")...)}}}
	sewageWorks = trade{"4620", "污水处理", "污水处理厂", "重点", []outletForm{{
		"DW001", "尾水总排口", Water, plant{pattern: sewage, efficiency: f(900), design: f(460000)},
		measured("w00000", "w01001", "w01018", "w21003", "w21001", "w21011"),
		set("day", "GB 18918-2002", "表1 一级A", true, "w01001", "9", "w01018", "50", "w21003", "5", "w21001", "15", "w21011", "0.5")}}}
	leather = trade{"2925", "合成革", "合成革有限公司", "重点", []outletForm{{
		"DA001", "干法线废气排口", Gas, plant{pattern: twoShifts, efficiency: f(880), design: f(18000)},
		append(measured("a24088"), flue[:5]...),
		set("hour", "GB 21902-2008", "表5（VOCs）", false, "a24088", "200")}}}
	pickling = trade{"3130", "不锈钢酸洗", "不锈钢管业有限公司", "简化", []outletForm{{
		"DW001", "酸洗废水总排口", Water, plant{pattern: dayShift, efficiency: f(910), design: f(6500)},
		measured("w00000", "w01001", "w01018", "w20116", "w20121"),
		set("day", "GB 13456-2012", "表2", false, "w01001", "9", "w01018", "70", "w20116", "1.5", "w20121", "1.0")}}}
)

// entry is one made-up enterprise: where, which trade, which name.
type entry struct {
	area  string // township, or unit where there are none
	place string // its name, for the address
	trade *trade
	name  string
	lng   float64
	lat   float64
}

// nicknames are what enterprises are called on other ground, behind the short
// name of where they stand.
var nicknames = []string{"清晖", "澄鹿", "青禾", "白露", "远山", "流云", "星火", "赤松", "潮声", "青石", "拾光", "晨曦", "南岸", "碧泉", "织月", "素笺", "云岭", "竹影", "锦溪"}

// roster is everyone. The townships exist; the enterprises do not. The first has
// a stack, because that is where the simulator lets things go wrong.
var roster = []entry{
	{"330302102000", "鹿城区藤桥镇", &cogeneration, "清晖", 120.495, 28.075},
	{"330302028000", "鹿城区仰义街道", &plating, "清哨一号", 120.575, 28.035},
	{"330302032000", "鹿城区丰门街道", &plating, "澄鹿", 120.590, 28.012},
	{"330302102000", "鹿城区藤桥镇", &sewageWorks, "藤桥清哨", 120.487, 28.082},
	{"330302027000", "鹿城区双屿街道", &leather, "双屿青禾", 120.598, 28.030},
	{"330303003000", "龙湾区海滨街道", &plating, "海滨澄明", 120.862, 27.940},
	{"330303013000", "龙湾区沙城街道", &leather, "沙城白露", 120.852, 27.880},
	{"330303002000", "龙湾区蒲州街道", &sewageWorks, "蒲州清哨", 120.735, 28.003},
	{"330303001000", "龙湾区永中街道", &pickling, "永中远山", 120.808, 27.925},
	{"330304012000", "瓯海区仙岩街道", &plating, "仙岩流云", 120.685, 27.880},
	{"330304005000", "瓯海区娄桥街道", &plating, "娄桥星火", 120.605, 27.968},
	{"330304010000", "瓯海区潘桥街道", &sewageWorks, "潘桥清哨", 120.585, 27.950},
	{"330304008000", "瓯海区瞿溪街道", &tannery, "瞿溪赤松", 120.545, 27.985},
	{"330305001000", "洞头区北岙街道", &sewageWorks, "北岙清哨", 121.148, 27.842},
	{"330305101000", "洞头区大门镇", &cogeneration, "大门潮声", 121.085, 27.985},
	{"330324009000", "永嘉县瓯北街道", &pickling, "瓯北青石", 120.665, 28.058},
	{"330324007000", "永嘉县黄田街道", &plating, "黄田拾光", 120.712, 28.072},
	{"330324006000", "永嘉县三江街道", &sewageWorks, "三江清哨", 120.700, 28.048},
	{"330324104000", "永嘉县桥下镇", &incineration, "桥下晨曦", 120.545, 28.120},
	{"330326102000", "平阳县水头镇", &tannery, "水头南岸", 120.325, 27.690},
	{"330326101000", "平阳县鳌江镇", &sewageWorks, "鳌江清哨", 120.555, 27.600},
	{"330326103000", "平阳县萧江镇", &plating, "萧江碧泉", 120.490, 27.590},
	{"330326117000", "平阳县万全镇", &dyeing, "万全织月", 120.600, 27.710},
	{"330327100000", "苍南县灵溪镇", &dyeing, "灵溪彩云", 120.400, 27.515},
	{"330327107000", "苍南县金乡镇", &papermaking, "金乡素笺", 120.600, 27.440},
	{"330327118000", "苍南县马站镇", &sewageWorks, "马站清哨", 120.440, 27.270},
	{"330328100000", "文成县大峃镇", &sewageWorks, "大峃清哨", 120.090, 27.788},
	{"330328106000", "文成县巨屿镇", &pickling, "巨屿云岭", 120.065, 27.745},
	{"330329100000", "泰顺县罗阳镇", &sewageWorks, "罗阳清哨", 119.715, 27.560},
	{"330329105000", "泰顺县彭溪镇", &papermaking, "彭溪竹影", 120.055, 27.520},
	{"330381101000", "瑞安市塘下镇", &plating, "塘下铸光", 120.680, 27.845},
	{"330381009000", "瑞安市飞云街道", &dyeing, "飞云锦溪", 120.615, 27.735},
	{"330381010000", "瑞安市仙降街道", &leather, "仙降木棉", 120.560, 27.745},
	{"330381011000", "瑞安市南滨街道", &cogeneration, "南滨长明", 120.675, 27.700},
	{"330381005000", "瑞安市上望街道", &sewageWorks, "上望清哨", 120.690, 27.770},
	{"330382114000", "乐清市柳市镇", &plating, "柳市银河", 120.895, 28.035},
	{"330382005000", "乐清市翁垟街道", &cogeneration, "翁垟潮汐", 121.005, 28.045},
	{"330382108000", "乐清市虹桥镇", &incineration, "虹桥朝霞", 121.040, 28.215},
	{"330382125000", "乐清市磐石镇", &sewageWorks, "磐石清哨", 120.855, 28.000},
	{"330383", "龙港市新城", &papermaking, "龙港云纸", 120.565, 27.560},
	{"330383", "龙港市城东", &dyeing, "龙港青染", 120.585, 27.585},
	{"330391", "温州湾新区滨海园区", &cogeneration, "滨海恒暖", 120.865, 27.850},
	{"330392", "瓯江口产业集聚区", &sewageWorks, "瓯江口清哨", 120.930, 27.960},
}
