package mark_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/mark"
)

var ctx = context.Background()

// values stands for the official values: it remembers what was asked to be made
// again, and says what it was told to.
type values struct {
	asked []string
	hours []mark.Hour
	fail  error
}

func (v *values) Recompute(_ context.Context, _ *db.Tx, outlet string, from, to time.Time) error {
	if v.fail == nil {
		v.asked = append(v.asked, from.In(looptest.Beijing).Format("02 15:04")+"-"+to.In(looptest.Beijing).Format("02 15:04"))
	}
	return v.fail
}

func (v *values) Hours(context.Context, *db.Tx, string, time.Time, time.Time) ([]mark.Hour, error) {
	return v.hours, nil
}

// firm is an enterprise of the city with one stack, its head, and the marks.
type firm struct {
	*looptest.City
	marks  *mark.Service
	values *values
	stack  enterprise.Outlet
	boss   auth.Actor // of the firm
	rival  auth.Actor // of another
	duty   auth.Actor
}

// scene runs a named behaviour on both engines. It is 2026-11-21 09:30.
func scene(t *testing.T, f func(t *testing.T, w *firm)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := &firm{City: looptest.Build(t, d, clock), values: &values{}, duty: looptest.Person("duty")}
		registry := enterprise.New(d, w.Policy)
		accounts := auth.New(d, w.Policy, auth.Config{})
		var stacks []enterprise.Outlet
		var heads []auth.Actor
		for i, name := range []string{"演示热电厂", "隔壁电镀厂"} {
			e, err := registry.Create(ctx, w.duty, enterprise.Enterprise{Name: name, Area: "330302", Industry: "C3360", PermitClass: enterprise.PermitKey})
			if err != nil {
				t.Fatal(err)
			}
			o, err := registry.CreateOutlet(ctx, w.duty, enterprise.Outlet{EnterpriseID: e.ID, Code: "DA001", Name: "1号排气筒", Kind: enterprise.Gas, Area: "330302"})
			if err != nil {
				t.Fatal(err)
			}
			login := fmt.Sprintf("head%d", i)
			rights := auth.Rights{Roles: []auth.Role{auth.Enterprise}, Enterprise: e.ID}
			u, err := accounts.Provision(ctx, auth.System("test"), auth.Account{Profile: auth.Profile{Login: login, Name: login}, Rights: rights})
			if err != nil {
				t.Fatal(err)
			}
			stacks, heads = append(stacks, o), append(heads, auth.Actor{ID: u.ID, Login: login, Name: login, Roles: rights.Roles, Enterprise: e.ID})
		}
		w.stack, w.boss, w.rival = stacks[0], heads[0], heads[1]
		w.marks = mark.NewService(mark.Deps{DB: d, Auth: w.Policy, Prefix: "WZ-B", Values: w.values, Files: w.Files, Notify: w.Notify, Timeline: w.Timeline})
		w.marks.Jobs(w.Jobs)
		f(t, w)
	})
}

func at(text string) time.Time {
	x, err := time.ParseInLocation("2006-01-02 15:04", text, looptest.Beijing)
	if err != nil {
		panic(err)
	}
	return x.UTC()
}

func (w *firm) care() mark.New {
	return mark.New{OutletID: w.stack.ID, Kind: "maintenance", From: at("2026-11-20 08:00"), Until: at("2026-11-20 10:30"), Reason: " 更换滤芯 ", WorkOrder: "W-17", Factors: []string{"a21026"}}
}

func (w *firm) stop() mark.New {
	return mark.New{OutletID: w.stack.ID, Kind: "stopped", From: at("2026-11-20 12:00"), Until: at("2026-11-22 12:00"), Reason: "检修"}
}

func (w *firm) set(n mark.New) mark.Mark {
	w.T.Helper()
	m, err := w.marks.Set(ctx, w.boss, n)
	if err != nil {
		w.T.Fatal(err)
	}
	return m
}

func (w *firm) file(id mark.ID) mark.File {
	w.T.Helper()
	f, err := w.marks.Get(ctx, w.duty, id)
	if err != nil {
		w.T.Fatal(err)
	}
	return f
}

// inForce counts the marks that computations see at the stack.
func (w *firm) inForce() int {
	n := 0
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		list, err := mark.InForceAt(ctx, tx, []string{w.stack.ID}, at("2026-11-01 00:00"), at("2026-12-31 00:00"))
		n = len(list)
		return err
	})
	return n
}

