package tip

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip/phrase"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/timeline"
	"github.com/qingshao/qingshao/internal/vault"
)

// Funnel takes what a tip hands in.
type Funnel interface {
	HandIn(ctx context.Context, tx *db.Tx, n clue.New) (clue.ID, error)
	Contact(ctx context.Context, actor auth.Actor, id clue.ID) (string, error)
	TurnAway(ctx context.Context, tx *db.Tx, actor auth.Actor, id clue.ID, ground, reason string) error
}

// Files keeps pictures.
type Files interface {
	Upload(ctx context.Context, a auth.Actor, name string, r io.Reader) (blob.File, error)
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Tracker tells how far the matter of a clue has come.
type Tracker interface {
	Progress(ctx context.Context, clueID string) (Progress, error)
}

// Calls ties a report to the public call for clues that it answers (征集), in the
// transaction that keeps the report.
type Calls interface {
	Answer(ctx context.Context, tx *db.Tx, number, tipID string) error
}

// noCalls is a program that asks for nothing.
type noCalls struct{}

func (noCalls) Answer(context.Context, *db.Tx, string, string) error {
	return fault.Invalidf("没有这次征集；您仍可以从首页举报").With("call", "没有这次征集")
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Calendar timeline.Calendar
	Regions  *region.Tree
	Seats    []Seat
	Clues    Funnel
	Files    Files
	Tracker  Tracker
	Notify   *notify.Service
	Timeline *timeline.Book
	Sealer   Sealer         // nil = the vault's, or nothing can be sealed
	Vault    *vault.Service // nil = no sealed modes
	Gate     Gate           // nil = nothing is ever closed
	Calls    Calls          // nil = there are none
	Texter   Texter         // nil = no receipt can be recovered
	Loop     Loop
}

// Service is the register of reports.
type Service struct {
	db      *db.DB
	policy  auth.Policy
	rules   Policy
	cal     timeline.Calendar
	regions *region.Tree
	seats   []Seat
	clues   Funnel
	files   Files
	tracker Tracker
	notify  *notify.Service
	book    *timeline.Book
	sealer  Sealer
	vault   *vault.Service
	gate    Gate
	answers Calls
	texter  Texter
	loop    Loop

	recovery recovery
}

// NewService makes the service.
func NewService(d Deps) *Service {
	switch {
	case d.Sealer != nil:
	case d.Vault != nil:
		d.Sealer = vaultSealer{d.Vault}
	default:
		d.Sealer = noSealer{}
	}
	if d.Gate == nil {
		d.Gate = openGate{}
	}
	if d.Calls == nil {
		d.Calls = noCalls{}
	}
	if d.Texter == nil {
		d.Texter = noTexter{}
	}
	if d.Policy.Again == 0 {
		d.Policy.Again, d.Policy.AgainDays = 2, 30
	}
	return &Service{db: d.DB, policy: d.Auth, rules: d.Policy, cal: d.Calendar, regions: d.Regions, seats: d.Seats, clues: d.Clues, files: d.Files, tracker: d.Tracker,
		notify: d.Notify, book: d.Timeline, sealer: d.Sealer, vault: d.Vault, gate: d.Gate, answers: d.Calls, texter: d.Texter, loop: d.Loop}
}

// Clock is now, for those who ask on the register's behalf.
func (s *Service) Clock() time.Time { return s.db.Now() }

// Kinds lists what may be reported.
func (s *Service) Kinds() []Kind { return s.rules.Kinds }

// Kind finds a kind of report.
func (s *Service) Kind(code string) (Kind, bool) { return s.rules.Kind(code) }

// reporter is who acts when a report arrives: nobody that the log could name.
var reporter = auth.System("reporter")

// clueSource is where the desk sees such clues come from.
const clueSource = "web"

// File takes a report, hands its clue in, and gives the receipt. Once marks the
// sending of one form: sending it again files nothing and says so.
func (s *Service) File(ctx context.Context, n New, once string) (r Receipt, err error) {
	n.tidy()
	if err := s.rules.Check(n); err != nil {
		return r, err
	}
	if err := s.takes(ctx, n); err != nil {
		return r, err
	}
	k, _ := s.rules.Kind(n.Kind)
	t := Tip{ID: ID(db.NewID()), Mode: n.Mode, Channel: n.Channel, Kind: n.Kind, Text: n.Text, Suspect: n.Suspect, Area: locate(s.regions, s.seats, n),
		Address: n.Address, MediaURL: n.MediaURL, Answers: k.answers(n.Answers), Review: Fresh}
	if n.HasPoint {
		t.Lng, t.Lat = n.Lng, n.Lat
	}
	if t.Files, err = s.material(ctx, t.ID, Material{n.Photos, n.Media}); err != nil {
		return r, err
	}
	r.Secret = newSecret()
	w := intake{tip: t, actor: reporter, source: clueSource, contact: n.Contact, envelope: n.Sealed, proof: verifier(r.Secret, t.ID), call: n.Call}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.keep(ctx, tx, &w, k, once) })
	r.Number = w.tip.Number
	return r, err
}

