package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
)

// jobSummary tells of what was merged.
const jobSummary = "alarm.summary"

// Quota bounds how often people are told of the alarms of one outlet and one
// enterprise; zero values mean the defaults.
type Quota struct {
	OutletHour, OutletDay, EnterpriseHour, EnterpriseDay int
}

func (q Quota) filled() Quota {
	for _, f := range []struct {
		at *int
		n  int
	}{{&q.OutletHour, 4}, {&q.OutletDay, 12}, {&q.EnterpriseHour, 12}, {&q.EnterpriseDay, 40}} {
		if *f.at == 0 {
			*f.at = f.n
		}
	}
	return q
}

// full reports whether the counts of the last hour and day reach the quota.
func (q Quota) full(outletHour, outletDay, firmHour, firmDay int) bool {
	return outletHour >= q.OutletHour || outletDay >= q.OutletDay || firmHour >= q.EnterpriseHour || firmDay >= q.EnterpriseDay
}

// merge says whether a telling must be merged into the summary instead, and
// writes it down either way. Exceedances by the standard are never merged: their
// ladders bound them, and a rise must be heard.
func (s *Service) merge(ctx context.Context, tx *db.Tx, a *Alarm) (bool, error) {
	over := false
	if !a.official() {
		oh, fh, err := told(ctx, tx, a.OutletID, a.EnterpriseID, tx.Now.Add(-time.Hour))
		if err != nil {
			return false, err
		}
		od, fd, err := told(ctx, tx, a.OutletID, a.EnterpriseID, tx.Now.Add(-24*time.Hour))
		if err != nil {
			return false, err
		}
		over = s.conf.Quota.filled().full(oh, od, fh, fd)
	}
	if err := noteTold(ctx, tx, a, over); err != nil || !over {
		return over, err
	}
	at := tx.Now.Truncate(time.Hour).Add(time.Hour)
	return true, job.Enqueue(ctx, tx, job.Spec{Kind: jobSummary, Dedup: a.EnterpriseID, Payload: a.EnterpriseID, RunAt: at})
}

// summarise sends one notice in place of all that were merged since the last.
func (s *Service) summarise(ctx context.Context, j job.Job) error {
	var id string
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := takeMerged(ctx, tx, id)
		if err != nil || n == 0 {
			return err
		}
		e, err := enterprise.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		_, err = s.notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.AlarmHandle, Area: e.Area}, {Capability: auth.AlarmExplain, Enterprise: id}},
			Kind: Machine.Kind, Area: e.Area, Title: fmt.Sprintf("另有 %d 条预警已合并，请在平台查看：%s", n, e.Name),
			Text: "同一企业的预警超过每小时或每日的告知限额，其余合并为这一条；请检查监测设备是否故障。", Link: "/alarms?enterprise_id=" + id})
		return err
	})
}
