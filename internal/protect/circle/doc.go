// Package circle names who may read one sensitive report (知悉范围): whoever reads
// it may narrow it at once, the heads of the desk alone change or lift it, always
// with a reason. The circle only ever takes away: a member still needs the right
// that reading takes, and a deputy does not stand in for a member.
//
// circle keeps no report. Whoever shows one, its clue or its files asks Admits or
// adds Within to the list's condition; to everyone outside the thing is not there,
// and only counted. What was read before the circle was drawn, and what an issue
// already says, it cannot take back.
package circle
