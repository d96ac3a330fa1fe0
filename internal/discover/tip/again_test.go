package tip_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/discover/tip/media"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
)

// wheel remembers what was to be taken up again.
type wheel struct{ asked []string }

func (w *wheel) TakeUp(_ context.Context, clueID, reason string) error {
	w.asked = append(w.asked, clueID+" "+reason)
	return nil
}

// closed brings a report to its end as the reporter sees it.
func (s *scene) closed(t *testing.T, id tip.ID) {
	t.Helper()
	f, err := s.tips.Follow(bg, id)
	if err != nil {
		t.Fatal(err)
	}
	s.says.p = tip.Progress{Stage: "已办结", Closed: true, ClosedAt: s.Clock.Now(), ClueID: f.Tip.ClueID, IssueID: "i1", Judged: tip.Accepted}
	if err := s.tips.Heard(bg, bus.Event{Topic: "issue.close", Subject: f.Tip.ClueID}); err != nil {
		t.Fatal(err)
	}
}

func TestAgain_GoesBackWithinTheLimits(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		w := &wheel{}
		s.deps.Loop = w
		s.deps.Policy.Again, s.deps.Policy.AgainDays = 2, 30
		s.tips = tip.NewService(s.deps)
		s.tips.Jobs(s.Jobs)
		id, r := s.file(t, report())
		if err := s.tips.Again(bg, id, "还在排", tip.Material{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("while it is worked on: %v", err)
		}
		for n := 1; n <= 2; n++ {
			s.closed(t, id)
			if f, err := s.tips.Follow(bg, id); err != nil || !f.Tip.Desk.Again {
				t.Errorf("%v %+v", err, f.Tip.Desk)
			}
			if err := s.tips.Again(bg, id, " ", tip.Material{}); !fault.Is(err, fault.Invalid) {
				t.Errorf("without a reason: %v", err)
			}
			if err := s.tips.Again(bg, id, "还在排", tip.Material{}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Jobs.RunDue(bg); err != nil {
				t.Fatal(err)
			}
			if len(w.asked) != n || !strings.Contains(w.asked[n-1], r.Number) || !strings.HasSuffix(w.asked[n-1], "：还在排") {
				t.Errorf("%v", w.asked)
			}
			if f, err := s.tips.Follow(bg, id); err != nil || f.Tip.Progress.Closed || f.Tip.Desk.Reopened != n || f.Tip.Desk.Score != "unsolved" {
				t.Errorf("%v %+v %+v", err, f.Tip.Progress, f.Tip.Desk)
			}
		}
		s.closed(t, id)
		if err := s.tips.Again(bg, id, "还在排", tip.Material{}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "2 次") {
			t.Errorf("a third time: %v", err)
		}
		late, _ := s.file(t, report())
		s.closed(t, late)
		s.Clock.Advance(31 * 24 * time.Hour)
		if err := s.tips.Again(bg, late, "还在排", tip.Material{}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "30 天") {
			t.Errorf("late: %v", err)
		}
	})
}

func TestAgain_ARefusalIsAskedAnew(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		s.deps.Loop = &wheel{}
		s.tips = tip.NewService(s.deps)
		x, _ := s.enter(t, call())
		if err := s.tips.Do(bg, looptest.Person("clerk"), x.ID, tip.Refuse, 1, map[string]any{"ground": "unclear", "text": "写不清"}); err != nil {
			t.Fatal(err)
		}
		if err := s.tips.Again(bg, x.ID, "补充：就在桥下", tip.Material{}); err != nil {
			t.Fatal(err)
		}
		d := s.open(t, x.ID).Tip.Desk
		if d.Answer != "" || !d.AcceptBy.After(s.Clock.Now()) || d.Reopened != 1 {
			t.Errorf("%+v", d)
		}
		y, _ := s.enter(t, call())
		if err := s.tips.Do(bg, looptest.Person("clerk"), y.ID, tip.Pass, 1, map[string]any{"body": "公安局", "text": "归公安"}); err != nil {
			t.Fatal(err)
		}
		if err := s.tips.Again(bg, y.ID, "x", tip.Material{}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "公安局") {
			t.Errorf("another body's duty: %v", err)
		}
	})
}

// source is a recording in memory.
type source struct{ *bytes.Reader }

func wave(body string) source {
	return source{bytes.NewReader([]byte("RIFF\x30\x00\x00\x00WAVEfmt \x10\x00\x00\x000123456789abcdefLIST\x06\x00\x00\x00Zhang\x00data\x08\x00\x00\x00" + body))}
}

