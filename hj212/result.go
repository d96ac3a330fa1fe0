package hj212

// QnRtn (请求返回) and ExeRtn (执行结果返回) values. The surface-water protocol
// uses other values for busy and a wrong CRC: see [DialectSurfaceWater].
const (
	QnAccepted  = 1
	QnRefused   = 2
	QnPW        = 3
	QnMN        = 4
	QnST        = 5
	QnFlag      = 6
	QnQN        = 7
	QnCN        = 8
	QnCRC       = 9
	QnUnknown   = 100
	ExeDone     = 1
	ExeFailed   = 2
	ExeArgument = 3
	ExeTimeout  = 4
	ExeBusy     = 5
	ExeFault    = 6
	ExeNoData   = 100
)

// ResultEntry describes one value of QnRtn or ExeRtn.
type ResultEntry struct {
	Code     int
	Name     string // Chinese
	Editions Editions
}

// Evidence says how well it is known that edition v has this value.
func (e *ResultEntry) Evidence(v Version) Evidence { return e.Editions.evidence(v) }

// QnResults lists the values of QnRtn, the answer to a request.
var QnResults = []ResultEntry{
	{QnAccepted, "准备执行请求", in3},
	{QnRefused, "请求被拒绝", in3},
	{QnPW, "PW 错误", in3},
	{QnMN, "MN 错误", in17 | in25},
	{QnST, "ST 错误", in17 | in25},
	{QnFlag, "Flag 错误", in17 | in25},
	{QnQN, "QN 错误", in17 | in25},
	{QnCN, "CN 错误", in17 | in25},
	{QnCRC, "CRC 校验错误", in17 | in25},
	{QnUnknown, "未知错误", in17 | in25},
}

// ExeResults lists the values of ExeRtn, the end of a request.
var ExeResults = []ResultEntry{
	{ExeDone, "执行成功", in3},
	{ExeFailed, "执行失败，但不知道原因", in3},
	{ExeArgument, "命令请求条件错误", in17 | in25},
	{ExeTimeout, "通讯超时", in17 | in25},
	{ExeBusy, "系统繁忙不能执行", in17 | in25},
	{ExeFault, "系统故障", in17 | in25},
	{ExeNoData, "没有数据", in3},
}

func resultName(table []ResultEntry, code int) string {
	for _, e := range table {
		if e.Code == code {
			return e.Name
		}
	}
	return ""
}

// QnRtnName returns the Chinese meaning of a QnRtn value, empty when the standard
// does not know it.
func QnRtnName(n int) string { return resultName(QnResults, n) }

// ExeRtnName returns the Chinese meaning of an ExeRtn value, empty when the
// standard does not know it.
func ExeRtnName(n int) string { return resultName(ExeResults, n) }
