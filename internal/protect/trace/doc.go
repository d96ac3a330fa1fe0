// Package trace gives every opening of a protected document a mark of its own
// (阅件编号) and finds the opening by the mark when a copy has leaked (泄露追查).
// The mark is a short code that a reader can see and type; the register says
// who opened what, when and in which session.
//
// trace draws nothing: whoever shows the document puts the mark on it, in the
// reader's browser where the document is sealed. A mark that was cut off, or a
// text that was typed again, tells nothing. Finding is for the security
// administrator alone and is itself written into the audit log.
package trace
