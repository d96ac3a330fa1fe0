// Package safety keeps what threatens a reporter and what is done about it (风险
// 评估与安全措施): from whom, since when, how pressing, which measures, who answers
// for them and when it is looked at again. Only the members of the report's
// circle read it, every look is in the log, and who does not look at it again in
// time is reminded each working day.
//
// What is written is sealed in memory before it reaches the database, and never
// stands in a timeline, a notice or the log. safety protects nobody by itself: it
// makes sure that somebody answers for doing so.
package safety
