// Package obligation is the calendar of what an enterprise must do by when
// (应尽义务): renew its permit, hand in reports, have monitors checked, measure by
// hand. Dated rules of the place and stored facts (permit, outlets, way of
// monitoring) make the rows; a change of either moves or ends what is open.
//
// What the program sees by itself, e.g. a check of a monitor that was marked, is
// done without a paper; for the rest the enterprise hands in evidence and an
// officer looks at it. Reminders go out before the day and once after it.
//
// Clocks of single events run where the event lives: of explanations in rule, of
// documents in mark, of rectifications in issue.
package obligation
