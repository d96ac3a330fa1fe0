package hj212

import "strconv"

// Commands of the exchange itself (交互命令).
const (
	RequestAnswer Command = 9011 // 请求应答, data area QnRtn
	ExecuteResult Command = 9012 // 执行结果, data area ExeRtn
	NoticeAnswer  Command = 9013 // 通知应答
	DataAnswer    Command = 9014 // 数据应答
	Heartbeat     Command = 9015 // 心跳包, a notice of 2025
)

// AnswerCommand returns the command that answers f when it comes from the field:
// [NoticeAnswer] for notices, [DataAnswer] for uploads. It returns 0 when f wants
// no answer or is an answer itself. Whether f is a notice depends on its version:
// 1001 is a notice in 2025, a request in 2005.
func (f *Frame) AnswerCommand() Command {
	if !f.WantsAnswer() || f.Command >= RequestAnswer && f.Command <= DataAnswer {
		return 0
	}
	if f.Command.noticeFromField(f.Version) {
		return NoticeAnswer
	}
	return DataAnswer
}

// AppendAnswer appends to dst the whole frame that answers f with command cn, one
// of 9011 to 9014. result is the QnRtn of 9011 or the ExeRtn of 9012; the others
// ignore it. The answer has the form of f's version: ST=91, Flag with the
// version bits alone, QN, PW and MN of f. In the form of 2005 QN stands in the
// data area. When header fields of absurd length leave no room for an answer,
// dst is returned unchanged.
//
// AppendAnswer does not ask whether an answer is wanted: see [Frame.AnswerCommand].
func AppendAnswer(dst []byte, f *Frame, cn Command, result int) []byte {
	start := len(dst)
	dst = append(dst, "##0000"...)
	if f.Version > V2005 && f.QN != nil {
		dst = appendField(dst, "QN=", f.QN)
	}
	dst = append(dst, "ST=91;"...)
	dst = appendNumber(dst, "CN=", int(cn))
	dst = appendField(dst, "PW=", f.PW)
	dst = appendField(dst, "MN=", f.MN)
	dst = appendNumber(dst, "Flag=", int(f.Flag&^(FlagAnswer|FlagSplit)))
	dst = append(dst, "CP=&&"...)
	if f.Version == V2005 && len(f.QN) > 0 {
		dst = append(dst, "QN="...)
		dst = append(dst, f.QN...)
		if cn == RequestAnswer || cn == ExecuteResult {
			dst = append(dst, ';')
		}
	}
	switch cn {
	case RequestAnswer:
		dst = strconv.AppendInt(append(dst, "QnRtn="...), int64(result), 10)
	case ExecuteResult:
		dst = strconv.AppendInt(append(dst, "ExeRtn="...), int64(result), 10)
	}
	dst = append(dst, "&&"...)
	dst, _ = closeFrame(dst, start) // the error is told by dst being unchanged
	return dst
}
