package meter

import (
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mapping"
)

// Meter is one sender: a meter, or a gateway that several meters hang on.
type Meter struct {
	ID           string
	Num          int64  // short key of its readings
	MN           string // what it signs in with, and its topic's name
	EnterpriseID string
	Name         string
	ProfileID    string
	Every        int // seconds between readings
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64

	// Read only.
	Area           string
	EnterpriseName string
	ProfileName    string

	secret []byte // SHA-256
}

// Scope is what policies decide on.
func (m Meter) Scope() auth.Scope { return auth.Scope{Area: m.Area, Enterprise: m.EnterpriseID} }

// Profile is one version of the mapping of a kind of device.
type Profile struct {
	ID        string
	Version   int64
	Name      string
	Area      string // who may revise it
	Mapping   mapping.Mapping
	CreatedBy string
	CreatedAt time.Time
	Meters    int // in use, of all versions; in lists only
}

// Event says that a meter came or went.
type Event struct {
	ID      string
	MeterID string
	At      time.Time
	Kind    string // online, offline
	Reason  string
	Address string
	Will    string
}

// The kinds of event.
const (
	Online  = "online"
	Offline = "offline"
)

// Reasons gives the Chinese words for the reasons of events.
var Reasons = map[string]string{
	"connect": "接入", "disconnect": "设备主动断开", "lost": "连接中断", "silent": "超过保活时间未通讯",
	"protocol": "违反协议，已断开", "retired": "登记已停用或口令已更换", "storage": "数据未能保存，已断开待其重发",
}

func (m *Meter) check() error {
	m.MN, m.Name = strings.TrimSpace(m.MN), strings.TrimSpace(m.Name)
	if m.Every == 0 {
		m.Every = 60
	}
	f := fault.Invalidf("设备信息有误，请按提示修改")
	switch {
	case !nameable(m.MN):
		return f.With("mn", "请填写设备编号：1 至 40 个字母、数字、点、横线或下划线")
	case m.EnterpriseID == "":
		return f.With("enterprise_id", "请选择设备所在的企业")
	case m.Name == "" || len([]rune(m.Name)) > 60:
		return f.With("name", "请填写设备名称，最多 60 字")
	case m.ProfileID == "":
		return f.With("profile_id", "请选择报文映射")
	case m.Every < 1 || m.Every > 86400:
		return f.With("every", "上报间隔应为 1 至 86400 秒")
	}
	return nil
}

func nameable(mn string) bool {
	if mn == "" || len(mn) > 40 {
		return false
	}
	for _, c := range mn {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '.' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

func (p *Profile) check() error {
	p.Name = strings.TrimSpace(p.Name)
	if p.Name == "" || len([]rune(p.Name)) > 60 {
		return fault.Invalidf("映射信息有误，请按提示修改").With("name", "请填写名称，最多 60 字")
	}
	return p.Mapping.Check()
}
