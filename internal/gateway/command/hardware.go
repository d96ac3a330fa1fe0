package command

import (
	"context"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Hardware lists the loggers that reported themselves, newest first.
func (s *Service) Hardware(ctx context.Context, actor auth.Actor) (out []Hardware, err error) {
	if err := s.Policy.Require(actor, auth.QuarantineRead, auth.Scope{Area: s.Root}); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = listHardware(ctx, tx)
		return err
	})
	for i := range out {
		_, out[i].Online = s.desk.peer(routeOf(out[i].ID))
	}
	return out, err
}

// Assign gives a logger the MN of a registered device, by command 1002.
func (s *Service) Assign(ctx context.Context, actor auth.Actor, hardwareID, deviceID string) (c Command, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.mayKey(ctx, tx, actor, deviceID)
		if err != nil {
			return err
		}
		hw, err := hardwareByID(ctx, tx, hardwareID)
		if db.IsMissing(err) {
			return fault.NotFoundf("没有这台上报过硬件序号的数采仪，请从清单中选择")
		}
		if err != nil {
			return err
		}
		c = Command{ID: newID(), DeviceID: d.ID, MN: d.MN, Route: routeOf(hw.ID), OutletID: d.OutletID, EnterpriseID: d.EnterpriseID, Area: d.Area, OutletName: d.OutletName,
			Name: "mn.assign", CN: 1002, Params: map[string]string{"logger": hw.ID}, Origin: ByPerson, State: Machine.Initial,
			DueAt: tx.Now.Add(wait[ByPerson]), ExpiresAt: tx.Now.Add(wait[ByPerson]), AskedBy: actor.ID, AskedName: actor.Name, AskedAt: tx.Now, Version: 1}
		if err := insertCommand(ctx, tx, &c); err != nil {
			return err
		}
		tx.Signal(bell)
		if err := c.publish(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "command.ask", Kind: Machine.Kind, Subject: c.ID, Area: d.Area,
			Detail: map[string]any{"mn": d.MN, "command": c.Name, "cn": "1002", "logger": hw.ID}})
	})
	return c, err
}
