// Package halt is the emergency switch of the public's ways in (紧急关闭): the
// security administrator closes a way of reporting at once and says why in plain
// words that the public reads; opening it again takes two people.
//
// halt only keeps what is closed; whoever stands at a door asks it before letting
// anything in. What was received before is not touched.
package halt