// keep writes a report that was checked, with its clue and its clock. Sending one
// form twice keeps nothing and says so.
func (s *Service) keep(ctx context.Context, tx *db.Tx, w *intake, k Kind, once string) (err error) {
	t := &w.tip
	if err := s.pass(ctx, tx, w); err != nil {
		return err
	}
	if once != "" {
		if number, err := numberOnce(ctx, tx, once); err == nil {
			return fault.Conflictf("这份举报已经收到，编号 %s；查询码只在提交成功时显示一次", number)
		} else if !db.IsMissing(err) {
			return err
		}
	}
	if t.Number, err = db.NextNumber(ctx, tx, s.prefix(t.Mode)); err != nil {
		return err
	}
	if err := s.handIn(ctx, tx, t, k, w.source, w.contact); err != nil {
		return err
	}
	t.CreatedAt, t.UpdatedAt, t.Version = tx.Now, tx.Now, 1
	if t.Desk.ReceivedAt.IsZero() {
		t.Desk.ReceivedAt = tx.Now
	}
	t.Desk.AcceptBy = s.cal.AddWorkingDays(tx.Now, s.rules.Days)
	t.Progress = Progress{Stage: stageJudging, DueAt: t.Desk.AcceptBy, ClueID: t.ClueID, Note: strconv.Itoa(s.rules.Days) + " 个工作日内告知是否受理"}
	if err := insertTip(ctx, tx, *t, w.proof, once); err != nil {
		return err
	}
	if err := insertDesk(ctx, tx, t.ID, t.Desk); err != nil {
		return err
	}
	if w.call != "" {
		if err := s.answers.Answer(ctx, tx, w.call, string(t.ID)); err != nil {
			return err
		}
	}
	if w.envelope != nil {
		if err := s.confide(ctx, tx, t.ID, *w.envelope); err != nil {
			return err
		}
	} else if w.sealed != "" {
		if err := s.sealer.SealContact(ctx, tx, t.ID, w.sealed); err != nil {
			return err
		}
	}
	form := flow.Form{}
	timeline.Terms(filing, form, func(string) int { return s.rules.Days })
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: filing, Actor: w.actor, Subject: string(t.ID), Area: t.Area, Form: form}); err != nil {
		return err
	}
	return s.schedule(ctx, tx, *t)
}

func (n *New) tidy() {
	for _, f := range []*string{&n.Text, &n.Suspect, &n.Address, &n.MediaURL, &n.Contact} {
		*f = strings.TrimSpace(strings.ReplaceAll(*f, "\r\n", "\n"))
	}
}

// answers keeps what was said, in the order of the questions.
func (k Kind) answers(in map[string][]string) []Answer {
	out := []Answer{}
	for _, q := range k.Questions {
		var vs []string
		for _, v := range in[q.Code] {
			if v = strings.TrimSpace(v); v != "" {
				vs = append(vs, v)
			}
		}
		if len(vs) > 0 {
			out = append(out, Answer{q.Code, vs})
		}
	}
	return out
}

// pictures makes every photo anew, so that nothing but its pixels is kept.
func (s *Service) pictures(ctx context.Context, t Tip, photos [][]byte) ([]string, error) {
	ids := []string{}
	by := auth.System("tip-" + string(t.ID)) // room is counted for each report by itself
	for i, p := range photos {
		clean, err := cleanPhoto(p)
		if err != nil {
			return nil, photoFault(i, err)
		}
		f, err := s.files.Upload(ctx, by, "照片"+strconv.Itoa(i+1)+".jpg", bytes.NewReader(clean))
		if err != nil {
			return nil, err
		}
		ids = append(ids, f.ID)
	}
	return ids, nil
}

