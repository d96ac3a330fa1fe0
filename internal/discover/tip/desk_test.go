package tip_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/vault"
)

func call() tip.Entry {
	return tip.Entry{New: tip.New{Mode: tip.Public, Channel: tip.Phone, Kind: "noise", Text: "工地半夜打桩", Area: "330302", Contact: "138"}, Details: map[string]any{"line": "12369"}}
}

func (s *scene) enter(t *testing.T, e tip.Entry) (tip.Tip, tip.Receipt) {
	t.Helper()
	x, r, err := s.tips.Enter(bg, looptest.Person("clerk"), e, "")
	if err != nil {
		t.Fatal(err)
	}
	return x, r
}

func (s *scene) open(t *testing.T, id tip.ID) tip.Opened {
	t.Helper()
	o, err := s.tips.Get(bg, looptest.Person("clerk"), id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestEnter_KeepsTheDoorAndStartsTheClock(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		e := call()
		e.Files = []string{"f1"}
		x, r := s.enter(t, e)
		if _, err := s.tips.Track(bg, r.Number, r.Secret); err != nil {
			t.Error(err)
		}
		o := s.open(t, x.ID)
		lines := o.Tip.DoorLines()
		if len(lines) != 1 || lines[0].Values[0] != "12369" || o.Tip.Desk.EnteredBy != "clerk" || !o.Tip.Desk.Handed || o.Tip.Desk.AcceptBy.IsZero() {
			t.Errorf("%v %+v", lines, o.Tip.Desk)
		}
		if s.Files.Tied["f1"] != "clue/"+o.Tip.ClueID || o.Timeline[0].ActorID != "clerk" {
			t.Errorf("%v %+v", s.Files.Tied, o.Timeline)
		}
	})
}

func TestEnter_NamesWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		for name, c := range map[string]struct {
			who    string
			change func(*tip.Entry)
			field  string
		}{
			"no text":   {"clerk", func(e *tip.Entry) { e.Text = " " }, "text"},
			"no place":  {"clerk", func(e *tip.Entry) { e.Area = "" }, "address"},
			"strange":   {"clerk", func(e *tip.Entry) { e.Details = map[string]any{"colour": "x"} }, "details.colour"},
			"future":    {"clerk", func(e *tip.Entry) { e.ReceivedAt = s.Clock.Now().Add(time.Hour) }, "received_at"},
			"insider":   {"clerk", func(e *tip.Entry) { e.Mode = tip.Insider; e.Contact = "" }, "mode"},
			"no door":   {"clerk", func(e *tip.Entry) { e.Channel = tip.Web }, "channel"},
			"an import": {"clerk", func(e *tip.Entry) { e.Channel = tip.Order }, "channel"},
			"media modes": {"clerk", func(e *tip.Entry) {
				e.Channel, e.Mode, e.Contact, e.Details = tip.Media, tip.Anonymous, "", map[string]any{"outlet": "报"}
			}, "mode"},
			"unsealed": {"clerk", func(e *tip.Entry) { e.Mode = tip.Confidential }, "mode"},
			"no right": {"grid", func(*tip.Entry) {}, ""},
		} {
			e := call()
			c.change(&e)
			_, _, err := s.tips.Enter(bg, looptest.Person(c.who), e, "")
			var f *fault.Error
			if !errors.As(err, &f) || c.field != "" && (len(f.Fields) == 0 || f.Fields[0].Name != c.field) || c.field == "" && f.Kind != fault.Forbidden {
				t.Errorf("%s: %v %+v", name, err, f)
			}
		}
		if page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10}); err != nil || page.Total != 0 {
			t.Errorf("%v %d", err, page.Total)
		}
	})
}

// envelope seals by keeping; what matters is that nothing else keeps it.
type envelope struct {
	held  map[tip.ID]string
	fails error
}

func (v *envelope) Ready(context.Context) error { return nil }
func (v *envelope) SealContact(_ context.Context, _ *db.Tx, id tip.ID, contact string) error {
	v.held[id] = contact
	return v.fails
}

func TestEnter_AConfidentialContactIsSealedAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		s.ring.Ceremony()
		e := call()
		e.Mode, e.Contact = tip.Confidential, "标记人 139"
		var f *fault.Error
		if _, _, err := s.tips.Enter(bg, looptest.Person("clerk"), e, ""); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != "contact" {
			t.Errorf("taken in clear: %v", err)
		}
		e.Contact, e.Sealed = "", s.sealed(vault.Contact{Name: "标记人", Phone: "139"})
		x, r := s.enter(t, e)
		if !strings.HasPrefix(r.Number, "WZ-M-") {
			t.Errorf("number %s", r.Number)
		}
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			list, err := vault.Sealed(ctx, tx, tip.Machine.Kind, string(x.ID))
			if len(list) != 1 || !list[0].Parted || list[0].Part != "contact" {
				t.Errorf("sealed %+v", list)
			}
			return err
		})
		o := s.open(t, x.ID)
		c, err := s.Clues.Get(bg, looptest.Person("clerk"), clue.ID(o.Tip.ClueID))
		if err != nil || c.Clue.Contact != "" || strings.Contains(c.Clue.Text, "标记人") {
			t.Errorf("%v %+v", err, c.Clue)
		}
		e.Sealed.Shares = e.Sealed.Shares[1:]
		if _, _, err := s.tips.Enter(bg, looptest.Person("clerk"), e, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("kept although an officer could not open it: %v", err)
		}
		if page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10, Sealed: true}); err != nil || page.Total != 1 {
			t.Errorf("%v %d", err, page.Total)
		}
	})
}

