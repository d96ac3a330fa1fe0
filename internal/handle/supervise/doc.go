// Package supervise presses on what does not move (督办): a ladder from urging to
// listed supervision and to the Party committee and government, each rung a paper
// with a term to answer, proposed by the program or by a person, issued by another,
// answered by the agency that leads the issue, and lifted or raised. The ladder is
// data of the place. It also keeps leaders' instructions (批示) and whether they
// were carried out.
//
// What the documents say: problems that are hard to resolve are supervised, and
// what supervision does not resolve goes to the Party committee and government
// (温州市文件第五章（四）). How many days each rung waits is this program's choice,
// to be confirmed by the agency.
package supervise
