package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
)

// step is a key, or a place in a list when key is empty.
type step struct {
	key   string
	place int
}

// splitPath takes a path apart; "" is the empty path.
func splitPath(path string) (steps []step, ok bool) {
	if len(path) > maxPath {
		return nil, false
	}
	for part := range strings.SplitSeq(path, ".") {
		key, places, _ := strings.Cut(part, "[")
		if key != "" {
			steps = append(steps, step{key: key})
		} else if places == "" && path != "" {
			return nil, false
		}
		for places != "" {
			number, rest, closed := strings.Cut(places, "]")
			n, err := strconv.Atoi(number)
			if !closed || err != nil || n < 0 || n > 9999 || rest != "" && rest[0] != '[' {
				return nil, false
			}
			steps = append(steps, step{place: n})
			places = strings.TrimPrefix(rest, "[")
			if rest == "[" {
				return nil, false
			}
		}
	}
	return steps, true
}

// find follows a path: as one key that may hold dots, else step by step.
func find(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	if o, ok := v.(map[string]any); ok {
		if x, ok := o[path]; ok {
			return x, true
		}
	}
	steps, _ := splitPath(path)
	for _, s := range steps {
		var ok bool
		switch x := v.(type) {
		case map[string]any:
			if s.key == "" {
				return nil, false
			}
			v, ok = x[s.key]
		case []any:
			if ok = s.key == "" && s.place < len(x); ok {
				v = x[s.place]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// findRaw is find on JSON text, so that what it finds keeps its bytes.
func findRaw(raw json.RawMessage, path string) (json.RawMessage, bool) {
	if path == "" {
		return raw, true
	}
	var o map[string]json.RawMessage
	if json.Unmarshal(raw, &o) == nil {
		if x, ok := o[path]; ok {
			return x, true
		}
	}
	steps, _ := splitPath(path)
	for _, s := range steps {
		if s.key != "" {
			var o map[string]json.RawMessage
			if json.Unmarshal(raw, &o) != nil {
				return nil, false
			}
			x, ok := o[s.key]
			if !ok {
				return nil, false
			}
			raw = x
			continue
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil || s.place >= len(list) {
			return nil, false
		}
		raw = list[s.place]
	}
	return raw, true
}

// leaves lists the paths of the single values of v, at most max of them.
func leaves(v any, prefix string, depth, max int, out []string) []string {
	if len(out) >= max || depth > 8 {
		return out
	}
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			at := k
			if prefix != "" {
				at = prefix + "." + k
			}
			out = leaves(y, at, depth+1, max, out)
		}
	case []any:
		for i, y := range x {
			out = leaves(y, prefix+"["+strconv.Itoa(i)+"]", depth+1, max, out)
		}
	default:
		if prefix != "" {
			out = append(out, prefix)
		}
	}
	return out
}
