package trace_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/protect/trace"
)

var (
	bg       = context.Background()
	clerk    = auth.Actor{ID: "clerk", Roles: []auth.Role{auth.Clerk}, Area: "330302", Session: "s1"}
	other    = auth.Actor{ID: "other", Roles: []auth.Role{auth.Clerk}, Area: "330303"}
	secadmin = auth.Actor{ID: "secadmin", Roles: []auth.Role{auth.SecAdmin}}
)

func TestRead_TakesWhatPeopleType(t *testing.T) {
	t.Parallel()
	whole := trace.Shown("7K2M9QXR")
	last := whole[len(whole)-1:]
	for name, x := range map[string]struct {
		typed, code string
		wrong       bool
	}{
		"as shown": {whole, "7K2M9QXR", false}, "lower case": {strings.ToLower(whole), "7K2M9QXR", false}, "blanks": {" 7K2M 9QXR " + last, "7K2M9QXR", false},
		"full width":           {"７Ｋ２Ｍ－９ＱＸＲ－" + last, "7K2M9QXR", false},
		"without the check":    {"7K2M9QXR", "7K2M9QXR", false},
		"one not readable":     {"7K?M-9QXR-" + last, "7K?M9QXR", false},
		"a nought":             {"7K0M-9QXR", "7K?M9QXR", false},
		"three not readable":   {"7K??-9QX?", "7K??9QX?", false},
		"four not readable":    {"7???-9QX?", "", true},
		"one symbol wrong":     {"7K2M-9QXS-" + last, "7K2M9QXS", true},
		"two exchanged":        {"K72M-9QXR-" + last, "K72M9QXR", true},
		"too short":            {"7K2M-9QX", "", true},
		"too long":             {whole + "ZZ", "", true},
		"something else":       {"7K2M-9QX中", "", true},
		"nothing":              {"", "", true},
		"a pattern of SQL":     {"7K2M%QXR", "", true},
		"the check unreadable": {"7K2M-9QXR-?", "7K2M9QXR", false},
	} {
		code, wrong := trace.Read(x.typed)
		if code != x.code || (wrong != "") != x.wrong {
			t.Errorf("%s: %q %q", name, code, wrong)
		}
	}
}

func service(d *db.DB) *trace.Service {
	s := trace.New(d, auth.DefaultPolicy())
	s.Mark("tip", func(_ context.Context, a auth.Actor, subject string) (trace.Document, error) {
		if a.Area != "330302" {
			return trace.Document{}, fault.NotFoundf("没有这件举报")
		}
		return trace.Document{Label: "WZ-J-" + subject, Area: a.Area}, nil
	})
	return s
}

func TestFind_TellsWhichOpeningACopyIs(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := service(d)
		var marks []string
		for _, subject := range []string{"1", "1", "2"} {
			o, err := s.Open(bg, clerk, "tip", subject, "text")
			if err != nil {
				t.Fatal(err)
			}
			marks = append(marks, o.Mark())
			clock.Advance(time.Minute)
		}
		if marks[0] == marks[1] || len(marks[0]) != 11 {
			t.Fatalf("marks %v: every opening has its own", marks)
		}
		f, err := s.Find(bg, secadmin, strings.ToLower(marks[1]), "照片出现在群里")
		if err != nil || f.Note != "" || len(f.Openings) != 1 {
			t.Fatalf("%v %+v", err, f)
		}
		o := f.Openings[0]
		if o.Mark() != marks[1] || o.Reader != "clerk" || o.Session != "s1" || o.Label != "WZ-J-1" || o.Part != "text" || !o.Exact || !o.At.Equal(dbtest.NewClock().Now().Add(time.Minute)) {
			t.Errorf("found %+v", o)
		}
		// One symbol misread: offered, and said to be no more than near.
		typed := []byte(marks[2])
		typed[1] = map[bool]byte{true: 'B', false: 'A'}[typed[1] == 'A']
		f, err = s.Find(bg, secadmin, string(typed), "同上")
		if err != nil || len(f.Openings) != 1 || f.Openings[0].Exact || f.Openings[0].Mark() != marks[2] || !strings.Contains(f.Note, "只差一位") {
			t.Errorf("%v %+v", err, f)
		}
		// A corner torn off.
		torn := "??" + marks[0][2:]
		if f, err = s.Find(bg, secadmin, torn, "同上"); err != nil || !slices.ContainsFunc(f.Openings, func(o trace.Opening) bool { return o.Mark() == marks[0] && o.Exact }) {
			t.Errorf("%v %+v", err, f)
		}
		if f, err = s.Find(bg, secadmin, "2222-2222", "同上"); err != nil || len(f.Openings) != 0 {
			t.Errorf("%v %+v", err, f)
		}
	})
}

func TestOpen_OnlyForWhoMaySee(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		if _, err := s.Open(bg, other, "tip", "1", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("another area: %v", err)
		}
		if _, err := s.Open(bg, clerk, "letter", "1", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("another kind: %v", err)
		}
		o, err := s.Open(bg, clerk, "tip", "1", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Find(bg, clerk, o.Mark(), "好奇"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader looks into the register: %v", err)
		}
		if _, err := s.List(bg, clerk, trace.Query{Limit: 10}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader lists the register: %v", err)
		}
		if _, err := s.Find(bg, secadmin, o.Mark(), ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := s.Find(bg, secadmin, o.Mark(), "发现外泄"); err != nil {
			t.Error(err)
		}
		var done []string
		if err := d.Read(bg, func(tx *db.Tx) error {
			for _, action := range []string{"copy.open", "copy.trace"} {
				if err := audit.EachOf(bg, tx, action, func(r audit.Row) error { done = append(done, r.Actor+" "+r.Action); return nil }); err != nil {
					return err
				}
			}
			return nil
		}); err != nil || !slices.Equal(done, []string{"clerk copy.open", "secadmin copy.trace"}) {
			t.Errorf("%v in the log: %v", err, done)
		}
	})
}

func TestList_PagesAndNarrows(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := service(d)
		for _, subject := range []string{"1", "2", "1", "3", "1"} {
			if _, err := s.Open(bg, clerk, "tip", subject, ""); err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Hour)
		}
		var got []string
		for cursor, more := "", true; more; {
			p, err := s.List(bg, secadmin, trace.Query{Limit: 2, Cursor: cursor})
			if err != nil || p.Total != 5 {
				t.Fatalf("%v %d", err, p.Total)
			}
			for _, o := range p.Items {
				got = append(got, o.Subject)
			}
			cursor, more = p.Next, p.Next != ""
		}
		if !slices.Equal(got, []string{"1", "3", "1", "2", "1"}) {
			t.Errorf("listed %v", got)
		}
		start := dbtest.NewClock().Now()
		p, err := s.List(bg, secadmin, trace.Query{Limit: 10, Subject: "1", Reader: "clerk", From: start.Add(time.Hour), To: start.Add(4 * time.Hour)})
		if err != nil || len(p.Items) != 1 {
			t.Errorf("%v %+v", err, p.Items)
		}
	})
}
