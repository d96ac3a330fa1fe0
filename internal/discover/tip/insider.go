package tip

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/timeline"
	"github.com/qingshao/qingshao/internal/vault"
)

// Told is an insider's report: all that the program knows of it.
type Told struct {
	ID        ID
	Number    string // WZ-M-2026-000012
	State     flow.State
	ReplyTo   string // the recipient of answers, derived from the receipt
	Progress  Progress
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// NewTold is what an insider's browser sends. Proof is what the browser derived of
// the receipt for us; the receipt itself never leaves the browser.
type NewTold struct {
	Proof   string // 64 hexadecimal digits
	ReplyTo string
	Once    string
	Report  vault.Envelope  // for the desk and the reporter
	Contact *vault.Envelope // parted; an insider may leave none
}

// The parts of an insider's report.
const (
	partReport  = "report"
	partMessage = "message"
	partReply   = "reply"
)

var errProof = fault.NotFoundf("编号或查询码不对，请对照回执核对；内部知情人的查询码是 24 位数字")

func proofHash(proof string) ([]byte, bool) {
	b, err := hex.DecodeString(proof)
	if err != nil || len(b) != 32 {
		return nil, false
	}
	h := sha256.Sum256(b)
	return h[:], true
}

// Tell takes an insider's report and gives its number.
func (s *Service) Tell(ctx context.Context, n NewTold) (number string, err error) {
	proof, ok := proofHash(n.Proof)
	if !ok || len(n.Once) < 16 || len(n.Once) > 64 || !strings.HasPrefix(n.ReplyTo, "age1pq1") || len(n.ReplyTo) > 4096 {
		return "", fault.Invalidf("提交不完整，没有保存；请刷新页面后重新提交")
	}
	if n.Report.Parted || n.Contact != nil && !n.Contact.Parted {
		return "", fault.Invalidf("内容没有按规定封存，没有保存；请刷新页面后重新提交")
	}
	if err := s.takes(ctx, New{Mode: Insider}); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if x, err := toldByOnce(ctx, tx, n.Once); err == nil { // sent again after a broken line
			number = x
			return nil
		} else if !db.IsMissing(err) {
			return err
		}
		if err := s.gate.Pass(ctx, tx, Insider.Gate(), Web.Gate()); err != nil {
			return err
		}
		t := Told{ID: ID(db.NewID()), State: Received, ReplyTo: n.ReplyTo}
		if t.Number, err = db.NextNumber(ctx, tx, s.prefix(Insider)); err != nil {
			return err
		}
		t.Progress = Progress{Stage: "保密岗正在阅办", DueAt: s.cal.AddWorkingDays(tx.Now, s.rules.Days), Note: strconv.Itoa(s.rules.Days) + " 个工作日内告知是否受理"}
		if err := insertTold(ctx, tx, t, proof, n.Once); err != nil {
			return err
		}
		if _, err := s.vault.Put(ctx, tx, InsiderMachine.Kind, string(t.ID), partReport, n.Report); err != nil {
			return err
		}
		if n.Contact != nil {
			if _, err := s.vault.Put(ctx, tx, InsiderMachine.Kind, string(t.ID), partContact, *n.Contact); err != nil {
				return err
			}
		}
		number = t.Number
		return s.told(ctx, tx, reporter, t, telling, "", flow.Form{})
	})
	return number, err
}

// told writes what happened and lets the confidential desk know.
func (s *Service) told(ctx context.Context, tx *db.Tx, actor auth.Actor, t Told, st flow.Step, from flow.State, form flow.Form) error {
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: InsiderMachine, Step: st, Actor: actor, Subject: string(t.ID), Area: s.root(), From: from, Form: form}); err != nil {
		return err
	}
	if actor.ID != reporter.ID {
		return nil
	}
	to, err := readers(ctx, tx, t.ID, notify.Audience{Capability: auth.SealDesk, Area: s.root(), AllLevels: true})
	if err != nil {
		return err
	}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Kind: InsiderMachine.Kind, Subject: string(t.ID), Area: s.root(),
		Title: st.Title + "：" + t.Number, Text: "请在“保密举报”页阅办", Link: "/sealed-tips/" + string(t.ID), Confidential: true})
	return err
}

func (s *Service) root() string { return s.regions.Root().Code }

