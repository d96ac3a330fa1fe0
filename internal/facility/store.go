package facility

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const unitColumns = `id, enterprise_id, code, name, kind, outlet_id, active, created_at, updated_at, version`

func scanUnit(s db.Scanner) (Unit, error) {
	var u Unit
	var created, updated int64
	err := s.Scan(&u.ID, &u.EnterpriseID, &u.Code, &u.Name, &u.Kind, &u.OutletID, &u.Active, &created, &updated, &u.Version)
	u.CreatedAt, u.UpdatedAt = moment(created), moment(updated)
	return u, err
}

// unitsOf reads an enterprise's units with what hangs on them, production first.
func unitsOf(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Unit, error) {
	units, err := db.All(ctx, tx, scanUnit, `SELECT `+unitColumns+` FROM facility_unit WHERE enterprise_id = $1 ORDER BY active DESC, kind, code`, enterpriseID)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i := range units {
		at[units[i].ID] = i
	}
	type pair struct{ treatment, production string }
	pairs, err := db.All(ctx, tx, func(s db.Scanner) (p pair, err error) { err = s.Scan(&p.treatment, &p.production); return p, err },
		`SELECT t.treatment_id, t.production_id FROM facility_treats t JOIN facility_unit u ON u.id = t.treatment_id WHERE u.enterprise_id = $1 ORDER BY t.production_id`, enterpriseID)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		units[at[p.treatment]].Treats = append(units[at[p.treatment]].Treats, p.production)
	}
	channels, err := db.All(ctx, tx, scanChannel, `SELECT c.id, c.unit_id, c.device, c.mn, c.factor, c.on_above, c.off_below
		FROM facility_channel c JOIN facility_unit u ON u.id = c.unit_id WHERE u.enterprise_id = $1 ORDER BY c.mn, c.factor, c.id`, enterpriseID)
	for _, c := range channels {
		units[at[c.UnitID]].Channels = append(units[at[c.UnitID]].Channels, c)
	}
	return units, err
}

func scanChannel(s db.Scanner) (c Channel, err error) {
	err = s.Scan(&c.ID, &c.UnitID, &c.Device, &c.MN, &c.Factor, &c.OnAbove, &c.OffBelow)
	return c, err
}

// activeChannels reads the channels of all units in use.
func activeChannels(ctx context.Context, tx *db.Tx) ([]Channel, error) {
	return db.All(ctx, tx, scanChannel, `SELECT c.id, c.unit_id, c.device, c.mn, c.factor, c.on_above, c.off_below
		FROM facility_channel c JOIN facility_unit u ON u.id = c.unit_id WHERE u.active`)
}

func insertUnit(ctx context.Context, tx *db.Tx, u Unit) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO facility_unit (id, enterprise_id, code, name, kind, outlet_id, active, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)`, u.ID, u.EnterpriseID, u.Code, u.Name, u.Kind, u.OutletID, u.Active, tx.Micros())
	return err
}

func updateUnit(ctx context.Context, tx *db.Tx, u Unit) error {
	_, err := db.Exec(ctx, tx, `UPDATE facility_unit SET name = $1, kind = $2, outlet_id = $3, active = $4, updated_at = $5, version = version + 1 WHERE id = $6`,
		u.Name, u.Kind, u.OutletID, u.Active, tx.Micros(), u.ID)
	return err
}

func setTreats(ctx context.Context, tx *db.Tx, id string, productions []string) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM facility_treats WHERE treatment_id = $1`, id); err != nil {
		return err
	}
	for _, p := range productions {
		if _, err := db.Exec(ctx, tx, `INSERT INTO facility_treats (treatment_id, production_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, p); err != nil {
			return err
		}
	}
	return nil
}

func setChannels(ctx context.Context, tx *db.Tx, id string, channels []Channel) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM facility_channel WHERE unit_id = $1`, id); err != nil {
		return err
	}
	for _, c := range channels {
		if _, err := db.Exec(ctx, tx, `INSERT INTO facility_channel (id, unit_id, device, mn, factor, on_above, off_below) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			db.NewID(), id, c.Device, c.MN, c.Factor, c.OnAbove, c.OffBelow); err != nil {
			return err
		}
	}
	return nil
}

// senderOf finds the short key of a meter or a data logger of the enterprise.
func senderOf(ctx context.Context, tx *db.Tx, enterpriseID, mn string) (int64, error) {
	num, err := db.One(ctx, tx, db.Value[int64], `SELECT num FROM meter WHERE mn = $1 AND enterprise_id = $2 AND active`, mn, enterpriseID)
	if db.IsMissing(err) {
		num, err = db.One(ctx, tx, db.Value[int64], `SELECT d.num FROM device d JOIN outlet o ON o.id = d.outlet_id WHERE d.mn = $1 AND o.enterprise_id = $2 AND d.active`, mn, enterpriseID)
	}
	if db.IsMissing(err) {
		return 0, fault.Invalidf("本企业没有编号为 %s 的设备，请先登记用电与工况设备或数采仪", mn)
	}
	return num, err
}

func outletByCode(ctx context.Context, tx *db.Tx, enterpriseID, code string) (string, error) {
	id, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM outlet WHERE enterprise_id = $1 AND code = $2`, enterpriseID, code)
	if db.IsMissing(err) {
		return "", fault.Invalidf("本企业没有编号为 %s 的排放口", code)
	}
	return id, err
}

// Change is one change of a unit's state.
type Change struct {
	UnitID string
	Since  time.Time
	State  State
	Factor string
	Value  string
}

func scanChange(s db.Scanner) (c Change, err error) {
	var since int64
	err = s.Scan(&c.UnitID, &since, &c.State, &c.Factor, &c.Value)
	c.Since = moment(since)
	return c, err
}

func insertChange(ctx context.Context, tx *db.Tx, c Change) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO facility_state (unit_id, since, state, factor, value) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		c.UnitID, c.Since.UnixMicro(), c.State, c.Factor, c.Value)
	return err
}

// lastChanges reads each unit's present state.
func lastChanges(ctx context.Context, tx *db.Tx) ([]Change, error) {
	return db.All(ctx, tx, scanChange, `SELECT s.unit_id, s.since, s.state, s.factor, s.value FROM facility_state s
		WHERE s.since = (SELECT MAX(l.since) FROM facility_state l WHERE l.unit_id = s.unit_id)`)
}

// changesOf reads the changes of an enterprise's units, newest first.
func changesOf(ctx context.Context, tx *db.Tx, enterpriseID string, from, to time.Time, limit int) ([]Change, error) {
	return db.All(ctx, tx, scanChange, fmt.Sprintf(`SELECT s.unit_id, s.since, s.state, s.factor, s.value FROM facility_state s JOIN facility_unit u ON u.id = s.unit_id
		WHERE u.enterprise_id = $1 AND s.since >= $2 AND s.since < $3 ORDER BY s.since DESC, s.unit_id LIMIT %d`, limit), enterpriseID, from.UnixMicro(), to.UnixMicro())
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
