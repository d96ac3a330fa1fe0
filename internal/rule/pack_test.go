package rule_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/timeline"
)

// store is a packer made by hand.
type store struct {
	from, to time.Time
	kept     map[string][]byte
}

func (s *store) Gather(_ context.Context, _ rule.Alarm, _ rule.Rule, from, to time.Time) []rule.Exhibit {
	s.from, s.to = from, to
	return []rule.Exhibit{{Name: "曲线.svg", Title: "曲线", Content: []byte("<svg/>")}, {Name: "视频.csv", Title: "视频", Missing: "没有登记视频"}}
}

func (s *store) Keep(_ context.Context, _ string, e rule.Exhibit) (string, error) {
	s.kept[e.Name] = e.Content
	return "file-" + e.Name, nil
}

// What is confirmed goes on as a clue with all there is, listed with its hashes;
// what could not be had is named.
func TestConfirm_GathersTheEvidence(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		a := newAnswering(t, d, c)
		kept := &store{kept: map[string][]byte{}}
		a.use(rule.NewService(rule.Deps{DB: d, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y"}, Rules: catalog.All(), Funnel: a.funnel, Files: noFiles{},
			Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{}), Packer: kept}))
		id := a.one().Alarm.ID
		if _, _, err := a.service.Pack(ctx, a.duty, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("nothing was gathered yet: %v", err)
		}
		if err := a.as(a.duty, rule.Confirm, nil); !fault.Is(err, fault.Invalid) || len(kept.kept) != 0 {
			t.Errorf("refused, nothing kept: %v %d", err, len(kept.kept))
		}
		a.must(a.as(a.duty, rule.Confirm, map[string]any{"text": "企业承认喷淋泵停运"}))
		x := a.one().Alarm
		if x.Verdict != "true" || x.State != rule.StateHandled {
			t.Errorf("%+v", x)
		}
		if !kept.from.Equal(x.StartedAt.Add(-24*time.Hour)) || kept.to.After(c.Now()) {
			t.Errorf("the window around the alarm, no future: %s to %s", kept.from, kept.to)
		}
		if p := a.funnel.packs; len(p) != 6 || p[0] != x.ClueID || slices.Contains(p, "file-视频.csv") {
			t.Errorf("attached %v", p)
		}
		var list struct {
			Files []struct{ Name, SHA256, Missing string }
		}
		a.must(json.Unmarshal(kept.kept["证据清单.json"], &list))
		for _, f := range list.Files {
			sum := sha256.Sum256(kept.kept[f.Name])
			if f.Missing == "" && f.SHA256 != hex.EncodeToString(sum[:]) || (f.Name == "视频.csv") != (f.Missing != "") {
				t.Errorf("%+v", f)
			}
		}
		if len(list.Files) != 4 || !strings.Contains(string(kept.kept["证据清单.html"]), "未能取得：没有登记视频") {
			t.Errorf("%d files listed", len(list.Files))
		}
		if course := string(kept.kept["经过.txt"]); !strings.Contains(course, "产生预警") || !strings.Contains(course, "告知") {
			t.Errorf("the course: %s", course)
		}
		if _, files, err := a.service.Pack(ctx, a.duty, id); err != nil || len(files) != 5 {
			t.Errorf("%v %v", files, err)
		}
		if _, _, err := a.service.Pack(ctx, a.boss, id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("not the enterprise's: %v", err)
		}
		if err := a.as(a.duty, rule.Confirm, map[string]any{"text": "再来"}); !fault.Is(err, fault.Forbidden) || len(a.funnel.packs) != 6 {
			t.Errorf("once: %v", err)
		}
	})
}