// Prove opens an insider's report by its number and the proof; a wrong number
// costs the same as a wrong proof, and both get the same answer.
func (s *Service) Prove(ctx context.Context, number, proof string) (id ID, err error) {
	given, ok := proofHash(proof)
	var stored []byte
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		id, stored, err = toldProof(ctx, tx, strings.ToUpper(strings.TrimSpace(number)))
		return err
	})
	if err != nil && !db.IsMissing(err) {
		return "", err
	}
	if len(stored) != sha256.Size {
		stored = make([]byte, sha256.Size)
	}
	if !ok {
		given = make([]byte, sha256.Size+1)
	}
	if subtle.ConstantTimeCompare(given, stored) != 1 || err != nil {
		return "", errProof
	}
	return id, nil
}

// ToldFile is an insider's report as its reporter, or the desk, sees it: sealed.
type ToldFile struct {
	Told      Told
	Envelopes []vault.Envelope
	Openings  []vault.Opening
	Timeline  []timeline.Entry
	Actions   []flow.Action
}

// FollowTold reads it for the reporter, with what the reporter's key can open.
func (s *Service) FollowTold(ctx context.Context, id ID) (f ToldFile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Told, err = toldByID(ctx, tx, id); err != nil {
			return err
		}
		if f.Envelopes, err = vault.ForReporter(ctx, tx, InsiderMachine.Kind, string(id)); err != nil {
			return err
		}
		f.Openings, err = vault.History(ctx, tx, InsiderMachine.Kind, string(id))
		return err
	})
	return f, err
}

// SayTold adds a sealed message of the reporter.
func (s *Service) SayTold(ctx context.Context, id ID, e vault.Envelope) error {
	return s.message(ctx, reporter, id, Message, partMessage, e)
}

// ReplyTold adds a sealed answer of the desk.
func (s *Service) ReplyTold(ctx context.Context, actor auth.Actor, id ID, e vault.Envelope) error {
	if err := s.policy.Require(actor, auth.SealDesk, auth.Scope{Area: s.root()}); err != nil {
		return err
	}
	return s.message(ctx, actor, id, Reply, partReply, e)
}

// admits refuses whoever a circle keeps out, as if there were nothing.
func admits(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID) error {
	inside, err := circle.Admits(ctx, tx, actor, string(id))
	if err == nil && !inside {
		err = errNoTold
	}
	return err
}

// MatterTold describes an insider's report to whoever draws its circle.
func (s *Service) MatterTold(ctx context.Context, tx *db.Tx, id string) (circle.Matter, error) {
	t, err := toldByID(ctx, tx, ID(id))
	return circle.Matter{Number: t.Number, Area: s.root(), Readers: []auth.Capability{auth.SealDesk}}, err
}

func (s *Service) message(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, part string, e vault.Envelope) error {
	if e.Parted || !e.For(vault.Reporter) {
		return fault.Invalidf("内容没有按规定封存，没有保存；请刷新页面后重试")
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := lockTold(ctx, tx, id)
		if db.IsMissing(err) {
			return errNoTold
		}
		if err != nil {
			return err
		}
		if actor.ID != reporter.ID {
			if err := admits(ctx, tx, actor, id); err != nil {
				return err
			}
		}
		if _, err := s.vault.Put(ctx, tx, InsiderMachine.Kind, string(id), part, e); err != nil {
			return err
		}
		st, _ := InsiderMachine.Find(t.State, verb)
		return s.told(ctx, tx, actor, t, st, t.State, flow.Form{})
	})
}

var errNoTold = fault.NotFoundf("没有这件举报，或者它不在您的查看范围内")

// Confided is one line of the confidential desk's list.
type Confided struct {
	ID        ID
	Number    string
	Mode      Mode
	Kind      string
	State     flow.State
	Stage     string
	Closed    bool
	DueAt     time.Time
	CreatedAt time.Time
}

