package tip

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip/media"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Loop takes a matter up again that was closed.
type Loop interface {
	// TakeUp puts what a report follows back to work; what is at work already stays
	// as it is. It may be called twice.
	TakeUp(ctx context.Context, clueID, reason string) error
}

// again says whether the reporter may have a closed matter taken up again, and
// why not.
func (s *Service) again(t Tip, now time.Time) error {
	p, d := t.Progress, t.Desk
	switch {
	case !p.Closed:
		return fault.Conflictf("这件事还在办理，可以直接补充情况")
	case d.Answer == Elsewhere:
		return fault.Conflictf("这件事应由%s受理，请向该机关反映", d.Body)
	case d.Reopened >= s.rules.Again:
		return fault.Conflictf("已经要求重新办理 %d 次；仍不满意的，可以向上一级机关反映或者另行举报新的情况", d.Reopened)
	case now.After(p.ClosedAt.AddDate(0, 0, s.rules.AgainDays)):
		return fault.Conflictf("办结已超过 %d 天；如有新的情况，请另行举报", s.rules.AgainDays)
	}
	return nil
}

// againJob carries a reporter's wish into the loop.
const againJob = "tip.again"

type takingUp struct {
	Tip ID  `json:"tip"`
	Nth int `json:"nth"`
}

// Again is the reporter's “没有解决”: with a reason, within the place's limits, the
// matter goes back to where it is worked on.
func (s *Service) Again(ctx context.Context, id ID, reason string, m Material) error {
	files, err := s.material(ctx, id, m)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.lockWithDesk(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.again(t, tx.Now); err != nil {
			return err
		}
		if err := s.speak(ctx, tx, t, AskAgain, reason, files); err != nil {
			return err
		}
		d := &t.Desk
		d.Reopened, d.Score, d.RatedAt = d.Reopened+1, "unsolved", tx.Now
		if d.Answer == Refused { // the question of accepting is open again
			d.Answer, d.Reason, d.AnsweredAt = "", "", time.Time{}
			d.AcceptBy = s.cal.AddWorkingDays(tx.Now, s.rules.Days)
			if err := setAcceptBy(ctx, tx, id, d.AcceptBy); err != nil {
				return err
			}
			if err := saveAnswered(ctx, tx, id, *d); err != nil {
				return err
			}
			if err := s.schedule(ctx, tx, t); err != nil {
				return err
			}
		}
		if err := saveScore(ctx, tx, id, *d); err != nil {
			return err
		}
		t.Progress.Stage, t.Progress.Closed, t.Progress.ClosedAt = "要求重新办理", false, time.Time{}
		t.Progress.Note = "您说明的情况已经转给承办的单位，重新办理后会告诉您"
		if err := saveProgress(ctx, tx, id, t.Progress); err != nil {
			return err
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: againJob, Dedup: string(id) + ":" + strconv.Itoa(d.Reopened), Payload: takingUp{id, d.Reopened}})
	})
}

// onAgain carries the last wish out; what the reporter wrote goes along only where
// the text may be read by those who work on it.
func (s *Service) onAgain(ctx context.Context, j job.Job) error {
	var p takingUp
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return job.Permanent(err)
	}
	var t Tip
	reason := ""
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if t, err = s.withDesk(ctx, tx)(tipByID(ctx, tx, p.Tip)); err != nil {
			return err
		}
		entries, err := s.book.Of(ctx, tx, Machine.Kind, string(p.Tip))
		if e, ok := timeline.Last(entries, AskAgain); ok && t.Mode == Public {
			reason = e.Data.Text("text")
		}
		return err
	})
	if err != nil {
		return err
	}
	words := "举报人反映没有解决（举报 " + t.Number + "，第 " + strconv.Itoa(p.Nth) + " 次）"
	if reason != "" {
		words += "：" + reason
	}
	return s.loop.TakeUp(ctx, t.ClueID, words)
}

// Material is what a reporter sends along: photos and recordings.
type Material struct {
	Photos [][]byte
	Media  []media.Source
}

// material keeps what is sent along, photos made anew and recordings without what
// they carry.
func (s *Service) material(ctx context.Context, id ID, m Material) ([]string, error) {
	if len(m.Photos)+len(m.Media) > maxPhotos+maxMedia {
		return nil, fault.Invalidf("一次最多 %d 张照片和 %d 段视频或录音", maxPhotos, maxMedia)
	}
	ids, err := s.pictures(ctx, Tip{ID: id}, m.Photos)
	if err != nil {
		return nil, err
	}
	more, err := s.recordings(ctx, id, m.Media)
	return append(ids, more...), err
}

// maxMedia is how many recordings one sending may hold.
const maxMedia = 4

// recordings keeps videos and sound, and photos that came piece by piece.
func (s *Service) recordings(ctx context.Context, id ID, list []media.Source) ([]string, error) {
	by := auth.System("tip-" + string(id))
	out := []string{}
	for i, src := range list {
		wrong := func(err error) error {
			return fault.Invalidf("第 %d 个文件%s", i+1, fault.Sentence(err, "没有保存，请重试")).With("media", "第 %d 个文件%s", i+1, fault.Sentence(err, "没有保存，请重试"))
		}
		name, r, err := s.recording(src, i)
		if err != nil {
			return nil, wrong(err)
		}
		f, err := s.files.Upload(ctx, by, name, r)
		if fault.Is(err, fault.Invalid) {
			return nil, wrong(err)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f.ID)
	}
	return out, nil
}

// SayMore adds a message of the reporter, with files; the desk is told.
func (s *Service) SayMore(ctx context.Context, id ID, text string, m Material) error {
	files, err := s.material(ctx, id, m)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := lockTip(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.speak(ctx, tx, t, Message, text, files)
	})
}

// speak writes what a reporter says and tells the desk.
func (s *Service) speak(ctx context.Context, tx *db.Tx, t Tip, verb flow.Verb, text string, files []string) error {
	st, ok := Machine.Find(t.Review, verb)
	if !ok || !st.Auto {
		return fault.Conflictf("现在不能这样做，请刷新页面")
	}
	in := map[string]any{"text": strings.TrimSpace(text)}
	if len(files) > 0 {
		in["files"] = files
	}
	form, err := st.Fill(in)
	if err != nil {
		return err
	}
	if err := s.files.Attach(ctx, tx, files, Machine.Kind, string(t.ID)); err != nil {
		return err
	}
	timeline.Terms(st, form, func(string) int { return s.rules.Days })
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: reporter, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: form}); err != nil {
		return err
	}
	to, err := readers(ctx, tx, t.ID, notify.Audience{Capability: auth.ClueTriage, Area: t.Area})
	if err != nil {
		return err
	}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Kind: Machine.Kind, Subject: string(t.ID), Area: t.Area,
		Title: st.Title + "：" + t.Number, Text: "请在举报页查看", Link: "/tips/" + string(t.ID), Confidential: true})
	return err
}

// Renew gives a reporter who has shown the receipt a new secret; the old one no
// longer opens anything.
func (s *Service) Renew(ctx context.Context, id ID) (r Receipt, err error) {
	r.Secret = newSecret()
	proof := verifier(r.Secret, id)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := lockTip(ctx, tx, id)
		if err != nil {
			return err
		}
		r.Number = t.Number
		st, _ := Machine.Find(t.Review, Renewed)
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: reporter, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: flow.Form{}}); err != nil {
			return err
		}
		return saveProof(ctx, tx, id, proof)
	})
	if err != nil {
		return Receipt{}, err
	}
	return r, nil
}
