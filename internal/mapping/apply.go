package mapping

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Reading is all that a payload says about one moment.
type Reading struct {
	Time    time.Time // to the millisecond
	Assumed bool      // the payload named no time that can be read: Time is the receipt
	Values  []Value   // by code; never empty
	Raw     []byte    // the JSON it came from: the payload, or its part of a payload of several
}

// Value is one number.
type Value struct {
	Code   string
	Number decimal.Decimal
}

// Rejected is a part of a payload that could not be mapped.
type Rejected struct {
	Raw    []byte
	Reason string // a Chinese sentence
}

// Result is what a payload says.
type Result struct {
	Readings []Reading // by time; one for each moment
	Rejected []Rejected
	// Unknown lists the paths that no point names, Bad those whose value is no
	// number; both are only in the raw text.
	Unknown []string
	Bad     []string
}

const (
	noJSON    = "不是有效的 JSON"
	tooLarge  = "报文过大"
	noList    = "映射所指的读数列表不存在"
	noValue   = "没有映射能识别的数值"
	noTime    = "读不出时间，且同一报文有多条读数"
	tooMany   = "一条报文的读数过多"
	notObject = "读数应为对象"
)

// Apply reads one payload that arrived at the given moment.
func (m *Mapping) Apply(payload []byte, received time.Time) (out Result) {
	whole := bytes.TrimPrefix(payload, []byte("\xef\xbb\xbf"))
	reject := func(raw []byte, reason string) { out.Rejected = append(out.Rejected, Rejected{raw, reason}) }
	if len(payload) > MaxPayload {
		reject(payload, tooLarge)
		return out
	}
	root, ok := decode(whole)
	if !ok {
		reject(payload, noJSON)
		return out
	}
	at, ok := findRaw(whole, m.List)
	if !ok {
		reject(payload, noList)
		return out
	}
	a := applier{m: m, root: root, received: received.UTC().Truncate(time.Millisecond), seen: map[string]bool{}, bad: map[string]bool{}}
	a.clock, _ = clockOf(m.Time)
	elements := []json.RawMessage{at}
	if list := []json.RawMessage(nil); json.Unmarshal(at, &list) == nil && first(at) == '[' {
		elements = list
	}
	if len(elements) > maxReadings {
		reject(payload, tooMany)
		return out
	}
	a.alone = len(elements) == 1 || m.Name != ""
	for _, e := range elements {
		if reason := a.element(e); reason != "" {
			reject(e, reason)
		}
	}
	if len(elements) == 0 {
		reject(payload, noValue)
	}
	for _, r := range a.merged() {
		if len(r.Values) == 0 {
			reject(r.Raw, noValue)
			continue
		}
		out.Readings = append(out.Readings, r)
	}
	if len(out.Readings) == 1 && len(out.Rejected) == 0 {
		out.Readings[0].Raw = payload
	}
	out.Unknown, out.Bad = sorted(a.seen), sorted(a.bad)
	if len(out.Readings) == 0 && len(out.Rejected) > 1 {
		out.Rejected = []Rejected{{payload, out.Rejected[0].Reason}}
	}
	return out
}

// applier gathers the readings of one payload.
type applier struct {
	m        *Mapping
	clock    clock
	root     any
	received time.Time
	alone    bool // a missing time is the receipt: nothing else bears it
	found    []Reading
	seen     map[string]bool
	bad      map[string]bool
}

// element reads one element of the list; a reason says why it has no reading.
func (a *applier) element(raw json.RawMessage) string {
	v, _ := decode(raw)
	r := Reading{Raw: raw, Time: a.received, Assumed: true}
	if a.m.Time.Path != "" {
		t, ok := find(v, a.m.Time.Path)
		if !ok {
			t, ok = find(a.root, a.m.Time.Path)
		}
		if ok {
			if at, readable := a.clock.read(t); readable {
				r.Time, r.Assumed = at, false
			} else {
				a.bad[a.m.Time.Path] = true
			}
		}
	}
	if r.Assumed && !a.alone {
		return noTime
	}
	if a.m.Name != "" {
		a.single(v, &r)
	} else {
		if _, ok := v.(map[string]any); !ok {
			if _, ok := v.([]any); !ok {
				return notObject
			}
		}
		a.object(v, &r)
	}
	a.found = append(a.found, r) // without values too: it may belong to a moment that has some
	return ""
}

// single reads an element that is one value.
func (a *applier) single(v any, r *Reading) {
	name, _ := find(v, a.m.Name)
	value, ok := find(v, a.m.Value)
	key, named := name.(string)
	if n, isNumber := name.(json.Number); isNumber {
		key, named = n.String(), true
	}
	if !named || !ok {
		return
	}
	for i := range a.m.Points {
		if a.m.Points[i].Path == key {
			a.add(r, &a.m.Points[i], value)
			return
		}
	}
	a.note(key)
}

// object reads an element that holds many values.
func (a *applier) object(v any, r *Reading) {
	holder, ok := find(v, a.m.Values)
	if !ok {
		holder = v
	}
	used := map[string]bool{}
	for i := range a.m.Points {
		p := &a.m.Points[i]
		if value, ok := find(holder, p.Path); ok {
			used[p.Path] = true
			a.add(r, p, value)
		}
	}
	for _, path := range leaves(holder, "", 0, maxPoints+maxUnknown, nil) {
		if !used[path] && path != a.m.Time.Path {
			a.note(path)
		}
	}
}

func (a *applier) note(path string) {
	if len(a.seen) < maxUnknown && len(path) <= maxPath {
		a.seen[path] = true
	}
}

func (a *applier) add(r *Reading, p *Point, sent any) {
	if sent == nil {
		return
	}
	n, ok := p.number(sent)
	if !ok {
		a.bad[p.Path] = true
		return
	}
	r.Values = append(r.Values, Value{p.Code, n})
}

// merged gives one reading for each moment, in order: what a payload says twice
// about one code counts as it was said last.
func (a *applier) merged() []Reading {
	slices.SortStableFunc(a.found, func(x, y Reading) int { return x.Time.Compare(y.Time) })
	var out []Reading
	for i := 0; i < len(a.found); {
		j := i + 1
		for j < len(a.found) && a.found[j].Time.Equal(a.found[i].Time) {
			j++
		}
		r := a.found[i]
		if j > i+1 {
			parts := make([][]byte, 0, j-i)
			r.Values = nil
			for _, x := range a.found[i:j] {
				parts = append(parts, x.Raw)
				r.Values = append(r.Values, x.Values...)
				r.Assumed = r.Assumed && x.Assumed
			}
			r.Raw = append(append([]byte{'['}, bytes.Join(parts, []byte{','})...), ']')
		}
		r.Values = last(r.Values)
		out = append(out, r)
		i = j
	}
	return out
}

// last sorts values by code and keeps the last of each.
func last(values []Value) []Value {
	slices.SortStableFunc(values, func(x, y Value) int { return strings.Compare(x.Code, y.Code) })
	out := values[:0]
	for i, v := range values {
		if i+1 == len(values) || values[i+1].Code != v.Code {
			out = append(out, v)
		}
	}
	return out
}

// decode reads JSON with the digits of its numbers kept.
func decode(raw []byte) (v any, ok bool) {
	if !json.Valid(raw) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

func first(raw []byte) byte {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
