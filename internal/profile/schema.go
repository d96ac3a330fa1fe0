package profile

import (
	"encoding/json"
	"reflect"
	"sort"
)

// Schema is the JSON Schema (2020-12) of profile.yaml, made from the structs
// that read it, so that an editor completes keys and marks mistakes. What must
// be there is marked within lists alone: elsewhere the base may hold it.
func Schema() ([]byte, error) {
	s := schemaOfStruct(reflect.TypeFor[file](), false)
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "清哨地方配置"
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

func schemaOf(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Slice:
		item := t.Elem()
		if item.Kind() == reflect.Struct {
			return map[string]any{"type": "array", "items": schemaOfStruct(item, true)}
		}
		return map[string]any{"type": "array", "items": schemaOf(item)}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Struct:
		return schemaOfStruct(t, false)
	}
	return map[string]any{"type": "string"}
}

func schemaOfStruct(t reflect.Type, listed bool) map[string]any {
	props, required := map[string]any{}, []string{}
	for key, f := range fieldsOf(t) {
		sf := t.Field(f.index)
		s := schemaOf(sf.Type)
		if title := sf.Tag.Get("title"); title != "" {
			s["description"] = title
		}
		if lo := f.check["min"]; lo != nil {
			s["minimum"] = *lo
		}
		if hi := f.check["max"]; hi != nil {
			s["maximum"] = *hi
		}
		if f.check["required"] != nil {
			required = append(required, key)
			switch sf.Type.Kind() {
			case reflect.String:
				s["minLength"] = 1
			case reflect.Slice:
				s["minItems"] = 1
			}
		}
		props[key] = s
	}
	out := map[string]any{"type": "object", "properties": props, "additionalProperties": false}
	if listed && len(required) > 0 {
		sort.Strings(required)
		out["required"] = required
	}
	return out
}
