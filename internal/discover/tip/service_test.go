package tip_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
)

var bg = context.Background()

// cabinet stands for the file store: it gives the ids that looptest knows.
type cabinet struct {
	*looptest.Files
	kept [][]byte
}

func (c *cabinet) Upload(_ context.Context, _ auth.Actor, _ string, r io.Reader) (blob.File, error) {
	b, err := io.ReadAll(r)
	c.kept = append(c.kept, b)
	return blob.File{ID: looptest.Known[len(c.kept)-1]}, err
}

// script says what the tracker answers.
type script struct{ p tip.Progress }

func (s *script) Progress(context.Context, string) (tip.Progress, error) { return s.p, nil }

type scene struct {
	*looptest.City
	ring  *looptest.Ring
	tips  *tip.Service
	files *cabinet
	says  *script
	deps  tip.Deps
}

// seal gives the register keys to seal with.
func (s *scene) seal(v tip.Sealer) {
	s.deps.Sealer = v
	s.tips = tip.NewService(s.deps)
}

func each(t *testing.T, f func(t *testing.T, s *scene)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		s := &scene{City: c, ring: c.Ring(), files: &cabinet{Files: c.Files}, says: &script{}}
		s.deps = tip.Deps{DB: d, Auth: c.Policy, Calendar: calendar.New(nil, nil), Regions: looptest.Regions(), Clues: c.Clues, Files: s.files,
			Tracker: s.says, Notify: c.Notify, Timeline: c.Timeline, Vault: s.ring.Vault, Policy: tip.Policy{Prefix: "WZ-J", Secret: "WZ-M", Days: 3, Kinds: []tip.Kind{
				{Code: "water", Name: "废水偷排", Category: "water", Questions: []tip.Question{{Code: "colour", Title: "颜色", Type: tip.Line}}}, {Code: "noise", Name: "噪声"}}}}
		s.tips = tip.NewService(s.deps)
		f(t, s)
	})
}

func report() tip.New {
	return tip.New{Mode: tip.Public, Channel: tip.Web, Kind: "water", Text: "夜里排污", Address: "鹿城区五马街道", Contact: "138", Answers: map[string][]string{"colour": {"白"}}}
}

func (s *scene) file(t *testing.T, n tip.New) (tip.ID, tip.Receipt) {
	t.Helper()
	r, err := s.tips.File(bg, n, "")
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.tips.Track(bg, r.Number, r.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return id, r
}

func TestFile_HandsAClueInAndKeepsThePixelsOnly(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
			t.Fatal(err)
		}
		n := report()
		n.Photos = [][]byte{append(b.Bytes(), "<script>"...)}
		id, r := s.file(t, n)
		f, err := s.tips.Follow(bg, id)
		if err != nil || f.Tip.Number != r.Number || f.Tip.Area != "330302006000" || f.Tip.Progress.Stage != "正在研判" || f.Tip.Progress.Closed {
			t.Fatalf("%v %+v", err, f.Tip)
		}
		if due := time.Date(2026, 11, 25, 23, 59, 59, 0, looptest.Beijing); !f.Tip.Progress.DueAt.Equal(due) {
			t.Errorf("promised for %v", f.Tip.Progress.DueAt)
		}
		if len(s.files.kept) != 1 || bytes.Contains(s.files.kept[0], []byte("script")) || s.Files.Tied["f1"] != "clue/"+f.Tip.ClueID {
			t.Errorf("kept %d, tied %v", len(s.files.kept), s.Files.Tied)
		}
		page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10, Words: "夜里"})
		if err != nil || page.Total != 1 || page.Items[0].ClueID != f.Tip.ClueID {
			t.Errorf("%v %+v", err, page)
		}
		if got := s.Told(f.Tip.ClueID, "新线索待研判"); !slices.Contains(got, "clerk") {
			t.Errorf("told %v", got)
		}
	})
}

func TestFile_OnceMeansOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		r, err := s.tips.File(bg, report(), "form-1")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.tips.File(bg, report(), "form-1")
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), r.Number) {
			t.Errorf("%v", err)
		}
		page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10})
		if err != nil || page.Total != 1 {
			t.Errorf("%v %d", err, page.Total)
		}
	})
}

func TestFile_ABadPhotoFilesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		n := report()
		n.Photos = [][]byte{[]byte("<svg onload=alert(1)>")}
		if _, err := s.tips.File(bg, n, ""); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "第 1 张照片") {
			t.Errorf("%v", err)
		}
		page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10})
		if err != nil || page.Total != 0 || len(s.files.kept) != 0 {
			t.Errorf("%v %d %d", err, page.Total, len(s.files.kept))
		}
	})
}

