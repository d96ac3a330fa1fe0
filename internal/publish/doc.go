// Package publish makes information public (信息公开): typical cases, how
// rectification goes, the exposure board (曝光台), and calls for clues on a major
// case (征集线索). One person writes, another reviews exactly what readers will
// get: names and numbers that identify people are masked, and the masked text is
// what is kept as an edition and shown, so that no reader's page ever touches
// what was written. A correction is a new edition with its reason; the old one
// stays readable with a mark. A call has a last day and, where the place's
// document knows bounties, an amount that a leader grants against a budget;
// reports that answer it are tied to it.
//
// publish renders no page and judges no report. It knows issues by an interface
// that tells their stage. It is not for notices to staff (notify).
package publish