func (s *Service) handIn(ctx context.Context, tx *db.Tx, t *Tip, k Kind, source, contact string) error {
	id, err := s.clues.HandIn(ctx, tx, clue.New{Source: source, SourceID: string(t.ID), Title: k.title(*t, s.regions.Name(t.Area)), Text: k.body(*t),
		Area: t.Area, Address: t.Address, Lng: t.Lng, Lat: t.Lat, Category: k.Category, EnterpriseName: t.Suspect, Contact: contact, Files: t.Files})
	t.ClueID = string(id)
	return err
}

// Filed is a report as its reporter sees it.
type Filed struct {
	Tip      Tip
	Kind     Kind
	Messages []timeline.Entry
	Openings []vault.Opening // who asked to learn who reported
}

// Track opens a report with its receipt. A wrong number costs the same time as a
// wrong secret, and both get the same answer.
func (s *Service) Track(ctx context.Context, number, secret string) (id ID, err error) {
	var t Tip
	var proof []byte
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err = tipByNumber(ctx, tx, strings.ToUpper(strings.TrimSpace(number)))
		if err == nil {
			proof, err = proofOf(ctx, tx, t.ID)
		}
		return err
	})
	if err != nil && !db.IsMissing(err) {
		return "", err
	}
	if !matches(secret, t.ID, proof) || t.ID == "" {
		return "", fault.NotFoundf("编号或查询码不对，请对照回执核对；查询码是 16 位数字")
	}
	return t.ID, nil
}

// Follow reads a report for its reporter, who has shown the receipt.
func (s *Service) Follow(ctx context.Context, id ID) (f Filed, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Tip, err = s.withDesk(ctx, tx)(tipByID(ctx, tx, id)); err != nil {
			return err
		}
		f.Tip.Desk.Again = s.again(f.Tip, tx.Now) == nil
		f.Kind, _ = s.rules.Kind(f.Tip.Kind)
		if f.Openings, err = vault.History(ctx, tx, Machine.Kind, string(id)); err != nil {
			return err
		}
		all, err := s.book.Of(ctx, tx, Machine.Kind, string(id))
		for _, e := range all {
			if slices.Contains([]flow.Verb{Reply, Message, Rate, AskAgain}, e.Verb) {
				f.Messages = append(f.Messages, e)
			}
		}
		return err
	})
	return f, err
}

// Say adds a message of the reporter; the desk is told.
func (s *Service) Say(ctx context.Context, id ID, verb flow.Verb, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.lockWithDesk(ctx, tx, id)
		if err != nil {
			return err
		}
		st, ok := Machine.Find(t.Review, verb)
		if !ok || verb != Message && verb != Rate {
			return fault.Conflictf("现在不能这样做，请刷新页面")
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: reporter, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: form}); err != nil {
			return err
		}
		if verb == Rate {
			t.Desk.Score, t.Desk.RatedAt = form.Text("score"), tx.Now
			if err := saveScore(ctx, tx, t.ID, t.Desk); err != nil {
				return err
			}
		}
		to, err := readers(ctx, tx, t.ID, notify.Audience{Capability: auth.ClueTriage, Area: t.Area})
		if err != nil {
			return err
		}
		_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Kind: Machine.Kind, Subject: string(t.ID), Area: t.Area,
			Title: st.Title + "：" + t.Number, Text: "请在举报页查看", Link: "/tips/" + string(t.ID)})
		return err
	})
}

// Opened is a report with its history and what may be done, for the desk.
type Opened struct {
	Filed
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Get opens a report for the desk. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (o Opened, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if o.Tip, err = s.withDesk(ctx, tx)(s.seen(ctx, tx, actor)(tipByID(ctx, tx, id))); err != nil {
			return err
		}
		o.Kind, _ = s.rules.Kind(o.Tip.Kind)
		o.Actions = s.filled(o.Tip, Machine.Actions(o.Tip.Review, s.can(actor, o.Tip), facts(o.Tip)))
		o.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return o, err
}

// See checks that the actor may see the report.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(ctx, tx, actor)(tipByID(ctx, tx, ID(id)))
		return err
	})
}

func (s *Service) seen(ctx context.Context, tx *db.Tx, actor auth.Actor) func(Tip, error) (Tip, error) {
	return func(t Tip, err error) (Tip, error) {
		inside := err == nil && s.policy.Can(actor, auth.ClueTriage, t.Scope())
		if inside {
			if inside, err = circle.Admits(ctx, tx, actor, string(t.ID)); err != nil {
				return Tip{}, err
			}
		}
		if db.IsMissing(err) || err == nil && !inside {
			return Tip{}, errNoTold
		}
		return t, err
	}
}

