package tip

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip/order"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// OrderMapping is how the files of one platform are read, kept by name.
type OrderMapping struct {
	Name      string
	Platform  string // 12345, 12369 …; numbers are unique within it
	Spec      order.Mapping
	UpdatedBy string
	UpdatedAt time.Time
	Version   int64
}

// OrderAct is what an order does to the register.
type OrderAct string

// The acts.
const (
	OrderCreates OrderAct = "create"
	OrderMoves   OrderAct = "update" // its deadline over there has changed
	OrderSame    OrderAct = "same"
)

// OrderStep is one order of a file with what becomes of it.
type OrderStep struct {
	Item   order.Item
	Act    OrderAct
	Tip    ID     // of one that is there already
	Number string // of one that is there already
}

// OrderPlan is what a file does, or has done.
type OrderPlan struct {
	Digest string
	Steps  []OrderStep
	Found  []order.Finding
	Bad    int // rows
}

// Count tells how many orders do something.
func (p OrderPlan) Count(a OrderAct) (n int) {
	for _, s := range p.Steps {
		if s.Act == a {
			n++
		}
	}
	return n
}

func (s *Service) mayImport(actor auth.Actor) error {
	if s.policy.Anywhere(actor, auth.ClueTriage) {
		return nil
	}
	return fault.Forbiddenf("您没有“%s”的权限；如需导入工单请联系安全管理员", auth.ClueTriage.Title())
}

// OrderMappings lists them by name.
func (s *Service) OrderMappings(ctx context.Context, actor auth.Actor) (out []OrderMapping, err error) {
	if err := s.mayImport(actor); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = orderMappings(ctx, tx)
		return err
	})
	return out, err
}

// SaveOrderMapping keeps a mapping; version is the one that was seen, 0 for a new
// name.
func (s *Service) SaveOrderMapping(ctx context.Context, actor auth.Actor, m OrderMapping) (OrderMapping, error) {
	if err := s.mayImport(actor); err != nil {
		return m, err
	}
	m.Name, m.Platform = strings.TrimSpace(m.Name), strings.TrimSpace(m.Platform)
	bad := fault.Invalidf("映射有误，请按提示修改")
	for field, v := range map[string]string{"name": m.Name, "platform": m.Platform} {
		if n := utf8.RuneCountInString(v); n < 1 || n > 40 {
			bad = bad.With(field, "请填写，最多 40 个字")
		}
	}
	if len(bad.Fields) > 0 {
		return m, bad
	}
	if err := m.Spec.Check(func(code string) bool { _, ok := s.rules.Kind(code); return ok }); err != nil {
		return m, err
	}
	for words, code := range m.Spec.Areas {
		if _, ok := s.regions.Find(code); !ok {
			return m, fault.Invalidf("映射有误，请按提示修改").With("spec.areas."+words, "没有代码为“%s”的区划", code)
		}
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		m.UpdatedBy, m.UpdatedAt = actor.ID, tx.Now
		ok, err := saveOrderMapping(ctx, tx, m)
		if err == nil && !ok {
			err = fault.Conflictf("名为“%s”的映射已有新的变化，请刷新后重试", m.Name)
		}
		if err != nil {
			return err
		}
		m.Version++
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "order.mapping", Kind: "order_mapping", Subject: m.Name, Area: actor.Area, Detail: map[string]any{"platform": m.Platform, "version": m.Version}})
	})
	return m, err
}

// OrderColumns takes a file's headings and proposes a mapping.
func (s *Service) OrderColumns(actor auth.Actor, file []byte, m order.Mapping) ([]string, order.Mapping, error) {
	if err := s.mayImport(actor); err != nil {
		return nil, m, err
	}
	t, err := order.Read(file, m)
	if err != nil {
		return nil, m, err
	}
	guess := order.Guess(t.Columns)
	guess.Sheet, guess.List = m.Sheet, m.List
	return t.Columns, guess, nil
}

// CheckOrders says what a file would do, and writes nothing.
func (s *Service) CheckOrders(ctx context.Context, actor auth.Actor, mapping string, file []byte) (p OrderPlan, err error) {
	if err := s.mayImport(actor); err != nil {
		return p, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, _, err = s.planOrders(ctx, tx, mapping, file)
		return err
	})
	return p, err
}

// ApplyOrders writes what CheckOrders showed, all in one transaction. Orders that
// are there already are not written again, however often a file is sent.
func (s *Service) ApplyOrders(ctx context.Context, actor auth.Actor, mapping, name string, file []byte, digest string, onlyGood bool) (p OrderPlan, err error) {
	if err := s.mayImport(actor); err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var m OrderMapping
		if p, m, err = s.planOrders(ctx, tx, mapping, file); err != nil {
			return err
		}
		switch {
		case p.Digest != digest:
			return fault.Conflictf("核对之后文件、映射或登记簿有了变化，没有写入任何内容；请重新核对")
		case p.Bad > 0 && !onlyGood:
			return fault.Invalidf("有 %d 行存在错误，没有写入任何内容；请改正后重新上传，或选择只导入无误的行", p.Bad)
		}
		for i := range p.Steps {
			if err := s.carryOrder(ctx, tx, actor, m, &p.Steps[i]); err != nil {
				return fault.New(fault.KindOf(err), "第 %d 行：%s；没有写入任何内容", p.Steps[i].Item.Row, fault.Sentence(err, "写入失败")).Because(err)
			}
		}
		sum := sha256.Sum256(file)
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "order.import", Kind: "order_mapping", Subject: m.Name, Area: actor.Area, Detail: map[string]any{
			"file": name, "sha256": hex.EncodeToString(sum[:]), "created": p.Count(OrderCreates), "updated": p.Count(OrderMoves), "same": p.Count(OrderSame), "left_out": p.Bad}})
	})
	return p, err
}