// audited counts the audit rows of an action.
func (w *firm) audited(action string) int {
	n := 0
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM audit_entry WHERE action = $1`, action)
		return err
	})
	return n
}

func names(err error) (out []string) {
	var f *fault.Error
	if errors.As(err, &f) {
		for _, x := range f.Fields {
			out = append(out, x.Name)
		}
	}
	return out
}

func verbs(list []flow.Action) (out []flow.Verb) {
	for _, a := range list {
		out = append(out, a.Verb)
	}
	return out
}

func TestSet_KeepsTellsAndAsksForNewValues(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		m := w.set(w.care())
		if m.Number != "WZ-B-2026-000001" || m.State != mark.StateMarked || m.Reason != "更换滤芯" || m.Title() != "维护" || m.Flag != "M" || m.Rules != "general-2017" ||
			m.EnterpriseName != "演示热电厂" || m.OutletName != "1号排气筒" || m.Area != "330302" || m.CreatedByName != "head0" || !m.ProofDue.IsZero() ||
			!m.From.Equal(at("2026-11-20 08:00")) || !slices.Equal(m.Factors, []string{"a21026"}) || len(m.Warnings) != 0 {
			t.Errorf("%+v", m)
		}
		if got := fmt.Sprint(w.values.asked); got != "[20 08:00-20 10:30]" {
			t.Errorf("asked for %s", got)
		}
		if got := w.Told(string(m.ID), "标记待审核"); !slices.Equal(got, []string{"duty"}) {
			t.Errorf("told %v", got)
		}
		if n := w.audited("mark.set"); n != 1 {
			t.Errorf("%d audit rows", n)
		}
		f := w.file(m.ID)
		if len(f.Timeline) != 1 || f.Timeline[0].ActorName != "head0" || len(f.Timeline[0].Shown) != 4 || !slices.Equal(verbs(f.Actions), []flow.Verb{mark.Accept, mark.Reject}) {
			t.Errorf("%+v", f)
		}
		own, err := w.marks.Get(ctx, w.boss, m.ID)
		if err != nil || own.Doubts != nil || !slices.Equal(verbs(own.Actions), []flow.Verb{mark.Supplement, mark.Withdraw}) {
			t.Errorf("%v %+v", err, own)
		}
	})
}

func TestSet_Refuses(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		w.set(w.care())
		for name, x := range map[string]struct {
			who    auth.Actor
			change func(*mark.New)
			kind   fault.Kind
			fields []string
		}{
			"everything wrong at once": {w.boss, func(n *mark.New) { n.Kind, n.Reason, n.Until = "x", "", n.From }, fault.Invalid, []string{"kind", "until", "reason"}},
			"overlap":                  {w.boss, func(*mark.New) {}, fault.Invalid, []string{"from"}},
			"unknown file":             {w.boss, func(n *mark.New) { n.From, n.Until, n.Files = n.Until, n.Until.Add(time.Hour), []string{"nope"} }, fault.Invalid, []string{"files"}},
			"no such outlet":           {w.boss, func(n *mark.New) { n.OutletID = "o" }, fault.NotFound, nil},
			"another firm":             {w.rival, func(*mark.New) {}, fault.NotFound, nil},
			"the officer":              {w.duty, func(*mark.New) {}, fault.Forbidden, nil},
			"an officer elsewhere":     {looptest.Person("duty-longwan"), func(*mark.New) {}, fault.NotFound, nil},
			"nobody":                   {auth.Actor{}, func(*mark.New) {}, fault.NotFound, nil},
		} {
			n := w.care()
			x.change(&n)
			_, err := w.marks.Set(ctx, x.who, n)
			if !fault.Is(err, x.kind) || !slices.Equal(names(err), x.fields) {
				t.Errorf("%s: %v %v", name, err, names(err))
			}
		}
		w.values.fail = errors.New("no values")
		n := w.care()
		n.From, n.Until = n.Until, n.Until.Add(time.Hour)
		if _, err := w.marks.Set(ctx, w.boss, n); err == nil {
			t.Error("a mark that changes nothing was set")
		}
		if n := w.inForce(); n != 1 {
			t.Errorf("%d marks in force: refused ones left rows", n)
		}
	})
}

func TestReview_AcceptAndReject(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		m := w.set(w.care())
		for name, x := range map[string]struct {
			who     auth.Actor
			verb    flow.Verb
			version int64
			kind    fault.Kind
		}{
			"the firm itself":      {w.boss, mark.Accept, 1, fault.Forbidden},
			"the firm rejects":     {w.boss, mark.Reject, 1, fault.Forbidden},
			"another firm":         {w.rival, mark.Accept, 1, fault.NotFound},
			"an officer elsewhere": {looptest.Person("duty-longwan"), mark.Accept, 1, fault.NotFound},
			"who may only look":    {looptest.Person("inspector"), mark.Accept, 1, fault.Forbidden},
			"the officer takes it": {w.duty, mark.Withdraw, 1, fault.Forbidden},
			"the system's verb":    {w.duty, mark.Undo, 1, fault.Conflict},
			"an old version":       {w.duty, mark.Accept, 7, fault.Conflict},
			"without a reason":     {w.duty, mark.Reject, 1, fault.Invalid},
		} {
			if err := w.marks.Do(ctx, x.who, m.ID, x.verb, x.version, nil); !fault.Is(err, x.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.marks.Do(ctx, w.duty, m.ID, mark.Accept, 1, nil); err != nil {
			t.Fatal(err)
		}
		if f := w.file(m.ID); f.Mark.State != mark.StateAccepted || w.inForce() != 1 || len(w.values.asked) != 1 {
			t.Errorf("accepted: %+v, %d in force, asked %v", f.Mark, w.inForce(), w.values.asked)
		}
		if got := w.Told(string(m.ID), "标记已认可"); !slices.Equal(got, []string{w.boss.ID}) {
			t.Errorf("told %v", got)
		}
		// What is found out later takes it back.
		if err := w.marks.Do(ctx, w.duty, m.ID, mark.Reject, 2, map[string]any{"text": "现场核实未维护", "files": []any{"f1"}}); err != nil {
			t.Fatal(err)
		}
		if f := w.file(m.ID); f.Mark.State != mark.StateRejected || w.inForce() != 0 || len(w.values.asked) != 2 || len(f.Actions) != 0 {
			t.Errorf("rejected: %+v, %d in force, asked %v", f, w.inForce(), w.values.asked)
		}
		if w.Files.Tied["f1"] != "mark/"+string(m.ID) || w.audited("mark.accept") != 1 || w.audited("mark.reject") != 1 {
			t.Errorf("tied %v", w.Files.Tied)
		}
		if err := w.marks.Do(ctx, w.boss, m.ID, mark.Withdraw, 3, map[string]any{"text": "误标"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn after the rejection: %v", err)
		}
		// The period is free again.
		w.set(w.care())
	})
}

func TestWithdraw_FreesThePeriod(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		m := w.set(w.care())
		if err := w.marks.Do(ctx, w.boss, m.ID, mark.Withdraw, 1, map[string]any{"text": "时段写错"}); err != nil {
			t.Fatal(err)
		}
		if w.inForce() != 0 || len(w.values.asked) != 2 || w.audited("mark.withdraw") != 1 {
			t.Errorf("%d in force, asked %v", w.inForce(), w.values.asked)
		}
		w.set(w.care())
	})
}

func TestDocument_StaysAwayAndTheMarkIsUndone(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		m := w.set(w.stop())
		if len(m.Warnings) != 1 || !m.ProofDue.Equal(at("2026-12-11 00:00")) {
			t.Fatalf("%+v", m)
		}
		w.To("2026-12-10 23:59")
		if w.file(m.ID).Mark.State != mark.StateMarked {
			t.Fatal("undone before the day was over")
		}
		w.To("2026-12-11 00:00")
		f := w.file(m.ID)
		if f.Mark.State != mark.StateUndone || w.inForce() != 0 || len(w.values.asked) != 2 || w.audited("mark.undo") != 1 {
			t.Errorf("%+v, asked %v", f.Mark, w.values.asked)
		}
		told := []string{"duty", w.boss.ID}
		slices.Sort(told)
		if got := w.Told(string(m.ID), "标记已撤销"); !slices.Equal(got, told) {
			t.Errorf("told %v", got)
		}
	})
}

func TestDocument_ComesInTime(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		m := w.set(w.stop())
		if err := w.marks.Do(ctx, w.boss, m.ID, mark.Supplement, 1, nil); !slices.Equal(names(err), []string{"form.files"}) {
			t.Errorf("nothing handed in: %v", err)
		}
		if err := w.marks.Do(ctx, w.boss, m.ID, mark.Supplement, 1, map[string]any{"files": []any{"f2", "f3"}}); err != nil {
			t.Fatal(err)
		}
		if w.Files.Tied["f2"] != "mark/"+string(m.ID) {
			t.Errorf("tied %v", w.Files.Tied)
		}
		w.To("2026-12-12 09:00")
		if f := w.file(m.ID); f.Mark.State != mark.StateMarked || f.Mark.Documents != 2 || len(w.values.asked) != 1 {
			t.Errorf("%+v", f.Mark)
		}
	})
}

func TestList_FiltersWithinReach(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		first := w.set(w.care())
		second := w.set(w.stop())
		count := func(who auth.Actor, q mark.Query) string {
			page, err := w.marks.List(ctx, who, q)
			if err != nil {
				t.Fatal(err)
			}
			out := fmt.Sprint(page.Total)
			for _, m := range page.Items {
				out += " " + m.Number[len(m.Number)-1:]
			}
			return out
		}
		for name, x := range map[string]struct {
			who  auth.Actor
			q    mark.Query
			want string
		}{
			"all, newest first":     {w.duty, mark.Query{}, "2 2 1"},
			"the firm's own":        {w.boss, mark.Query{}, "2 2 1"},
			"another firm":          {w.rival, mark.Query{}, "0"},
			"elsewhere":             {looptest.Person("duty-longwan"), mark.Query{}, "0"},
			"without the right":     {looptest.Person("grid"), mark.Query{}, "0"},
			"by kind":               {w.duty, mark.Query{Kinds: []string{"stopped"}}, "1 2"},
			"by state":              {w.duty, mark.Query{States: []string{"accepted"}}, "0"},
			"by words":              {w.duty, mark.Query{Text: "滤芯"}, "1 1"},
			"by name":               {w.duty, mark.Query{Text: "热电"}, "2 2 1"},
			"by number":             {w.duty, mark.Query{Text: first.Number}, "1 1"},
			"by outlet":             {w.duty, mark.Query{OutletID: w.stack.ID}, "2 2 1"},
			"by another outlet":     {w.duty, mark.Query{OutletID: "x"}, "0"},
			"by firm":               {w.duty, mark.Query{EnterpriseID: w.stack.EnterpriseID}, "2 2 1"},
			"by area":               {w.duty, mark.Query{Area: "330303"}, "0"},
			"from the end on":       {w.duty, mark.Query{From: first.Until}, "1 2"},
			"touching the morning":  {w.duty, mark.Query{From: at("2026-11-20 10:29"), To: at("2026-11-20 12:00")}, "1 1"},
			"up to, exclusive":      {w.duty, mark.Query{To: second.From}, "1 1"},
			"the first page of one": {w.duty, mark.Query{Limit: 1}, "2 2"},
		} {
			if got := count(x.who, x.q); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
		page, err := w.marks.List(ctx, w.duty, mark.Query{Limit: 1})
		if err != nil || page.Next == "" {
			t.Fatal(err)
		}
		if got := count(w.duty, mark.Query{Limit: 1, Cursor: page.Next}); got != "2 1" {
			t.Errorf("second page: %s", got)
		}
		if _, err := w.marks.List(ctx, w.duty, mark.Query{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := w.marks.See(ctx, w.rival, string(first.ID)); !fault.Is(err, fault.NotFound) {
			t.Errorf("another firm sees its files: %v", err)
		}
		if err := w.marks.See(ctx, w.boss, string(first.ID)); err != nil {
			t.Error(err)
		}
	})
}

func TestPreview_SaysWhatWouldHappen(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		v := 120.0
		w.values.hours = []mark.Hour{{Factor: "a21026", At: at("2026-11-20 08:00"), Flag: "N", Valid: true, Exceeds: true, Value: &v},
			{Factor: "a21002", At: at("2026-11-20 08:00"), Flag: "N", Valid: true, Value: &v}}
		p, err := w.marks.Preview(ctx, w.boss, w.care())
		if err != nil || len(p.Hours) != 1 || p.Table.ID != "general-2017" || len(p.Problems) != 0 || w.inForce() != 0 {
			t.Errorf("%v %+v", err, p)
		}
		if _, err := w.marks.Preview(ctx, w.duty, w.care()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the officer previews: %v", err)
		}
		tab, o, err := w.marks.TableOf(ctx, w.boss, w.stack.ID)
		if err != nil || tab.ID != "general-2017" || o.ID != w.stack.ID {
			t.Errorf("%v %s", err, tab.ID)
		}
		if _, _, err := w.marks.TableOf(ctx, w.rival, w.stack.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestGet_ShowsTheOfficerWhatIsDoubtful(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		v := 120.0
		for h := range 3 {
			w.values.hours = append(w.values.hours, mark.Hour{Factor: "a21026", At: at("2026-11-20 08:00").Add(time.Duration(h) * time.Hour), Flag: "N", Valid: true, Exceeds: true, Value: &v})
		}
		m := w.set(w.care())
		f := w.file(m.ID)
		if len(f.Doubts) != 1 || f.Doubts[0].ID != "covers_exceedance" {
			t.Errorf("%+v", f.Doubts)
		}
	})
}

// Two tabs of one enterprise: one of two marks of the same hour is refused.
func TestSet_AtOnce(t *testing.T) {
	scene(t, func(t *testing.T, w *firm) {
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := w.marks.Set(ctx, w.boss, w.care())
				done <- err
			}()
		}
		bad := 0
		for range 2 {
			if err := <-done; err != nil {
				bad++
				if !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			}
		}
		if bad != 1 || w.inForce() != 1 {
			t.Errorf("%d refused, %d in force", bad, w.inForce())
		}
	})
}
