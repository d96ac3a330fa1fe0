package consult

import (
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// ID names a consultation.
type ID string

// Topic is what a consultation is about.
type Topic struct{ ID, Title string }

// Topics lists them.
var Topics = []Topic{{"alarm", "预警与超标"}, {"mark", "数据标记"}, {"device", "联网与设备"}, {"permit", "排污许可与应尽义务"}, {"other", "其他"}}

// Consult is one conversation.
type Consult struct {
	ID             ID
	Number         string
	State          flow.State
	EnterpriseID   string
	EnterpriseName string // read only
	Area           string
	Topic          string
	Title          string
	CreatedBy      string
	CreatedByName  string // read only
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// TopicTitle is the topic in Chinese.
func (c Consult) TopicTitle() string {
	for _, t := range Topics {
		if t.ID == c.Topic {
			return t.Title
		}
	}
	return c.Topic
}

// Scope is what policies decide on.
func (c Consult) Scope() auth.Scope { return auth.Scope{Area: c.Area, Enterprise: c.EnterpriseID} }

// check tidies what was asked and says what is wrong with it.
func (c *Consult) check() error {
	c.Title = strings.TrimSpace(c.Title)
	f := fault.Invalidf("咨询填写有误，请按提示修改")
	switch {
	case c.Title == "":
		return f.With("title", "请用一句话写明要问的事")
	case len([]rune(c.Title)) > 60:
		return f.With("title", "最多 60 字")
	case c.TopicTitle() == c.Topic:
		return f.With("topic", "请选择咨询的事项")
	}
	return nil
}

// File is everything about one consultation for the person who opened it; the
// conversation is its timeline.
type File struct {
	Consult  Consult
	Timeline []timeline.Entry
	Actions  []flow.Action
}
