package mapping

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

// Mapping says how the payloads of one kind of device are read. Paths are keys
// joined by dots, with [n] for places in a list: data.lines[0].ia. A key that
// itself holds dots is found as it stands.
type Mapping struct {
	// List is the path to the readings, "" for the payload itself. A list there is
	// several readings, an object is one.
	List string `json:"list,omitempty"`
	// Time says where the moment of a reading stands; it is looked for in the
	// reading, then in the payload.
	Time Time `json:"time"`
	// Values is the path, within a reading, to what holds the values; "" for the
	// reading itself, which is also used where the path leads nowhere.
	Values string `json:"values,omitempty"`
	// Name and Value, both or neither, are for lists of single values such as
	// {"id":"Ia","v":1.2}: Name leads to what Point.Path names, Value to the value.
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
	// Points are the values that are kept as numbers.
	Points []Point `json:"points"`
}

// Time says where a moment stands and how it is written.
type Time struct {
	Path string `json:"path,omitempty"` // "" = the payload bears no time
	// Format is auto (the default), unix, unix_ms, or a pattern made of yyyy MM dd
	// HH mm ss SSS.
	Format string `json:"format,omitempty"`
	Zone   string `json:"zone,omitempty"` // of texts without one: +08:00, the default
}

// Point is one value of a reading.
type Point struct {
	Path  string `json:"path"`
	Code  string `json:"code"`            // factor code that the value is stored under
	Title string `json:"title,omitempty"` // what it is, for people
	Unit  string `json:"unit,omitempty"`  // after Scale
	// Scale and Offset make the stored value: sent × Scale + Offset, exactly.
	Scale  *decimal.Decimal `json:"scale,omitempty"`
	Offset *decimal.Decimal `json:"offset,omitempty"`
	// States gives numbers for words: {"run":"1","stop":"0"}.
	States map[string]decimal.Decimal `json:"states,omitempty"`
}

// The bounds of a mapping and of what one payload may hold.
const (
	maxPoints   = 500
	maxReadings = 1000
	maxPath     = 200
	maxUnknown  = 50
	// MaxPayload is the largest payload that is read, in bytes.
	MaxPayload = 256 << 10
)

// codeForm is what a factor code may look like: it is part of keys and of frames.
var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,19}$`)

// Parse reads a mapping from its JSON; keys it does not know are refused, so
// that a slip of the pen does not silently change what is stored.
func Parse(text []byte) (*Mapping, error) {
	var m Mapping
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, fault.Invalidf("映射不是有效的 JSON，或含有不认识的键，请核对").With("mapping", "%s", "映射不是有效的 JSON，或含有不认识的键").Because(err)
	}
	return &m, m.Check()
}

// Check says what is wrong with a mapping.
func (m *Mapping) Check() error {
	f := fault.Invalidf("映射有误，请按提示修改")
	bad := func(format string, args ...any) error { return f.With("mapping", format, args...) }
	if (m.Name == "") != (m.Value == "") {
		return bad("逐点上报的映射须同时填写 name 与 value")
	}
	if len(m.Points) == 0 || len(m.Points) > maxPoints {
		return bad("测点应为 1 至 %d 个", maxPoints)
	}
	if _, err := clockOf(m.Time); err != nil {
		return bad("%s", fault.Sentence(err, "时间格式无效"))
	}
	for _, p := range []string{m.List, m.Values, m.Time.Path, m.Name, m.Value} {
		if _, ok := splitPath(p); !ok {
			return bad("路径“%s”无效：用点连接键名，用 [0] 表示第几个", cut(p))
		}
	}
	codes, paths := map[string]bool{}, map[string]bool{}
	for i, p := range m.Points {
		switch _, ok := splitPath(p.Path); {
		case p.Path == "" || !ok:
			return bad("第 %d 个测点的路径“%s”无效", i+1, cut(p.Path))
		case !codeForm.MatchString(p.Code):
			return bad("第 %d 个测点的编码“%s”应以字母开头，只含字母、数字和下划线，最多 20 个字符", i+1, cut(p.Code))
		case codes[p.Code]:
			return bad("编码 %s 用了两次", p.Code)
		case paths[p.Path]:
			return bad("路径 %s 用了两次", cut(p.Path))
		case p.Scale != nil && p.Scale.Mantissa == 0:
			return bad("测点 %s 的系数不能为 0", p.Code)
		case len(p.States) > 50:
			return bad("测点 %s 的状态词最多 50 个", p.Code)
		}
		codes[p.Code], paths[p.Path] = true, true
	}
	return nil
}

// Point finds a point by its code.
func (m *Mapping) Point(code string) (Point, bool) {
	for _, p := range m.Points {
		if p.Code == code {
			return p, true
		}
	}
	return Point{}, false
}

// cut keeps sentences readable whatever somebody typed.
func cut(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
