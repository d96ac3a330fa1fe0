// Package consult is the conversation of an enterprise with the duty room (咨询): a
// question with its topic, answers and further questions, files with each, until one of
// them calls it done. It is no procedure: what must be explained, filed or reported has
// one of its own.
package consult