// Confided lists the sealed reports for the confidential desk, newest first.
// Nothing that was told is in it.
func (s *Service) Confided(ctx context.Context, actor auth.Actor, mode, cursor string, limit int) (page db.Page[Confided], err error) {
	if err := s.policy.Require(actor, auth.SealDesk, auth.Scope{Area: s.root()}); err != nil {
		return page, err
	}
	before := ""
	if cursor != "" {
		key, ok := db.ReadCursor(cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = countConfided(ctx, tx, actor, mode); err != nil {
			return err
		}
		page.Items, err = listConfided(ctx, tx, actor, mode, before, limit+1)
		return err
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = db.Cursor(string(page.Items[limit-1].ID))
	}
	return page, err
}

// ConfidedFile is one sealed report for the desk: Told is set for insiders', Tip
// for the confidential ones, whose text the triage desk reads.
type ConfidedFile struct {
	ToldFile
	Tip  Tip
	Kind Kind
}

// GetConfided opens one, still sealed.
func (s *Service) GetConfided(ctx context.Context, actor auth.Actor, id ID) (f ConfidedFile, err error) {
	if err := s.policy.Require(actor, auth.SealDesk, auth.Scope{Area: s.root()}); err != nil {
		return f, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := admits(ctx, tx, actor, id); err != nil {
			return err
		}
		kind := InsiderMachine.Kind
		f.Told, err = toldByID(ctx, tx, id)
		if db.IsMissing(err) {
			kind = Machine.Kind
			if f.Tip, err = tipByID(ctx, tx, id); db.IsMissing(err) || err == nil && f.Tip.Mode != Confidential {
				return errNoTold
			}
			f.Kind, _ = s.rules.Kind(f.Tip.Kind)
		}
		if err != nil {
			return err
		}
		if f.Envelopes, err = vault.Sealed(ctx, tx, kind, string(id)); err != nil {
			return err
		}
		if f.Openings, err = vault.History(ctx, tx, kind, string(id)); err != nil {
			return err
		}
		if kind != InsiderMachine.Kind {
			return nil
		}
		f.Actions = InsiderMachine.Actions(f.Told.State, s.mayTold(actor), nil)
		f.Timeline, err = s.book.Of(ctx, tx, kind, string(id))
		return err
	})
	return f, err
}

func (s *Service) mayTold(actor auth.Actor) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), auth.Scope{Area: s.root()}) }
}

// SeeTold checks that the actor may hear of insiders' reports.
func (s *Service) SeeTold(ctx context.Context, actor auth.Actor, id string) error {
	if err := s.policy.Require(actor, auth.SealDesk, auth.Scope{Area: s.root()}); err != nil {
		return err
	}
	return s.db.Read(ctx, func(tx *db.Tx) error { return admits(ctx, tx, actor, ID(id)) })
}

// DoTold carries out a verb of the confidential desk: writing the sanitised clue
// that enters the loop, or deciding that none does.
func (s *Service) DoTold(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := lockTold(ctx, tx, id)
		if db.IsMissing(err) {
			return errNoTold
		}
		if err != nil {
			return err
		}
		if err := admits(ctx, tx, actor, id); err != nil {
			return err
		}
		st, err := InsiderMachine.Check(t.State, verb, s.mayTold(actor), nil)
		if err != nil {
			return err
		}
		if t.Version != version {
			return fault.Conflictf("这件举报已有新的变化，请刷新后重试")
		}
		if st.Auto {
			return fault.Conflictf("“%s”须在密钥解锁之后进行", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := t.State
		t.State = st.Target(from)
		switch verb {
		case Forward:
			// No source id: nobody who sees the clue can go back to the report.
			clueID, err := s.clues.HandIn(ctx, tx, clue.New{Source: sanitised, Title: form.Text("title"), Text: form.Text("text"), Area: form.Text("area"), Address: form.Text("address"),
				Category: form.Text("category"), EnterpriseName: form.Text("suspect")})
			if err != nil {
				return err
			}
			t.Progress.ClueID = string(clueID)
			t.Progress.Stage, t.Progress.Note = "正在研判", "保密岗已把不含您信息的内容转去研判"
		case Keep:
			t.Progress.Stage, t.Progress.Closed, t.Progress.ClosedAt, t.Progress.Note = "不予转出", true, tx.Now, st.Fields[0].ShowChoice(form.Text("ground"))
		}
		if err := saveTold(ctx, tx, t); err != nil {
			return err
		}
		return s.told(ctx, tx, actor, t, st, from, form)
	})
}

// sanitised is where the desk sees clues come from whose origin is not for it.
const sanitised = "other"
