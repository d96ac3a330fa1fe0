package notify

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Message is one delivery as a carrier gets it.
type Message struct {
	ID      string // the same on every attempt, so that the other side can tell a repetition
	To      string // address in the carrier's own terms
	Name    string // of the receiver
	Title   string
	Text    string
	Link    string // absolute, or ""
	Kind    string
	Subject string
	Area    string
	Urgency Urgency
	At      time.Time // when it happened
	Now     time.Time // of this attempt
	Place   string    // who is speaking, e.g. 温州市清哨
}

// Carrier brings messages out of the program one way. It knows nothing of
// deliveries: retry, pace and records are the courier's.
type Carrier interface {
	Kind() Kind
	// Check says what is wrong with settings whose fields are filled as the kind asks.
	Check(Settings) error
	// Send hands one message over and gives what the other side said. Failure tells
	// the courier how to go on; any other error counts as temporary.
	Send(ctx context.Context, s Settings, m Message) (receipt string, err error)
}

// Kind describes a way out, and the form by which it is set up.
type Kind struct {
	ID      string
	Title   string
	Hint    string
	Address string // what a person must have to be reached: email, phone; "" = not to single persons
	Least   Urgency
	Group   bool          // gets each notice once, not once a person
	Events  bool          // gets events, not notices
	Merge   int           // so many deliveries at most go as one message; 0 = each by itself
	Pace    time.Duration // between two messages
	Fields  []Field
}

// FieldKind is how a setting is entered.
type FieldKind string

// The kinds of settings.
const (
	Line   FieldKind = "line"
	Text   FieldKind = "text"
	Number FieldKind = "number"
	Choice FieldKind = "choice"
	Switch FieldKind = "switch" // "true" or ""
	Secret FieldKind = "secret" // sealed at rest, never shown again
)

// Field is one setting.
type Field struct {
	Name     string
	Title    string
	Kind     FieldKind
	Required bool
	Default  string
	Hint     string
	Options  []Option
	Min, Max int // of a Number
}

// Option is one value of a Choice.
type Option struct{ Value, Title string }

// Settings are a channel's settings by field name, secrets included.
type Settings map[string]string

// Int reads a Number, 0 when it is empty.
func (s Settings) Int(name string) int { n, _ := strconv.Atoi(s[name]); return n }

// On reads a Switch.
func (s Settings) On(name string) bool { return s[name] == "true" }

// Most of a line and of a text, in characters.
const (
	mostLine = 500
	mostText = 5000
)

// fill tidies what a person set: defaults for what is empty, a sentence for what
// is wrong. Secrets that were not given are taken from before.
func (k Kind) fill(in, before Settings) (Settings, error) {
	out := Settings{}
	bad := fault.Invalidf("通知渠道的设置有误，请按提示修改")
	for _, f := range k.Fields {
		v, given := in[f.Name]
		v = strings.TrimSpace(v)
		if f.Kind == Secret && !given {
			v = before[f.Name]
		}
		if v == "" {
			v = f.Default
		}
		if wrong := f.wrong(v); wrong != "" {
			bad = bad.With("settings."+f.Name, "%s", wrong)
		} else if v != "" {
			out[f.Name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Name == name }) {
			bad = bad.With("settings."+name, "%s没有这一项设置", k.Title)
		}
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return out, nil
}

func (f Field) wrong(v string) string {
	if v == "" {
		if f.Required {
			return "请填写" + f.Title
		}
		return ""
	}
	switch f.Kind {
	case Number:
		if n, err := strconv.Atoi(v); err != nil || n < f.Min || n > f.Max {
			return "应为 " + strconv.Itoa(f.Min) + " 至 " + strconv.Itoa(f.Max) + " 的整数"
		}
	case Choice:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v }) {
			return "请从所列选项中选择"
		}
	case Switch:
		if v != "true" && v != "false" {
			return "应为 true 或 false"
		}
	case Text:
		if len([]rune(v)) > mostText {
			return "最多 " + strconv.Itoa(mostText) + " 个字"
		}
	default:
		if len([]rune(v)) > mostLine || strings.ContainsAny(v, "\r\n") {
			return "应为一行，最多 " + strconv.Itoa(mostLine) + " 个字"
		}
	}
	return ""
}

// split parts the secrets from the rest.
func (k Kind) split(s Settings) (open, secret Settings) {
	open, secret = Settings{}, Settings{}
	for _, f := range k.Fields {
		if v, ok := s[f.Name]; ok && f.Kind == Secret {
			secret[f.Name] = v
		} else if ok {
			open[f.Name] = v
		}
	}
	return open, secret
}

// Failure is why a message was not taken. Sentence is Chinese and names no secret.
type Failure struct {
	Sentence  string
	Permanent bool          // no repetition mends it
	Address   bool          // the receiver's address is wrong or full
	Unreached bool          // the trouble is the channel's, so the next message would fail too
	After     time.Duration // the other side asked to wait so long
	Cause     error         // for the log
}

// Error gives the sentence and the cause.
func (f *Failure) Error() string {
	if f.Cause == nil {
		return f.Sentence
	}
	return f.Sentence + ": " + f.Cause.Error()
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// failure reads any error as a Failure.
func failure(err error) *Failure {
	var f *Failure
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{Sentence: "对方长时间没有应答", Unreached: true, Cause: err}
	}
	return &Failure{Sentence: fault.Sentence(err, "发送出错"), Cause: err}
}
