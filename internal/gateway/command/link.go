package command

import (
	"context"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Link reads how a device is spoken to.
func (s *Service) Link(ctx context.Context, actor auth.Actor, deviceID string) (l Link, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.device(ctx, tx, actor, deviceID); err != nil {
			return err
		}
		l, err = linkOf(ctx, tx, deviceID)
		return err
	})
	return l, err
}

// SetLink changes how a device is spoken to; Version is the one that was seen.
func (s *Service) SetLink(ctx context.Context, actor auth.Actor, l Link) (Link, error) {
	f := fault.Invalidf("通信设置有误，请按提示修改")
	_, known := Links[l.Link]
	if l.MinInterval == 0 {
		l.MinInterval = 10
	}
	switch {
	case !known:
		return l, f.With("link", "请选择链路类型")
	case l.OverTime < 0 || l.OverTime > 99:
		return l, f.With("over_time", "应为 1 至 99 秒，0 为按链路类型")
	case l.ReCount < 0 || l.ReCount > 99:
		return l, f.With("re_count", "应为 1 至 99 次，0 为按链路类型")
	case l.MinInterval < 1 || l.MinInterval > 60 || 60%l.MinInterval != 0:
		return l, f.With("min_interval", "应能整除 60 分钟")
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.device(ctx, tx, actor, l.DeviceID)
		if err != nil {
			return err
		}
		if err := s.Policy.Require(actor, auth.TelemetryCommand, scopeOf(d)); err != nil {
			return err
		}
		l.UpdatedAt = tx.Now
		if ok, err := saveLink(ctx, tx, &l); err != nil || !ok {
			return orStale(err)
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "device.link", Kind: "device", Subject: d.ID, Area: d.Area, Detail: map[string]any{
			"mn": d.MN, "link": l.Link, "over_time": l.OverTime, "re_count": l.ReCount, "min_interval": l.MinInterval, "greet": l.Greet, "callback": l.Callback}})
	})
	return l, err
}
