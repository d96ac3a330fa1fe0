// Package outcome tells what became of alarms (预警成效): how many, how long, how
// soon people acknowledged, explained and handled them, and how many of those that
// people have answered were true. It reads alarms, their timelines and the clues
// that came of them; it changes nothing. What is true is what people said, not
// what rules think: an alarm without an answer counts for neither side.
package outcome
