// Package clue is the one funnel (线索): everything that finds something, be it
// a rule, a caller or a patrol, hands in a clue here, and nothing else can
// become an issue. A clue is judged at the triage desk (研判): it is adopted as
// an issue, merged, referred to another body, or dismissed with a reason.
//
// Nothing vanishes: there is no delete, every clue that is not yet judged has a
// desk or a person that owns it and a clock that runs, and what was dismissed or
// merged can be taken up again. Adopting is carried out by package issue, which
// knows clues; clue knows no issues beyond an id.
package clue
