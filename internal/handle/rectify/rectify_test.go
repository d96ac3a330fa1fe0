package rectify

import (
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/timeline"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	earlier := []timeline.Entry{{Verb: issue.Submit, Files: []string{"a", "b"}}, {Verb: issue.Progress, Files: []string{"p"}}, {Verb: issue.Reject}}
	for name, c := range map[string]struct {
		before, after []string
		history       []timeline.Entry
		ok            bool
	}{
		"first time":                        {[]string{"a"}, []string{"b"}, nil, true},
		"nothing from before":               {nil, []string{"b"}, nil, true},
		"the same before and after":         {[]string{"b"}, []string{"b", "c"}, nil, false},
		"nothing from after":                {[]string{"a"}, nil, nil, false},
		"again with the same":               {nil, []string{"b"}, earlier, false},
		"what stood before is shown again":  {nil, []string{"a", "b"}, earlier, false},
		"again with something new":          {nil, []string{"b", "c"}, earlier, true},
		"a report's file is new to the eye": {nil, []string{"p"}, earlier, true},
	} {
		if err := check(c.before, c.after, c.history); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
