// Package setting says what may be set on a built-in rule (规则设置) and which
// values hold where and since when. A rule declares its settings; a Table holds
// what was published; a Line is what holds at one place over time, so that the past
// is judged by the values of its day and a replay by the values that held then.
//
// The package is pure: it knows neither the database nor people. Drafts, trials and
// publishing stand in package rule.
package setting
