package hj212

import (
	"iter"
	"math/bits"
)

// Warning is one departure from the standard that a receiver tolerates: the
// frame stays usable, and the sender should be told.
type Warning uint8

// The departures of real senders that are tolerated (容错). Each has a stable
// code, see [Warning.Code], and a Chinese sentence, see [Warning.String].
const (
	WarnLength Warning = iota
	WarnOverLimit
	WarnCRCLower
	WarnTail
	WarnNotUTF8
	WarnFieldOrder
	WarnFieldCase
	WarnFieldBlank
	WarnFieldTwice
	WarnFieldUnknown
	WarnFieldAfterCP
	WarnFieldText
	WarnSemicolonCP
	WarnCommaQN
	WarnAmpersand
	WarnQNMissing
	WarnQNForm
	WarnFlagMissing
	WarnFlagForm
	WarnVersion
	WarnPWEmpty
	WarnMNEmpty
	WarnMNForm
	WarnPartForm
	WarnPartNoBit
	WarnBitNoPart
	WarnRF
	WarnBlank
	WarnEmptyItem
	WarnNoEquals
	WarnEmptyValue
	WarnKeyTwice
	WarnForeignCode
	WarnBareFlag
	WarnLogOpen
	WarnNameCase
	warningCount
)

var warningTexts = [warningCount]struct{ code, text string }{
	WarnLength:       {"length-wrong", "长度字段与实际字节数不符，已按 && 和 CRC 找回整帧"},
	WarnOverLimit:    {"over-1024", "数据段超过 1024 字节"},
	WarnCRCLower:     {"crc-lowercase", "CRC 用了小写字母"},
	WarnTail:         {"tail", "包尾不是回车换行"},
	WarnNotUTF8:      {"not-utf8", "文字不是 UTF-8 编码"},
	WarnFieldOrder:   {"field-order", "数据段字段次序与标准不同"},
	WarnFieldCase:    {"field-case", "数据段字段名大小写与标准不同"},
	WarnFieldBlank:   {"field-blank", "数据段字段前后有空白"},
	WarnFieldTwice:   {"field-twice", "数据段字段重复，取第一个"},
	WarnFieldUnknown: {"field-unknown", "数据段有标准以外的字段"},
	WarnFieldAfterCP: {"field-after-cp", "数据段字段写在 CP 之后"},
	WarnFieldText:    {"field-text", "数据段有不成“名=值”的文字"},
	WarnSemicolonCP:  {"cp-semicolon", "CP 之前缺分号"},
	WarnCommaQN:      {"qn-comma", "QN 之后用了逗号"},
	WarnAmpersand:    {"single-ampersand", "数据区首尾应为 &&，实为单个 &"},
	WarnQNMissing:    {"qn-missing", "缺请求编码 QN"},
	WarnQNForm:       {"qn-form", "请求编码 QN 不是 17 位数字"},
	WarnFlagMissing:  {"flag-missing", "缺标志位 Flag，按 2005 版处理"},
	WarnFlagForm:     {"flag-form", "标志位 Flag 不是 0 至 255 的整数或有前导零"},
	WarnVersion:      {"version-unknown", "Flag 中的版本号大于 2，按 2025 版处理"},
	WarnPWEmpty:      {"pw-empty", "访问密码 PW 为空或缺失"},
	WarnMNEmpty:      {"mn-empty", "设备唯一标识 MN 为空"},
	WarnMNForm:       {"mn-form", "设备唯一标识 MN 的长度或字符与标准不同"},
	WarnPartForm:     {"part-form", "总包数 PNUM 或包号 PNO 有前导零、不是数字或包号大于总包数"},
	WarnPartNoBit:    {"part-no-bit", "有 PNUM、PNO 而 Flag 的拆分位未置"},
	WarnBitNoPart:    {"bit-no-part", "Flag 的拆分位已置而缺 PNUM、PNO"},
	WarnRF:           {"rf-form", "补传标志 RF 的值不是 1，或用在 2025 以前的版本"},
	WarnBlank:        {"blank", "数据区名称或值前后有空白"},
	WarnEmptyItem:    {"empty-item", "数据区有空项或多余的分隔符"},
	WarnNoEquals:     {"no-equals", "数据区有缺等号的文字"},
	WarnEmptyValue:   {"empty-value", "数据区有空值"},
	WarnKeyTwice:     {"key-twice", "同一因子的同一字段出现多次"},
	WarnForeignCode:  {"foreign-code", "逗号之后换了因子编码"},
	WarnBareFlag:     {"bare-flag", "数据区有不带因子编码的 Flag"},
	WarnLogOpen:      {"log-open", "日志文字缺结尾的 //"},
	WarnNameCase:     {"name-case", "数据区字段名大小写与标准不同"},
}

// Code returns the short name of w for programs, in lower case with hyphens.
func (w Warning) Code() string {
	if w >= warningCount {
		return "unknown"
	}
	return warningTexts[w].code
}

// String returns the Chinese sentence of w for people.
func (w Warning) String() string {
	if w >= warningCount {
		return "未知的提示"
	}
	return warningTexts[w].text
}

// Warnings is a set of [Warning]; its zero value is empty.
type Warnings uint64

// Bit returns the set that holds w alone.
func (w Warning) Bit() Warnings { return 1 << w }

// Has reports whether w is in the set.
func (s Warnings) Has(w Warning) bool { return s&w.Bit() != 0 }

// Len returns the number of warnings in the set.
func (s Warnings) Len() int { return bits.OnesCount64(uint64(s)) }

// All yields the warnings of the set in the order of their constants.
func (s Warnings) All() iter.Seq[Warning] {
	return func(yield func(Warning) bool) {
		for ; s != 0; s &= s - 1 {
			if !yield(Warning(bits.TrailingZeros64(uint64(s)))) {
				return
			}
		}
	}
}