func TestSayMore_KeepsFilesWithoutWhatTheyCarry(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		id, _ := s.file(t, report())
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
			t.Fatal(err)
		}
		m := tip.Material{Photos: [][]byte{b.Bytes()}, Media: []media.Source{wave("samples!"), source{bytes.NewReader(append(b.Bytes(), "<script>"...))}}}
		if err := s.tips.SayMore(bg, id, "录到了声音", m); err != nil {
			t.Fatal(err)
		}
		if len(s.files.kept) != 3 || bytes.Contains(s.files.kept[1], []byte("Zhang")) || bytes.Contains(s.files.kept[2], []byte("script")) || s.Files.Tied["f2"] != "tip/"+string(id) {
			t.Errorf("%d kept, %v", len(s.files.kept), s.Files.Tied)
		}
		for name, c := range map[string]struct {
			text string
			m    tip.Material
		}{
			"no words": {"", tip.Material{}}, "a program": {"x", tip.Material{Media: []media.Source{source{bytes.NewReader([]byte("MZ\x90rubbish"))}}}},
			"a bad photo": {"x", tip.Material{Photos: [][]byte{[]byte("x")}}}, "too many": {"x", tip.Material{Photos: make([][]byte, 20)}},
		} {
			if err := s.tips.SayMore(bg, id, c.text, c.m); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRenew_TheOldSecretOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		x, r := s.enter(t, call())
		fresh, err := s.tips.Renew(bg, x.ID)
		if err != nil || fresh.Secret == r.Secret || fresh.Number != r.Number {
			t.Fatalf("%v %+v", err, fresh)
		}
		if _, err := s.tips.Track(bg, r.Number, r.Secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old one: %v", err)
		}
		if id, err := s.tips.Track(bg, r.Number, fresh.Secret); err != nil || id != x.ID {
			t.Errorf("%v %s", err, id)
		}
		if s.open(t, x.ID).Tip.Desk.Handed {
			t.Error("still in the clerk's hands")
		}
	})
}

// phone keeps the messages that it got.
type phone struct {
	mu  sync.Mutex
	got map[string][]string
}

func (p *phone) Ready(context.Context) error { return nil }
func (p *phone) Text(_ context.Context, to, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got[to] = append(p.got[to], text)
	return nil
}

// code is in the nth message to a number.
func (p *phone) code(to string, nth int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, code, _ := strings.Cut(p.got[to][nth], "验证码 ")
	return code[:6]
}

// lose asks for a code and waits until it was sent, or was not.
func (s *scene) lose(t *testing.T, number, phone string) (token string) {
	t.Helper()
	token, err := s.tips.Lose(bg, number, phone)
	if err != nil || token == "" {
		t.Fatalf("%s %s says something: %q %v", number, phone, token, err)
	}
	s.tips.Settled()
	return token
}

func TestRecover_OnlyByTheTelephoneThatWasLeft(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		if _, err := s.tips.Lose(bg, "x", "13800000000"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without messages: %v", err)
		}
		p := &phone{got: map[string][]string{}}
		s.deps.Texter = p
		s.tips = tip.NewService(s.deps)
		n := report()
		n.Contact = "王某 138-0000-0000"
		id, r := s.file(t, n)
		quiet := report()
		quiet.Mode, quiet.Contact = tip.Anonymous, ""
		_, anonymous := s.file(t, quiet)
		if _, err := s.tips.Lose(bg, r.Number, "12345"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		for _, x := range [][2]string{{r.Number, "13900000000"}, {anonymous.Number, "13800000000"}, {"WZ-J-2026-999999", "13800000000"}} {
			if _, err := s.tips.Recover(bg, s.lose(t, x[0], x[1]), "000000"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v: %v", x, err)
			}
		}
		if len(p.got) != 0 {
			t.Fatalf("somebody else was told: %v", p.got)
		}
		token := s.lose(t, strings.ToLower(r.Number), "138 0000 0000")
		if text := p.got["13800000000"][0]; len(p.got) != 1 || strings.Contains(text, "排污") {
			t.Errorf("%v", p.got)
		}
		fresh, err := s.tips.Recover(bg, token, p.code("13800000000", 0))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.tips.Track(bg, fresh.Number, fresh.Secret); err != nil || got != id {
			t.Errorf("%v", err)
		}
		if _, err := s.tips.Track(bg, r.Number, r.Secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("the lost one still opens: %v", err)
		}
		if _, err := s.tips.Recover(bg, token, p.code("13800000000", 0)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a code opens twice: %v", err)
		}
		contact, err := s.Clues.Contact(bg, auth.System("test"), clue.ID(s.open(t, id).Tip.ClueID))
		if err != nil || contact != n.Contact {
			t.Errorf("%q %v", contact, err)
		}
	})
}

func TestRecover_StrangersUseNothingUp(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		p := &phone{got: map[string][]string{}}
		s.deps.Texter = p
		s.tips = tip.NewService(s.deps)
		n := report()
		n.Contact = "13800000000"
		_, r := s.file(t, n)
		token := s.lose(t, r.Number, "13800000000")
		for i := range 50 { // a stranger knows the number and guesses telephones and codes
			theirs := s.lose(t, r.Number, fmt.Sprintf("139%08d", i))
			for _, tok := range []string{theirs, "", "x"} {
				if _, err := s.tips.Recover(bg, tok, p.code("13800000000", 0)); !fault.Is(err, fault.NotFound) {
					t.Fatal(err)
				}
			}
		}
		for range 4 {
			if _, err := s.tips.Recover(bg, token, "x"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
		if _, err := s.tips.Recover(bg, token, p.code("13800000000", 0)); err != nil {
			t.Errorf("the fifth try is still the owner's: %v", err)
		}
		again := s.lose(t, r.Number, "13800000000")
		for range 5 {
			if _, err := s.tips.Recover(bg, again, "x"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
		if _, err := s.tips.Recover(bg, again, p.code("13800000000", 1)); !fault.Is(err, fault.NotFound) {
			t.Errorf("after five guesses: %v", err)
		}
		late := s.lose(t, r.Number, "13800000000")
		s.Clock.Advance(11 * time.Minute)
		if _, err := s.tips.Recover(bg, late, p.code("13800000000", 2)); !fault.Is(err, fault.NotFound) {
			t.Errorf("after ten minutes: %v", err)
		}
	})
}
