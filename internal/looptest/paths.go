package looptest

import "github.com/qingshao/qingshao/internal/flow"

// Paths finds, for every state of a machine that people can bring about, the
// shortest row of verbs that leads there from the beginning.
func Paths(m *flow.Machine) map[flow.State][]flow.Verb {
	paths := map[flow.State][]flow.Verb{m.Initial: {}}
	for queue := []flow.State{m.Initial}; len(queue) > 0; queue = queue[1:] {
		for _, st := range m.Steps {
			if st.Auto {
				continue
			}
			if _, leaves := m.Find(queue[0], st.Verb); !leaves {
				continue
			}
			to := st.Target(queue[0])
			if _, seen := paths[to]; !seen && hasFrom(st, queue[0]) {
				paths[to] = append(append([]flow.Verb{}, paths[queue[0]]...), st.Verb)
				queue = append(queue, to)
			}
		}
	}
	return paths
}

func hasFrom(st flow.Step, s flow.State) bool {
	for _, f := range st.From {
		if f == s {
			return true
		}
	}
	return false
}

// Verbs lists the machine's verbs that people do, each once.
func Verbs(m *flow.Machine) []flow.Verb {
	var out []flow.Verb
	seen := map[flow.Verb]bool{}
	for _, st := range m.Steps {
		if !st.Auto && !seen[st.Verb] {
			seen[st.Verb] = true
			out = append(out, st.Verb)
		}
	}
	return out
}
