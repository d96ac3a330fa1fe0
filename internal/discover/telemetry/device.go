package telemetry

import (
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Device is one data logger (数采仪) at an outlet, known by its MN.
type Device struct {
	ID           string
	Num          int64  // short key of its readings
	MN           string // 设备唯一标识
	OutletID     string
	Password     string // PW its frames must carry, "" = any
	Protocol     string // 2005, 2017, 2025, "" = as its frames say
	RtdInterval  int    // seconds between realtime uploads, 60 when not given
	AnswerAlways bool   // answer frames without Flag too (2005 senders that wait for it)
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64

	// Read only, from the outlet.
	Area         string
	EnterpriseID string
	OutletName   string
	Kind         string // gas, water, rain
}

// Check tidies the fields and says which of them is wrong.
func (d *Device) Check() error {
	d.MN = strings.TrimSpace(d.MN)
	if d.RtdInterval == 0 {
		d.RtdInterval = 60
	}
	f := fault.Invalidf("设备信息有误，请按提示修改")
	switch {
	case d.MN == "" || !nameable([]byte(d.MN)) || strings.ContainsAny(d.MN, ";,=&#"):
		return f.With("mn", "请填写设备 MN 号，最多 40 个字符，不含空格和 ; , = & #")
	case d.OutletID == "":
		return f.With("outlet_id", "请选择设备所在的排放口")
	case len(d.Password) > 20 || strings.ContainsAny(d.Password, ";&"):
		return f.With("password", "访问密码最多 20 个字符，不含 ; 和 &")
	case d.Protocol != "" && d.Protocol != "2005" && d.Protocol != "2017" && d.Protocol != "2025":
		return f.With("protocol", "协议版本应为 2005、2017 或 2025")
	case d.RtdInterval < 1 || d.RtdInterval > 9999:
		return f.With("rtd_interval", "实时数据间隔应为 1 至 9999 秒")
	}
	return nil
}
