// Package timeline is the record of what was done to each thing that has a flow
// (办理时间线): who, when, which verb, from which state to which, with the form
// as it was filled in and as a person reads it. Entries are only ever added.
//
// Writing an entry also writes the audit row and the outbox event of the verb,
// so that the three cannot differ. Derived columns (deadlines above all) are
// recomputed from these entries. timeline decides nothing: what may be done
// stands in the feature's flow table.
package timeline
