// Package issue is the one list of confirmed problems (问题清单). An issue has
// one lead agency, one responsible person, one set of measures and one deadline
// (一事一档); it is assigned (交办), signed for (签收), rectified (整改), accepted
// (验收) and closed (销号), and is closed by someone other than who rectified it.
// It is never deleted.
//
// Issues begin with a clue that the triage desk adopts; nothing else creates
// one. Handing in the rectification belongs to handle/rectify, acceptance and
// closing to closing: both carry their verbs out through Service.Carry, so that
// every verb of an issue takes the same way. Overdue is a clock, not a state:
// deadlines are derived from the timeline and jobs escalate them.
package issue