func (s *Service) planOrders(ctx context.Context, tx *db.Tx, mapping string, file []byte) (p OrderPlan, m OrderMapping, err error) {
	m, err = orderMapping(ctx, tx, mapping)
	if db.IsMissing(err) {
		return p, m, fault.NotFoundf("没有名为“%s”的映射，请刷新后选择", mapping)
	}
	if err != nil {
		return p, m, err
	}
	t, err := order.Read(file, m.Spec)
	if err != nil {
		return p, m, err
	}
	items, found := m.Spec.Orders(t, s.areaOf)
	p.Found = found
	for _, i := range items {
		st := OrderStep{Item: i, Act: OrderCreates}
		there, err := tipByOutside(ctx, tx, m.Platform, i.Number)
		switch {
		case err == nil:
			st.Act, st.Tip, st.Number = OrderSame, there.tip, there.number
			if !i.Due.IsZero() && !i.Due.Equal(there.due) {
				st.Act = OrderMoves
			}
		case !db.IsMissing(err):
			return p, m, err
		default:
			if wrong, err := s.wrongOrder(ctx, m, i); err != nil {
				return p, m, err
			} else if len(wrong) > 0 {
				p.Found = append(p.Found, wrong...)
				continue
			}
		}
		p.Steps = append(p.Steps, st)
	}
	p.Bad = badRows(p.Found)
	return p, m, p.sign(file, m)
}

// sign makes the digest that ties an import to what was checked.
func (p *OrderPlan) sign(file []byte, m OrderMapping) error {
	acts := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		acts[i] = s.Item.Number + string(s.Act)
	}
	sum := sha256.Sum256(file)
	text, err := json.Marshal([]any{hex.EncodeToString(sum[:]), m.Name, m.Version, acts, p.Bad})
	if err != nil {
		return err
	}
	sum = sha256.Sum256(text)
	p.Digest = hex.EncodeToString(sum[:])
	return nil
}

func badRows(found []order.Finding) int {
	rows := map[int]bool{}
	for _, f := range found {
		rows[f.Row] = true
	}
	return len(rows)
}

// orderColumns names the fields of an order by the names that Check uses.
var orderColumns = map[string]string{"text": order.Text, "area": order.Area, "address": order.Address, "suspect": order.Suspect, "contact": order.Phone, "received_at": order.Received, "mode": order.Confidential}

func (s *Service) wrongOrder(ctx context.Context, m OrderMapping, i order.Item) ([]order.Finding, error) {
	d, _ := Order.Door()
	_, err := s.wrong(ctx, d, s.orderEntry(m, i))
	var f *fault.Error
	if err == nil {
		return nil, nil
	}
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return nil, err
	}
	out := []order.Finding{}
	for _, x := range f.Fields {
		out = append(out, order.Finding{Row: i.Row, Column: m.Spec.Columns[orderColumns[x.Name]], Problem: x.Message})
	}
	return out, nil
}

// orderEntry is an order as a report. The reporter did not say how far to be
// known: a contact is for the desk alone, as with a call, unless the order says
// that it is confidential.
func (s *Service) orderEntry(m OrderMapping, i order.Item) Entry {
	e := Entry{New: New{Mode: Public, Channel: Order, Kind: i.Kind, Text: i.Text, Suspect: i.Suspect, Area: i.Area, Address: i.Address, Contact: i.Contact},
		Platform: m.Platform, Outside: i.Number, OutsideDue: i.Due, ReceivedAt: i.Received}
	if i.Confidential {
		e.Mode = Confidential
	}
	if e.Area == "" && e.Address == "" {
		if e.Area = named(s.regions, i.Text); e.Area == "" {
			e.Area = s.regions.Root().Code
		}
	}
	return e
}

func (s *Service) carryOrder(ctx context.Context, tx *db.Tx, actor auth.Actor, m OrderMapping, st *OrderStep) error {
	switch st.Act {
	case OrderCreates:
		d, _ := Order.Door()
		e := s.orderEntry(m, st.Item)
		e.tidy()
		w := s.entering(actor, d, e, flow.Form{})
		w.proof = noProof()
		k, _ := s.rules.Kind(e.Kind)
		if err := s.keep(ctx, tx, &w, k, ""); err != nil {
			return err
		}
		st.Tip, st.Number = w.tip.ID, w.tip.Number
	case OrderMoves:
		t, err := s.lockWithDesk(ctx, tx, st.Tip)
		if err != nil {
			return err
		}
		step, _ := Machine.Find(t.Review, Moved)
		form := flow.Form{"due": st.Item.Due.In(beijing).Format("2006-01-02 15:04")}
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: step, Actor: actor, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: form}); err != nil {
			return err
		}
		return setOutsideDue(ctx, tx, st.Tip, st.Item.Due)
	}
	return nil
}

// noProof is the verifier of a receipt that nobody has.
func noProof() []byte {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic(err) // the system has no randomness; nothing may go on
	}
	return b
}

// areaOf finds a region by its code or by its whole name, if only one bears it.
func (s *Service) areaOf(words string) (string, bool) {
	if _, ok := s.regions.Find(words); ok {
		return words, true
	}
	found := ""
	for _, r := range s.regions.All() {
		if r.Name == words {
			if found != "" {
				return "", false
			}
			found = r.Code
		}
	}
	return found, found != ""
}

// answersOnly drops what only a person who is asked can answer: an import and a
// mail bring no answers to a kind's questions.
func answersOnly(fields []fault.Field) []fault.Field {
	return slices.DeleteFunc(fields, func(f fault.Field) bool { return strings.HasPrefix(f.Name, "answer.") })
}
