// Package notify tells the right people inside the program what now waits for
// them or has happened to what they answer for (站内通知).
//
// One mechanism: a feature calls Tell in the transaction of its verb, and the
// notices are rows of that transaction; a verb that is undone has told nobody,
// and a verb that is done has told everyone. No second queue stands between. An
// event notice.sent wakes open pages.
//
// Who hears is never a list of names in a feature but an Audience: holders of a
// capability, reached by area, agency or enterprise with the same table that
// permits the verb, or named persons; whoever deputises for one of them hears
// too. By area the nearest level hears: the county's desk, and the city's only
// where the county has none, or where all levels are asked for.
//
//	what happened                     who hears
//	clue handed in                    triage desk of its area (clue.triage)
//	clue past its term                triage desk, all levels; leaders of the area
//	clue referred                     contacts of the agency that receives it
//	clue judged                       who handed it in
//	issue adopted, handed back        assigning desk (issue.assign) of the level in charge
//	issue assigned                    contacts of lead and assisting agencies, the person named
//	issue signed, progress            who assigned it
//	extension asked                   leaders of the area (issue.approve); answered: the agency
//	rectification handed in           inspectors of the area (issue.accept)
//	accepted, not accepted            reviewers (issue.close); the agency and its person
//	closed, reopened, urged           the agency and its person; the desk
//	term near, over, long over        the agency; + leaders; + all levels of supervision
//	alarm raised, unanswered          by the ladders of the profile (rule/ladder)
//
// Beyond the program a notice goes by channels (通知渠道): Tell writes a delivery
// for each person and channel that its Urgency reaches, in the same transaction;
// the Post sends them in the background, a lane for each channel, later and later
// while the other side fails, at least once and always under the delivery's own
// id. A channel's carrier is a package of its own (notify/<name>) with its
// settings as a form in data. Protected content never leaves: a Confidential
// notice says outside only that there is one.
package notify
