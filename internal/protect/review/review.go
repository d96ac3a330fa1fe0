// Package review tells those who watch over protected material who looked at it
// (查阅复核): how often, at how many reports, at odd hours, and where the reader had
// nothing to do with the report. It counts the audit log and keeps nothing itself.
package review

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Sight is a way of looking at protected material, by its action in the log.
type Sight struct {
	Action string
	Title  string
}

// Sights are the ways of looking, the gravest first.
var Sights = []Sight{
	{"seal.open", "开启身份"},
	{"clue.see_contact", "查看联系方式"},
	{"seal.look", "查看密件"},
	{"safety.look", "查看安全措施"},
	{"copy.open", "打开材料"},
}

// longest bounds the period.
const longest = 400 * 24 * time.Hour

// Reader is one person's looks in a period.
type Reader struct {
	ID    string
	Looks map[string]int // by action
	All   int
	Odd   int // at weekends, or before seven and after eight in the evening, Beijing time
	Files int // reports and clues looked at
	Idle  int // of these, those where the reader never did anything but look
}

// Service counts.
type Service struct {
	db     *db.DB
	policy auth.Policy
}

// New makes the service.
func New(d *db.DB, p auth.Policy) *Service { return &Service{d, p} }

// Period fills in the last ninety days and refuses a period too long.
func (s *Service) Period(from, to time.Time) (time.Time, time.Time, error) {
	if to.IsZero() {
		to = s.db.Now().Add(time.Microsecond) // the look of this moment is among them
	}
	if from.IsZero() {
		from = to.AddDate(0, 0, -90)
	}
	if !from.Before(to) || to.Sub(from) > longest {
		return from, to, fault.Invalidf("时段应在 400 天以内，且结束晚于开始").With("from", "请调整时段")
	}
	return from, to, nil
}

// Readers counts the looks between two moments, most odd and idle ones first.
func (s *Service) Readers(ctx context.Context, actor auth.Actor, from, to time.Time) (out []Reader, err error) {
	if err := s.policy.Require(actor, auth.AccessReview, auth.Scope{}); err != nil {
		return nil, err
	}
	actions := make([]string, len(Sights))
	for i, x := range Sights {
		actions[i] = x.Action
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err := audit.Looks(ctx, tx, actions, from, to)
		if err != nil {
			return err
		}
		at := map[string]int{}
		for _, l := range list {
			i, ok := at[l.Actor]
			if !ok {
				i = len(out)
				at[l.Actor] = i
				out = append(out, Reader{ID: l.Actor, Looks: map[string]int{}})
			}
			r := &out[i]
			r.Looks[l.Action] += l.Times
			r.All += l.Times
			r.Odd += l.Odd
		}
		files, err := audit.LookedAt(ctx, tx, actions, from, to)
		for _, f := range files {
			if i, ok := at[f.Actor]; ok {
				out[i].Files, out[i].Idle = f.Files, f.Idle
			}
		}
		return err
	})
	slices.SortStableFunc(out, func(a, b Reader) int { return (b.Odd+b.Idle)*1000 + b.All - (a.Odd+a.Idle)*1000 - a.All })
	return out, err
}
