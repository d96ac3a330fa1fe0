package hj212

import "fmt"

// Fault says why bytes are not a usable frame.
type Fault uint8

// The reasons for which bytes are refused. [FaultNone] marks a usable frame.
// Those from [FaultNoise] to [FaultLength] come from framing: the bytes are kept
// raw and nothing in them counts as data. The others come from the grammar of a
// frame whose CRC fits.
const (
	FaultNone Fault = iota
	FaultNoise
	FaultTruncated
	FaultCRC
	FaultCRCSwapped
	FaultCRCModbus
	FaultLength
	FaultNoCP
	FaultAreaOpen
	FaultAreaText
	FaultEncrypted
	FaultNoST
	FaultNoCN
	FaultNoMN
	faultCount
)

var faultTexts = [faultCount]struct{ code, text string }{
	FaultNone:       {"", ""},
	FaultNoise:      {"noise", "没有包头 ## 和 4 位长度的字节"},
	FaultTruncated:  {"truncated", "帧不完整：字节数少于长度字段所示"},
	FaultCRC:        {"crc", "CRC 校验错"},
	FaultCRCSwapped: {"crc-swapped", "CRC 校验错：高低字节颠倒，应先高后低"},
	FaultCRCModbus:  {"crc-modbus", "CRC 校验错：给出的是 Modbus CRC-16，与 HJ 212 的算法不同"},
	FaultLength:     {"length", "长度字段与实际字节数不符，且无法找回整帧"},
	FaultNoCP:       {"no-cp", "数据段缺 CP=&&"},
	FaultAreaOpen:   {"area-open", "数据区缺结尾的 &&"},
	FaultAreaText:   {"area-text", "数据区不是“名=值”形式"},
	FaultEncrypted:  {"encrypted", "数据区不是明文，可能已加密"},
	FaultNoST:       {"no-st", "缺系统编码 ST 或其不是 2 个字母数字"},
	FaultNoCN:       {"no-cn", "缺命令编码 CN 或其不是 4 位数字"},
	FaultNoMN:       {"no-mn", "缺设备唯一标识 MN"},
}

// Code returns the short name of f for programs; it is empty for [FaultNone].
func (f Fault) Code() string {
	if f >= faultCount {
		return "unknown"
	}
	return faultTexts[f].code
}

// Error returns the Chinese sentence of f for people; it is empty for
// [FaultNone].
func (f Fault) Error() string {
	if f >= faultCount {
		return "未知的错误"
	}
	return faultTexts[f].text
}

// Explain returns the Chinese sentence of f.Fault with the figures a technician
// needs: the CRC given and expected, the bytes declared and counted. It is empty
// for a usable frame. It allocates; it is meant for frames that are refused.
func (f *Frame) Explain() string {
	switch f.Fault {
	case FaultCRC, FaultCRCSwapped, FaultCRCModbus:
		body := trimTail(f.Raw)
		if size := f.Declared; len(body) >= size+frameExtra {
			return fmt.Sprintf("%s（给出 %q，应为 %04X）", f.Fault.Error(),
				body[headerSize+size:headerSize+size+crcSize], CRC(body[headerSize:headerSize+size]))
		}
	case FaultTruncated, FaultLength:
		if size := len(trimTail(f.Raw)) - frameExtra; size >= 0 {
			return fmt.Sprintf("%s（长度字段 %d，实有 %d 字节）", f.Fault.Error(), f.Declared, size)
		}
	}
	return f.Fault.Error()
}
