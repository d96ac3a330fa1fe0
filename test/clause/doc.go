// Package clause runs the readable scripts beside it, one for each clause of the
// mission, through the whole program: real HTTP, a real device connection, both
// databases, and a clock that the script moves.
//
// A script is made of commands at the left margin; what belongs to a command is
// indented below it. Text from # to the end of a line is a remark.
//
//	profile tiantai                               first line of a script that plays elsewhere than in Wenzhou
//	actor clerk 受理员 role=clerk area=330300     a person with a token; also agency=, enterprise=
//	as clerk                                      who sends the next requests
//	POST /clues                                   a request; its JSON body is indented below
//	  {"title": "河水发黑", "area": "330302"}
//	200                                           the status that must come back, with its checks
//	  state = new
//	  number ~ ^WZ-X-
//	  actions[*].verb has adopt
//	  items# = 3
//	  id -> clue                                  keeps a value as ${clue}
//	  find 编号 (WZ-J-\S+) -> number               keeps what a pattern finds in the answer
//	report GW-1 secret                            a meter reports by HTTP; its payload is indented below
//	publish GW-1 secret                           the same by MQTT, until it is acknowledged
//	key 12345                                     a key of the open interface, kept as ${key}
//	FORM /public/track                            a form sent by a citizen's browser, which keeps
//	  number=${number}                            cookies and follows where it is sent; photo=a.png
//	                                              sends a small picture along
//	PAGE /public/progress                         a page of that browser, or any address outside the API
//	UPLOAD 整改前.png                             a small picture to /files
//	SEND /work-orders/columns a.csv               a file with the lines indented below; \n is an empty line,
//	                                              - for a name sends them bare, with the kept ${key}
//	device                                        opens a device connection
//	send QN=…;ST=31;…CP=&&…&&                     a segment; length and check sum are added
//	garble QN=…                                   the same with one byte changed on the way
//	answer 9014                                   the CN that must come back next
//	answer 1061 asked                             the same; its QN is kept as ${asked}
//	mailbox                                       a mail server on 127.0.0.1, its port kept as ${mailbox}
//	mailbox Rcpt=550 5.1.1 unknown                the same server answers so from now on; mailbox ok = takes all
//	mails 2 wang@example.org                      how many it took for the address; indented: what the last one says
//	hook                                          an HTTP server, its address kept as ${hook}; hook 500 = its answer
//	hooks 2                                       how often it was asked; indented: what the last body contains,
//	                                              or find, as above
//	advance 48h                                   moves the clock, then lets all due work run
//	restart                                       stops the program and starts it on the same data
//
// ${now -2h 20060102150405} gives the script's time in Beijing, moved and in the
// given layout; ${name} gives what was kept.
package clause
