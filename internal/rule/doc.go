// Package rule judges what monitors sent (监控预警): a rule looks at a short
// window of values and says what it finds; the runner feeds the rules from the
// committed values, in order, and keeps the life of the alarms that result.
//
// A rule is pure: window in, finding out. The rules themselves stand in
// rule/catalog, one file each. The runner's cursor, the windows and the alarms
// change in one transaction, so that a crash neither skips a value nor judges
// one twice. Limits, windows and the places of alarms also stand in memory: a
// value that is calm where nothing is remembered costs a look-up and a
// comparison. In the loop rule stands between the sources and package clue; it
// knows no source, creates no issue, and its alarms go on only as clues.
package rule
