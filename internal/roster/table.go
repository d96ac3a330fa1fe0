package roster

import (
	"strings"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// field is one column of a sheet of the workbook.
type field struct {
	title    string
	required bool
	width    float64
	how      string   // what to write there
	options  []string // the only answers, nil = free
	example  [2]string
	text     bool // long numbers that a spreadsheet must keep as text
}

// table is one sheet of the workbook.
type table struct {
	name   string
	fields []field
}

// The sheets of the workbook.
const (
	firms   = "企业"
	outlets = "排放口"
	limits  = "限值"
	devices = "设备"
)

// remark is the column that marks example rows, which are never taken.
const (
	remark  = "备注"
	example = "示例"
)

var (
	kinds      = map[string]enterprise.Kind{"废气": enterprise.Gas, "废水": enterprise.Water, "雨水": enterprise.Rain}
	statistics = map[string]enterprise.Statistic{"小时均值": enterprise.Hour, "日均值": enterprise.Day, "实时值": enterprise.Realtime}
	yesNo      = map[string]bool{"是": true, "否": false}
)

const (
	codeHow   = "填写 18 位统一社会信用代码；该列须为文本格式"
	areaHow   = "填写辖区名称或行政区划代码，须在平台所辖范围内"
	placeHow  = "填写 WGS-84 经纬度（度，小数），两项一起填或都不填"
	codeTitle = "统一社会信用代码"
	codeOne   = "91350100M000100Y43"
)

// tables lists the sheets with the place's own choices.
func tables(areas, industries []string) []table {
	note := field{title: remark, width: 14, how: "写“示例”的行不导入", example: [2]string{example, example}}
	return []table{
		{firms, []field{
			{title: codeTitle, required: true, width: 24, how: codeHow, example: [2]string{codeOne}, text: true},
			{title: "名称", required: true, width: 32, how: "填写企业全称，最多 100 字", example: [2]string{"某某电镀有限公司"}},
			{title: "所在区域", required: true, width: 18, how: areaHow, options: areas, example: [2]string{first(areas)}},
			{title: "地址", width: 36, how: "填写生产经营场所地址，最多 200 字", example: [2]string{"某某路 1 号"}},
			{title: "经度", width: 12, how: placeHow, example: [2]string{"120.66"}},
			{title: "纬度", width: 12, how: placeHow, example: [2]string{"28.01"}},
			{title: "行业", width: 20, how: "从下拉清单选择，或填写国民经济行业代码", options: industries, example: [2]string{first(industries)}},
			{title: "许可类别", width: 12, how: "填写重点、简化或登记", options: []string{"重点", "简化", "登记"}, example: [2]string{"重点"}},
			{title: "环保负责人", width: 26, how: "填写姓名和电话，最多 100 字", example: [2]string{"王某 13800000000"}},
			note,
		}},
		{outlets, []field{
			{title: codeTitle, required: true, width: 24, how: codeHow, example: [2]string{codeOne, codeOne}, text: true},
			{title: "排放口编号", required: true, width: 14, how: "填写排污许可证中的编号，例如 DA001", example: [2]string{"DA001", "YS001"}, text: true},
			{title: "排放口名称", required: true, width: 24, how: "填写名称，最多 100 字", example: [2]string{"1 号锅炉废气排放口", "雨水排放口"}},
			{title: "类型", required: true, width: 10, how: "填写废气、废水或雨水", options: []string{"废气", "废水", "雨水"}, example: [2]string{"废气", "雨水"}},
			{title: "所在区域", width: 18, how: areaHow + "；留空与企业相同", options: areas},
			{title: "经度", width: 12, how: placeHow},
			{title: "纬度", width: 12, how: placeHow},
			note,
		}},
		{limits, []field{
			{title: codeTitle, required: true, width: 24, how: codeHow, example: [2]string{codeOne}, text: true},
			{title: "排放口编号", required: true, width: 14, how: "填写排污许可证中的编号，例如 DA001", example: [2]string{"DA001"}, text: true},
			{title: "因子", required: true, width: 16, how: "填写因子名称或 HJ 212 编码，例如 二氧化硫 或 a21026", example: [2]string{"二氧化硫"}},
			{title: "上限", width: 10, how: "填写数字，单位以平台因子表为准（废气 mg/m³，废水 mg/L）；上限、下限至少填一项", example: [2]string{"35"}},
			{title: "下限", width: 10, how: "填写数字，例如 pH 的 6；上限、下限至少填一项"},
			{title: "统计量", required: true, width: 12, how: "填写小时均值、日均值或实时值", options: []string{"小时均值", "日均值", "实时值"}, example: [2]string{"小时均值"}},
			{title: "标准", required: true, width: 20, how: "填写标准编号，例如 GB 13271-2014", example: [2]string{"GB 13271-2014"}},
			{title: "条款", width: 14, how: "填写表号或条款，最多 100 字", example: [2]string{"表 3"}},
			{title: "开始执行日期", required: true, width: 16, how: "填写日期，例如 2026-01-01", example: [2]string{"2026-01-01"}},
			{title: "停止执行日期", width: 16, how: "填写日期；至今有效的留空"},
			note,
		}},
		{devices, []field{
			{title: "MN", required: true, width: 28, how: "填写设备唯一标识，最多 40 个字符；该列须为文本格式", example: [2]string{"33030200010001"}, text: true},
			{title: codeTitle, required: true, width: 24, how: codeHow, example: [2]string{codeOne}, text: true},
			{title: "排放口编号", required: true, width: 14, how: "填写排污许可证中的编号，例如 DA001", example: [2]string{"DA001"}, text: true},
			{title: "协议版本", width: 12, how: "填写 2005、2017 或 2025；留空为自动识别", options: []string{"2005", "2017", "2025"}, example: [2]string{"2017"}},
			{title: "实时数据间隔", width: 14, how: "填写 1 至 9999 的整数，单位秒；新设备留空为 60"},
			{title: "访问密码", width: 14, how: "与数采仪一致，最多 20 个字符；留空不核对", text: true},
			{title: "无应答标志也应答", width: 16, how: "填写是或否", options: []string{"是", "否"}},
			note,
		}},
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// plainTitle is a heading without the star that marks what must be filled in.
func plainTitle(s string) string { return strings.TrimSpace(strings.TrimLeft(s, "*＊ ")) }
