package notify

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Audience describes people by what they may do and how they are concerned.
// Every part that is set adds people: the holders of Capability whose area
// covers Area, whose agency is among Agencies or whose enterprise is Enterprise,
// and the named Persons.
type Audience struct {
	Capability auth.Capability
	Area       string
	AllLevels  bool // by area: everyone up to the top, not the nearest level alone
	Agencies   []string
	Enterprise string
	Persons    []string
}

// Notice is what to tell. Link is a path of the console. Except names who need
// not hear it, usually the person who did it. Urgency decides which channels
// carry it out of the program; a Confidential one leaves without its content.
type Notice struct {
	To      []Audience
	Except  []string
	Kind    string
	Subject string
	Area    string
	Title   string
	Text    string
	Link    string

	Urgency      Urgency // "" = Ordinary
	Confidential bool
}

// Item is one notice of one person.
type Item struct {
	ID      string
	At      time.Time
	Kind    string
	Subject string
	Title   string
	Text    string
	Link    string
	Urgency Urgency
	ReadAt  time.Time // zero while unread
}

// Service finds the audience and keeps the notices.
type Service struct {
	db     *db.DB
	policy auth.Policy
	about  map[string]Describer // what notices are about, by kind; set before the first is told
	kinds  []string             // the same in order
	place  string               // who is speaking
}

// New makes the service; the policy is the one that permits the verbs.
func New(d *db.DB, policy auth.Policy) *Service { return &Service{db: d, policy: policy} }

// Tell writes a notice for everyone in the audience, once each, in the caller's
// transaction, and reports how many people that are.
func (s *Service) Tell(ctx context.Context, tx *db.Tx, n Notice) (int, error) {
	people, err := usersFor(ctx, tx, s.roles(n.To), persons(n.To))
	if err != nil {
		return 0, err
	}
	ids := s.choose(people, n.To)
	deputies, err := deputiesOf(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	if n.Urgency == "" {
		n.Urgency = Ordinary
	}
	notices := map[string]string{} // by person
	for _, id := range union(ids, deputies) {
		if slices.Contains(n.Except, id) {
			continue
		}
		if notices[id], err = insertNotice(ctx, tx, id, n); err != nil {
			return 0, err
		}
	}
	told := len(notices)
	if told == 0 {
		return 0, nil
	}
	if err := s.carry(ctx, tx, n, notices); err != nil {
		return told, err
	}
	return told, bus.Publish(ctx, tx, "notice.sent", n.Kind, n.Subject, n.Area, map[string]any{"people": told})
}

// Who lists the people of the audiences without telling them anything; those who
// stand in for them are left out.
func (s *Service) Who(ctx context.Context, tx *db.Tx, to ...Audience) ([]string, error) {
	people, err := usersFor(ctx, tx, s.roles(to), persons(to))
	if err != nil {
		return nil, err
	}
	return s.choose(people, to), nil
}

// roles lists those that hold one of the audience's capabilities.
func (s *Service) roles(to []Audience) []auth.Role {
	var out []auth.Role
	for role, grants := range s.policy {
		for _, a := range to {
			if a.Capability != "" && grants[a.Capability] != auth.Nothing && !slices.Contains(out, role) {
				out = append(out, role)
			}
		}
	}
	slices.Sort(out)
	return out
}

func persons(to []Audience) []string {
	var out []string
	for _, a := range to {
		for _, p := range a.Persons {
			if p != "" && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// person is what the decision needs to know of a user.
type person struct {
	id, area, agency, enterprise string
	roles                        []auth.Role
}

// choose applies the audiences to the people; pure.
func (s *Service) choose(people []person, to []Audience) []string {
	var ids []string
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, a := range to {
		var byArea []person
		for _, p := range people {
			if slices.Contains(a.Persons, p.id) {
				add(p.id)
			}
			for _, role := range p.roles {
				switch s.policy[role][a.Capability] {
				case auth.Everywhere:
					if a.Area != "" {
						byArea = append(byArea, p)
					}
				case auth.OfArea:
					if a.Area != "" && auth.Covers(p.area, a.Area) {
						byArea = append(byArea, p)
					}
				case auth.OfAgency:
					if p.agency != "" && slices.Contains(a.Agencies, p.agency) {
						add(p.id)
					}
				case auth.OfEnterprise:
					if p.enterprise != "" && p.enterprise == a.Enterprise {
						add(p.id)
					}
				}
			}
		}
		for _, p := range nearest(byArea, a.AllLevels) {
			add(p.id)
		}
	}
	return ids
}

// nearest keeps the people of the smallest area among those that cover a place.
func nearest(people []person, all bool) []person {
	depth := 0
	for _, p := range people {
		depth = max(depth, len(auth.AreaPrefix(p.area)))
	}
	var out []person
	for _, p := range people {
		if all || len(auth.AreaPrefix(p.area)) == depth {
			out = append(out, p)
		}
	}
	return out
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// List reads the actor's notices, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, unread bool, cursor string, limit int) (page db.Page[Item], err error) {
	before := ""
	if cursor != "" {
		key, ok := db.ReadCursor(cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = noticesOf(ctx, tx, actor.ID, unread, before, limit+1); err != nil {
			return err
		}
		if len(page.Items) > limit {
			page.Items = page.Items[:limit]
			page.Next = db.Cursor(page.Items[limit-1].ID)
		}
		page.Total, page.Capped, err = countNotices(ctx, tx, actor.ID, unread)
		return err
	})
	return page, err
}

// Unread counts what the actor has not read, up to db.CountCap.
func (s *Service) Unread(ctx context.Context, actor auth.Actor) (n int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		n, _, err = countNotices(ctx, tx, actor.ID, true)
		return err
	})
	return n, err
}

// Read marks one of the actor's notices; another's notice is not found.
func (s *Service) Read(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		found, err := markRead(ctx, tx, actor.ID, id)
		if err == nil && !found {
			return fault.NotFoundf("没有这条通知")
		}
		return err
	})
}

// ReadAll marks all of the actor's notices.
func (s *Service) ReadAll(ctx context.Context, actor auth.Actor) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return markAllRead(ctx, tx, actor.ID) })
}
