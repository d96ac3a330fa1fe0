package notify

import "slices"

// Urgency says how much a notice presses (紧急程度). Channels and people choose
// by it what leaves the program; inside it everyone sees everything.
type Urgency string

// The urgencies, least first. A notice that says nothing is Ordinary.
const (
	Ordinary  Urgency = "ordinary"  // 一般: can wait until the person signs in
	Important Urgency = "important" // 重要: should be known the same day
	Urgent    Urgency = "urgent"    // 紧急: must be known now, at night too
)

// Urgencies lists them, least first.
func Urgencies() []Urgency { return []Urgency{Ordinary, Important, Urgent} }

// Title is the Chinese word.
func (u Urgency) Title() string {
	switch u {
	case Important:
		return "重要"
	case Urgent:
		return "紧急"
	}
	return "一般"
}

// Known reports whether it is one of the three.
func (u Urgency) Known() bool { return slices.Contains(Urgencies(), u) }

// Reaches reports whether it presses at least as much as the other.
func (u Urgency) Reaches(least Urgency) bool {
	return slices.Index(Urgencies(), u) >= slices.Index(Urgencies(), least)
}
