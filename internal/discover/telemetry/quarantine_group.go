package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// QuarantineGroup sums up the runs of one reason that name one MN.
type QuarantineGroup struct {
	Reason   string
	MN       string
	Runs     int64
	Dropped  int64  // more of them that were not kept, over the rate
	Open     int64  // without a note
	Address  string // of one of the senders
	FirstAt  time.Time
	LastAt   time.Time
	LastID   string
	Devices  int64 // registered with this MN
	OutletID string
	Outlet   string
}

// QuarantineGroups sums up the quarantine, the newest group first. Of the query
// the page is not used.
func (s *Store) QuarantineGroups(ctx context.Context, p auth.Policy, actor auth.Actor, query QuarantineQuery) (out []QuarantineGroup, err error) {
	if err := s.quarantine.flush(ctx); err != nil {
		return nil, err
	}
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		out, err = groupQuarantined(ctx, tx, p, actor, query)
		return err
	})
	return out, err
}

// advice says what to do about a reason, in the order in which it is best tried.
var advice = map[string]string{
	WrongPassword: "核对数采仪设置的访问密码与本平台登记的是否一致；改其中一边即可，改后的报文会正常接收。",
	WrongMN:       "请运维单位检查数采仪的 MN 设置，应为 24 位以内的字母、数字。",
	Unmapped:      "核对设备型号的报文映射；映射改好后新的报文即可读出。",
	"noise":       "不是 HJ 212 报文，多为端口扫描或接错设备。来源不明的地址可在防火墙上阻断；自家设备请核对上报协议与端口。",
	"truncated":   "报文没有传完，多为信号弱或数采仪中途断线。请运维单位检查现场通信；反复出现时查看该设备的缺数。",
	"crc":         "传输中出错，或数采仪计算校验码有误。偶发可不处理；每帧都错时请数采仪厂家检查校验码程序。",
	"crc-swapped": "数采仪把校验码高低字节写反了。请厂家改为先高后低，或升级固件。",
	"crc-modbus":  "数采仪用的是 Modbus 的校验算法。请厂家改用 HJ 212 附录 A 的算法，或升级固件。",
	"length":      "长度字段与实际不符，常见于含中文的字段按字数计长度。请厂家改为按字节计。",
	"no-cp":       "数据段缺少 CP=&&…&&，请厂家按 HJ 212 的格式组帧。",
	"area-open":   "数据区没有用 && 结尾，请厂家按 HJ 212 的格式组帧。",
	"area-text":   "数据区应为“名=值”，用逗号、分号隔开。请厂家核对组帧程序。",
	"encrypted":   "数据区像是加密的。请在设备页登记密钥；未使用加密的设备请厂家核对标志位。",
	"no-st":       "请运维单位在数采仪上设置系统编码 ST，如废水 32、废气 31。",
	"no-cn":       "报文缺命令编码 CN，请厂家按 HJ 212 的格式组帧。",
	"no-mn":       "请运维单位在数采仪上设置设备唯一标识 MN，并与本平台登记的一致。",
}

// ReasonAdvice says what to do about a reason of quarantine.
func ReasonAdvice(reason string) string {
	if a, ok := advice[reason]; ok {
		return a
	}
	return "请运维单位按所示原因检查数采仪，并在备注中记下结果。"
}