func TestTrack_OneAnswerToEveryMistake(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		_, a := s.file(t, report())
		_, b := s.file(t, report())
		var said []string
		for _, x := range [][2]string{{a.Number, b.Secret}, {"WZ-J-2026-999999", a.Secret}, {a.Number, ""}, {"", ""}, {a.Number, a.Secret[:len(a.Secret)-1]}} {
			_, err := s.tips.Track(bg, x[0], x[1])
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%v: %v", x, err)
				continue
			}
			said = append(said, err.Error())
		}
		if slices.Sort(said); len(slices.Compact(said)) != 1 {
			t.Errorf("%v", said)
		}
		if _, err := s.tips.Track(bg, strings.ToLower(a.Number)+" ", a.Secret); err != nil {
			t.Errorf("as people type it: %v", err)
		}
	})
}

func TestDesk_ReviewsAndReplies(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		n := report()
		n.HasPoint, n.Lat, n.Lng, n.MediaURL = true, 28.01234, 120.66789, "https://example.org/a.jpg"
		id, r := s.file(t, n)
		clerk := looptest.Person("clerk")
		for _, who := range []string{"clerk-longwan", "agency", "leader", "grid", "boss", "admin"} {
			if _, err := s.tips.Get(bg, looptest.Person(who), id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens it: %v", who, err)
			}
			if err := s.tips.Do(bg, looptest.Person(who), id, tip.Reply, 1, map[string]any{"text": "x"}); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s replies: %v", who, err)
			}
		}
		if err := s.tips.Do(bg, clerk, id, tip.Message, 1, map[string]any{"text": "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the desk speaks for the reporter: %v", err)
		}
		if err := s.tips.Do(bg, clerk, id, tip.Show, 1, map[string]any{"text": "夜间排污", "point": "rough", "media": "yes"}); err != nil {
			t.Fatal(err)
		}
		if err := s.tips.Do(bg, clerk, id, tip.Hold, 1, map[string]any{"reason": "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale page: %v", err)
		}
		list, err := s.tips.Listed(bg, tip.Search{Numbers: []string{r.Number}, Limit: 5})
		if err != nil || len(list) != 1 || list[0].ShownText != "夜间排污" || list[0].ShownLat != 28.01 || list[0].ShownLng != 120.67 || list[0].ShownMedia == "" {
			t.Fatalf("%v %+v", err, list)
		}
		if err := s.tips.Do(bg, clerk, id, tip.Hold, 2, map[string]any{"reason": "涉及个人"}); err != nil {
			t.Fatal(err)
		}
		list, err = s.tips.Listed(bg, tip.Search{Numbers: []string{r.Number}, Limit: 5})
		if err != nil || list[0].ShownText != "" || list[0].ShownLat != 0 || list[0].ShownMedia != "" {
			t.Errorf("taken back: %v %+v", err, list)
		}
		if err := s.tips.Say(bg, id, tip.Message, map[string]any{"text": "又排了"}); err != nil {
			t.Fatal(err)
		}
		if err := s.tips.Say(bg, id, tip.Message, map[string]any{"text": " "}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty message: %v", err)
		}
		if err := s.tips.Say(bg, id, tip.Show, map[string]any{"text": "x", "point": "none"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the reporter publishes: %v", err)
		}
		if got := s.Told(string(id), "举报人补充"); !slices.Contains(got, "clerk") {
			t.Errorf("told %v", got)
		}
		f, err := s.tips.Follow(bg, id)
		if err != nil || len(f.Messages) != 1 || f.Messages[0].Verb != tip.Message {
			t.Errorf("%v %+v: reviews are no messages", err, f.Messages)
		}
	})
}

func TestListed_HoldsOnlyWhatMayBe(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		n := report()
		_, open := s.file(t, n)
		n.Mode, n.Contact = tip.Anonymous, ""
		_, quiet := s.file(t, n)
		s.Clock.Advance(24 * time.Hour)
		_, later := s.file(t, tip.New{Mode: tip.Public, Channel: tip.Open311, Kind: "noise", Address: "鹿城区"})
		now := s.Clock.Now()
		for name, x := range map[string]struct {
			q    tip.Search
			want []string
		}{
			"all, newest first":       {tip.Search{}, []string{later.Number, open.Number}},
			"by kind":                 {tip.Search{Kinds: []string{"water"}}, []string{open.Number}},
			"from":                    {tip.Search{From: now}, []string{later.Number}},
			"until":                   {tip.Search{To: now.Add(-time.Hour)}, []string{open.Number}},
			"open":                    {tip.Search{Statuses: []string{"open"}}, []string{later.Number, open.Number}},
			"closed":                  {tip.Search{Statuses: []string{"closed"}}, nil},
			"anonymous by its number": {tip.Search{Numbers: []string{quiet.Number}}, nil},
			"numbers before filters":  {tip.Search{Numbers: []string{open.Number}, Kinds: []string{"noise"}, From: now}, []string{open.Number}},
		} {
			x.q.Limit = 100
			list, err := s.tips.Listed(bg, x.q)
			var got []string
			for _, t := range list {
				got = append(got, t.Number)
			}
			if err != nil || !slices.Equal(got, x.want) {
				t.Errorf("%s: %v %v, want %v", name, err, got, x.want)
			}
		}
	})
}