func TestAnswer_EndsTheClockAndTellsTheReporter(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		for name, c := range map[string]struct {
			verb  string
			form  map[string]any
			stage string
			clue  string
		}{
			"accepted":  {"accept", map[string]any{}, "已受理，正在研判", "new"},
			"refused":   {"refuse", map[string]any{"ground": "unclear", "text": "写不清"}, "不予受理", "dismissed"},
			"elsewhere": {"pass", map[string]any{"body": "公安局", "text": "归公安"}, "应由其他机关受理", "dismissed"},
		} {
			x, _ := s.enter(t, call())
			if err := s.tips.Do(bg, looptest.Person("clerk"), x.ID, "pass", 1, map[string]any{}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: an empty form: %v", name, err)
			}
			if err := s.tips.Do(bg, looptest.Person("clerk"), x.ID, tip.Accept+"x", 1, nil); err == nil {
				t.Error("an unknown verb")
			}
			if err := s.tips.Do(bg, looptest.Person("clerk"), x.ID, flow.Verb(c.verb), 1, c.form); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			s.says.p = tip.Progress{Stage: "正在研判", ClueID: x.ClueID}
			if c.clue == "dismissed" {
				s.says.p = tip.Progress{Stage: "不予立案", Closed: true, ClueID: x.ClueID, Judged: tip.Refused}
			}
			if err := s.tips.Heard(bg, bus.Event{Topic: "clue.dismiss", Subject: x.ClueID}); err != nil {
				t.Fatal(err)
			}
			o := s.open(t, x.ID)
			if o.Tip.Progress.Stage != c.stage || string(o.Tip.Desk.Answer) != name || o.Tip.Desk.AnsweredAt.IsZero() {
				t.Errorf("%s: %+v %+v", name, o.Tip.Progress, o.Tip.Desk)
			}
			if err := s.tips.Do(bg, looptest.Person("clerk"), x.ID, tip.Accept, o.Tip.Version, nil); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: answered twice: %v", name, err)
			}
			f, err := s.Clues.Get(bg, looptest.Person("clerk"), clue.ID(x.ClueID))
			if err != nil || string(f.Clue.State) != c.clue {
				t.Errorf("%s: %v %s", name, err, f.Clue.State)
			}
		}
	})
}

func TestClock_RemindsThenTellsTheSuperiorsOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		s.tips.Jobs(s.Jobs)
		x, _ := s.enter(t, call())
		y, _ := s.enter(t, call())
		if err := s.tips.Do(bg, looptest.Person("clerk"), y.ID, tip.Accept, 1, nil); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(30 * 24 * time.Hour)
		for range 3 {
			if _, err := s.Jobs.RunDue(bg); err != nil {
				t.Fatal(err)
			}
		}
		verbs := map[string]int{}
		for _, e := range s.open(t, x.ID).Timeline {
			verbs[string(e.Verb)]++
		}
		if verbs["overdue"] != 1 || verbs["remind"] != 1 {
			t.Errorf("%v", verbs)
		}
		for _, e := range s.open(t, y.ID).Timeline {
			if e.Verb == tip.OverdueBy {
				t.Error("an answered report is overdue")
			}
		}
		page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10, Due: true})
		if err != nil || page.Total != 1 || page.Items[0].ID != x.ID || page.Items[0].Desk.AcceptBy.IsZero() {
			t.Errorf("%v %+v", err, page)
		}
	})
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	p := tip.Policy{Routes: []tip.Route{{Kinds: []string{"noise"}, Body: "公安"}, {Kinds: []string{"noise"}, Areas: []string{"330303"}, Agency: "zhzf"}, {Agency: "sthj"}},
		Branch: func(agency, area string) string { return agency + "-" + area }}
	for area, want := range map[string]string{"330302006000": "公安,sthj-330302006000,", "330303": "公安,zhzf-330303,sthj-330303,"} {
		got := ""
		for _, r := range p.Suggest(tip.Tip{Kind: "noise", Area: area}) {
			got += r.Body + r.Agency + ","
		}
		if got != want {
			t.Errorf("%s: %s", area, got)
		}
	}
	if got := p.Suggest(tip.Tip{Kind: "water", Area: "330302"}); len(got) != 1 {
		t.Errorf("%v", got)
	}
}