// readers turns an audience into the circle of a report, where it has one.
func readers(ctx context.Context, tx *db.Tx, id ID, to ...notify.Audience) ([]notify.Audience, error) {
	in, drawn, err := circle.Readers(ctx, tx, string(id))
	if drawn {
		to = []notify.Audience{{Persons: in}}
	}
	return to, err
}

// Matter describes a report to whoever draws its circle.
func (s *Service) Matter(ctx context.Context, tx *db.Tx, id string) (circle.Matter, error) {
	t, err := tipByID(ctx, tx, ID(id))
	m := circle.Matter{Number: t.Number, Area: t.Area, Readers: []auth.Capability{auth.ClueTriage, auth.ClueRead}}
	if t.Mode == Confidential {
		m.Readers = append(m.Readers, auth.SealDesk)
	}
	return m, err
}

func (s *Service) can(actor auth.Actor, t Tip) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), t.Scope()) }
}

func facts(t Tip) flow.Facts {
	row, _ := t.Mode.Row()
	return flow.Facts{listed: row.Listed, unanswered: t.Desk.Answer == "" && !t.Desk.AcceptBy.IsZero()}
}

// Do carries out a verb of the desk.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.withDesk(ctx, tx)(s.seen(ctx, tx, actor)(lockTip(ctx, tx, id)))
		if err != nil {
			return err
		}
		if t.Version != version {
			return fault.Conflictf("这件举报已有新的变化，请刷新后重试")
		}
		st, err := Machine.Check(t.Review, verb, s.can(actor, t), facts(t))
		if err != nil {
			return err
		}
		if st.Auto {
			return fault.Conflictf("“%s”由举报人进行", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		if gap := phrase.Gap(form.Text("text")); gap != "" {
			return fault.Invalidf("还没有填写“%s”", gap).With("text", "还没有填写“%s”", gap)
		}
		from := t.Review
		t.Review = st.Target(from)
		t.show(st.Verb, form)
		if err := s.answerTo(ctx, tx, actor, &t, st.Verb, form); err != nil {
			return err
		}
		if err := saveReview(ctx, tx, t); err != nil {
			return err
		}
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(t.ID), Area: t.Area, From: from, Form: form})
		return err
	})
}

// show sets what the public may read, or takes it back.
func (t *Tip) show(v flow.Verb, form flow.Form) {
	switch v {
	case Hold:
		t.ShownText, t.ShownPlace, t.ShownLng, t.ShownLat, t.ShownMedia = "", "", 0, 0, ""
	case Show:
		t.ShownText, t.ShownPlace, t.ShownLng, t.ShownLat, t.ShownMedia = form.Text("text"), form.Text("address"), 0, 0, ""
		switch form.Text("point") {
		case pointExact:
			t.ShownLng, t.ShownLat = t.Lng, t.Lat
		case pointRough:
			t.ShownLng, t.ShownLat = rough(t.Lng), rough(t.Lat)
		}
		if form.Text("media") == "yes" {
			t.ShownMedia = t.MediaURL
		}
	}
}

// Query narrows the desk's list.
type Query struct {
	Words   string
	States  []string
	Kinds   []string
	Modes   []string
	Channel string
	Area    string
	Open    string    // open, closed or ""
	Answer  string    // waiting, an Answer or ""
	Due     bool      // the answer is due today or overdue
	Outside string    // number in another system
	System  string    // the other system
	Since   time.Time // changed since
	Sealed  bool      // the confidential ones, which stand in no list with others
	From    time.Time
	To      time.Time
	Cursor  string
	Limit   int
}

// List reads a page of the reports that the actor's desk works on, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Tip], err error) {
	before := ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = s.countTips(ctx, tx, actor, q); err != nil {
			return err
		}
		page.Items, err = s.listTips(ctx, tx, actor, q, before, q.Limit+1)
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		if err != nil {
			return err
		}
		return addDesks(ctx, tx, page.Items)
	})
	return page, err
}

// Search is what the public may ask for: the reports in a mode that is listed.
type Search struct {
	Numbers  []string // overrides the rest
	Kinds    []string
	From, To time.Time // of the day of reporting, both inclusive
	Statuses []string  // open, closed
	Limit    int
}

// Listed reads what the public may know of reports, newest first. Unreviewed
// ones are there without what was written in them; confidential and anonymous
// ones are not there at all.
func (s *Service) Listed(ctx context.Context, q Search) (out []Tip, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = listedTips(ctx, tx, q)
		return err
	})
	return out, err
}
