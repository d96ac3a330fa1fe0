// Package custom is the language in which officers write rules of their own
// (自定义规则): what words it has, how a text becomes a program, what it costs and
// what it says of an outlet's hours.
//
// The language is CEL with Chinese words. A text is read by a scanner of our own,
// which knows the words, full-width signs and factor names and tells at the place
// what is wrong; what it hands on to CEL is plain CEL, so that types, limits and
// evaluation are CEL's. There are numbers, truth and text and nothing else; an
// hour without a valid value gives no answer, neither yes nor no.
//
// custom is pure: text and hours in, verdicts out. Drafts, versions, trials and
// alarms are kept by package rule.
package custom
