package clause

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// step is one command with what is indented below it.
type step struct {
	line int
	text string
	body []string
}

// parse cuts a script into steps.
func parse(t *testing.T, file string) []step {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var steps []step
	for i, line := range strings.Split(string(text), "\n") {
		if at := strings.Index(line, " # "); at >= 0 {
			line = line[:at]
		}
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"):
			if len(steps) == 0 {
				t.Fatalf("%s:%d: indented without a command", file, i+1)
			}
			steps[len(steps)-1].body = append(steps[len(steps)-1].body, trimmed)
		default:
			steps = append(steps, step{line: i + 1, text: trimmed})
		}
	}
	return steps
}

var placeholder = regexp.MustCompile(`\$\{([^}]+)\}`)

// expand replaces ${…} by kept values and moved times.
func expand(s string, vars map[string]string, now time.Time) (string, error) {
	var bad error
	out := placeholder.ReplaceAllStringFunc(s, func(m string) string {
		words := strings.Fields(m[2 : len(m)-1])
		if words[0] != "now" {
			v, ok := vars[words[0]]
			if !ok {
				bad = fmt.Errorf("nothing was kept as %s", words[0])
			}
			return v
		}
		at, layout := now.In(time.FixedZone("CST", 8*3600)), time.RFC3339
		for _, w := range words[1:] {
			if d, err := time.ParseDuration(w); err == nil {
				at = at.Add(d)
			} else if w == "hour" {
				at = at.Truncate(time.Hour)
			} else {
				layout = w
			}
		}
		return at.Format(layout)
	})
	return out, bad
}

// lookup walks a JSON value along a.b[0].c, a[*].b (every element) or a# (its
// length). The result is a list for [*].
func lookup(v any, path string) (any, error) {
	count := strings.HasSuffix(path, "#")
	path = strings.TrimSuffix(path, "#")
	for _, part := range pathParts(path) {
		next, err := descend(v, part)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		v = next
	}
	if !count {
		return v, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is not a list", path)
	}
	return float64(len(list)), nil
}

// every marks a list of values that [*] has spread.
type every []any

func pathParts(path string) []string {
	path = strings.ReplaceAll(path, "[", ".[")
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' })
}

func descend(v any, part string) (any, error) {
	if all, ok := v.(every); ok {
		out := every{}
		for _, x := range all {
			if y, err := descend(x, part); err == nil {
				out = append(out, y)
			}
		}
		return out, nil
	}
	if strings.HasPrefix(part, "[") {
		list, ok := v.([]any)
		if !ok {
			return nil, fmt.Errorf("not a list at %s", part)
		}
		if part == "[*]" {
			return every(list), nil
		}
		i, err := strconv.Atoi(strings.Trim(part, "[]"))
		if err != nil || i >= len(list) {
			return nil, fmt.Errorf("no element %s of %d", part, len(list))
		}
		return list[i], nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("not an object at %s", part)
	}
	x, ok := m[part]
	if !ok {
		return nil, fmt.Errorf("no field %s", part)
	}
	return x, nil
}

// show writes a value as scripts write it: text bare, the rest as JSON.
func show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return "null"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

var findLine = regexp.MustCompile(`^find (.+) -> (\w+)$`)

var checkLine = regexp.MustCompile(`^(\S+)\s+(=|!=|~|has|lacks|->)\s*(.*)$`)

// check tests one indented line below a status.
func check(answer any, raw, line string, vars map[string]string) error {
	if text, ok := strings.CutPrefix(line, "contains "); ok {
		if !strings.Contains(raw, text) {
			return fmt.Errorf("answer does not contain %q", text)
		}
		return nil
	}
	if text, ok := strings.CutPrefix(line, "without "); ok {
		if strings.Contains(raw, text) {
			return fmt.Errorf("answer contains %q", text)
		}
		return nil
	}
	if m := findLine.FindStringSubmatch(line); m != nil {
		re, err := regexp.Compile(m[1])
		if err != nil {
			return err
		}
		found := re.FindStringSubmatch(raw)
		if len(found) != 2 {
			return fmt.Errorf("answer has nothing like %s", m[1])
		}
		vars[m[2]] = found[1]
		return nil
	}
	m := checkLine.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("cannot read the check %q", line)
	}
	v, err := lookup(answer, m[1])
	if err != nil {
		return err
	}
	switch m[2] {
	case "->":
		vars[m[3]] = show(v)
		return nil
	case "=":
		if show(v) != m[3] {
			return fmt.Errorf("%s is %s, want %s", m[1], show(v), m[3])
		}
	case "!=":
		if show(v) == m[3] {
			return fmt.Errorf("%s is %s", m[1], m[3])
		}
	case "~":
		re, err := regexp.Compile(m[3])
		if err != nil {
			return err
		}
		if !re.MatchString(show(v)) {
			return fmt.Errorf("%s is %s, want it to match %s", m[1], show(v), m[3])
		}
	case "has", "lacks":
		if holds(v, m[3]) != (m[2] == "has") {
			return fmt.Errorf("%s is %s: %s %s does not hold", m[1], show(v), m[2], m[3])
		}
	}
	return nil
}

func holds(v any, want string) bool {
	list, ok := v.([]any)
	if e, isEvery := v.(every); isEvery {
		list, ok = e, true
	}
	if !ok {
		return false
	}
	for _, x := range list {
		if show(x) == want {
			return true
		}
	}
	return false
}

func TestChecks_CanFail(t *testing.T) {
	t.Parallel()
	var v any
	raw := `{"a":{"b":[{"c":"x"},{"c":"y"}]},"n":3,"e":[]}`
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]bool{
		"a.b[1].c = y": true, "a.b[1].c = x": false, "a.b[*].c has x": true, "a.b[*].c has z": false,
		"a.b[*].c lacks z": true, "a.b[*].c lacks x": false, "a.b# = 2": true, "a.b# = 3": false, "e# = 0": true,
		"n = 3": true, "n != 3": false, "n ~ ^3$": true, "n ~ 4": false, "a.z = 1": false, "a.b[2].c = y": false,
		"contains \"c\"": true, "contains q": false, "without q": true, "without \"c\"": false, "nonsense": false,
		`find "c":"(.)" -> c`: true, `find "q":"(.)" -> c`: false,
	} {
		if err := check(v, raw, line, map[string]string{}); (err == nil) != want {
			t.Errorf("%q: %v, want pass=%v", line, err, want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)
	got, err := expand("a ${x} ${now -30m 20060102150405} ${now hour 15:04}", map[string]string{"x": "1"}, now)
	if err != nil || got != "a 1 20261121090000 09:00" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := expand("${y}", nil, now); err == nil {
		t.Error("an unknown name must be refused")
	}
}
