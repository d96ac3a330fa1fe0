// Package reward pays those who report (举报奖励): what an act is worth by the
// place's dated rules, who of several reporters gets which part, review and the
// approval of two people, the notice in the reporter's own progress page, the
// claim by receipt, the payment against a code that has no name, refusal and
// appeal, and taking back what an overturned penalty no longer carries.
//
// reward never learns who a reporter is: it knows a report's number, its mode
// and when it came. It judges no case: until there is a module of penalties, the
// fine is what a reviewer has read in the document whose number stands beside
// it. The sum is pure (Compute) and can be done again from what was stored.
package reward
