package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Problem names a kind of finding.
type Problem string

// The kinds of findings.
const (
	Edited      Problem = "edited"      // an entry's text is not what was logged
	Swapped     Problem = "swapped"     // two entries have changed places
	Deleted     Problem = "deleted"     // an entry of the log is gone
	Truncated   Problem = "truncated"   // the end of the log is gone
	Rewritten   Problem = "rewritten"   // the tree contradicts a checkpoint
	Damaged     Problem = "damaged"     // stored nodes of the tree are wrong
	Forged      Problem = "forged"      // a checkpoint that no known key signed
	Unsequenced Problem = "unsequenced" // an entry stays out of the tree
	Foreign     Problem = "foreign"     // an entry that did not come through the program
)

// Finding is something wrong with the log, in a sentence for people.
type Finding struct {
	Problem Problem `json:"problem"`
	Seq     int64   `json:"seq"`      // place in the log, -1 when it concerns no single one
	EntryID string  `json:"entry_id"` // "" when unknown
	Text    string  `json:"text"`
}

// Report is what Verify found. Checkpoint is the statement of the log as it was
// checked, signed when this process holds a key.
type Report struct {
	Origin      string
	Size        int64     // entries in the tree
	Root        tlog.Hash // recomputed from the entries
	Checked     int64     // entries read and hashed
	Checkpoints int       // checkpoints compared, witnesses' included
	Findings    []Finding // never nil
	Omitted     int       // findings beyond the first 200
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Findings) == 0 }

const mostFindings = 200

func (r *Report) find(p Problem, seq int64, id, format string, args ...any) {
	if len(r.Findings) == mostFindings {
		r.Omitted++
		return
	}
	r.Findings = append(r.Findings, Finding{p, seq, id, fmt.Sprintf(format, args...)})
}