func TestHeard_FollowsTheMatter(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		id, _ := s.file(t, report())
		other, _ := s.file(t, report())
		f, err := s.tips.Follow(bg, id)
		if err != nil {
			t.Fatal(err)
		}
		s.says.p = tip.Progress{Stage: "正在整改", Agency: "鹿城分局", ClueID: f.Tip.ClueID, IssueID: "i1"}
		hear := func(topic, subject string) {
			t.Helper()
			if err := s.tips.Heard(bg, bus.Event{Topic: topic, Subject: subject}); err != nil {
				t.Fatal(err)
			}
		}
		hear("clue.adopt", f.Tip.ClueID)
		hear("clue.adopt", f.Tip.ClueID) // events may come twice
		if f, err = s.tips.Follow(bg, id); err != nil || f.Tip.Progress.Stage != "正在整改" || f.Tip.Version != 2 {
			t.Errorf("%v %+v version %d", err, f.Tip.Progress, f.Tip.Version)
		}
		s.says.p.Stage, s.says.p.Closed, s.says.p.ClosedAt = "已办结", true, s.Clock.Now()
		hear("issue.close", "i1")
		if f, err = s.tips.Follow(bg, id); err != nil || !f.Tip.Progress.Closed {
			t.Errorf("%v %+v", err, f.Tip.Progress)
		}
		hear("alarm.raise", f.Tip.ClueID)
		if f, err = s.tips.Follow(bg, other); err != nil || f.Tip.Progress.Closed {
			t.Errorf("another report moved along: %v %+v", err, f.Tip.Progress)
		}
	})
}

func TestKeys(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		a, err := tip.IssueKey(bg, s.DB, auth.System("cli"), "12345")
		if err != nil {
			t.Fatal(err)
		}
		k, err := s.tips.ByKey(bg, a)
		if err != nil || k.Name != "12345" {
			t.Errorf("%v %+v", err, k)
		}
		for _, wrong := range []string{"", "x", a + "x", strings.ToUpper(a)} {
			if _, err := s.tips.ByKey(bg, wrong); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if _, err := tip.IssueKey(bg, s.DB, auth.System("cli"), " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("no name: %v", err)
		}
		if _, err := tip.IssueKey(bg, s.DB, looptest.Person("admin"), "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a person: %v", err)
		}
	})
}

func TestNearby_OnlyWhatIsShown(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		clerk := looptest.Person("clerk")
		at := func(lng, lat float64, point string) tip.Receipt {
			n := report()
			n.HasPoint, n.Lng, n.Lat = true, lng, lat
			id, r := s.file(t, n)
			if point != "" {
				if err := s.tips.Do(bg, clerk, id, tip.Show, 1, map[string]any{"text": "夜间排污", "point": point}); err != nil {
					t.Fatal(err)
				}
			}
			return r
		}
		here := at(120.6600, 28.0100, "exact")
		close := at(120.6615, 28.0105, "exact") // some 160 m
		at(120.6640, 28.0100, "exact")          // some 390 m
		hidden := at(120.6601, 28.0101, "")
		placeless := at(120.6602, 28.0101, "none")
		numbers := func(kind string) (out []string) {
			list, err := s.tips.Nearby(bg, kind, 120.66, 28.01)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				out = append(out, n.Tip.Number)
			}
			return out
		}
		if got := numbers("water"); !slices.Equal(got, []string{here.Number, close.Number}) {
			t.Errorf("%v, want the two that are shown with their points, the nearest first", got)
		}
		if got := numbers("noise"); got != nil {
			t.Errorf("another kind: %v", got)
		}
		if _, err := s.tips.Nearby(bg, "water", 200, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		for range 2 {
			if err := s.tips.Echo(bg, here.Number); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.tips.Listed(bg, tip.Search{Numbers: []string{here.Number}, Limit: 1})
		if err != nil || list[0].Echoes != 2 {
			t.Errorf("%v %+v", err, list)
		}
		for _, number := range []string{hidden.Number, "WZ-J-2026-999999", ""} {
			if err := s.tips.Echo(bg, number); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", number, err)
			}
		}
		if err := s.tips.Echo(bg, placeless.Number); err != nil {
			t.Errorf("shown without its point: %v", err)
		}
		s.Clock.Advance(91 * 24 * time.Hour)
		if got := numbers("water"); got != nil {
			t.Errorf("old ones: %v", got)
		}
	})
}
