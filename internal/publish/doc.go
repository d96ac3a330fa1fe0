// Package publish makes information public (信息公开): typical cases, how
// rectification goes, the exposure board (曝光台), and calls for clues on a major
// case (征集线索). One person writes, another reviews; what identifies people is
// masked; what was wrong is taken back with its reason in the open. A call has a
// last day and, where the place's document knows bounties, an amount that a
// leader grants against a budget; reports that answer it are tied to it.
//
// publish renders no page and judges no report. It knows issues by an interface
// that tells their stage. It is not for notices to staff (notify).
package publish
