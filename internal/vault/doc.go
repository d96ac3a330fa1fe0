// Package vault keeps what only people of two parties together can read (密件):
// who reported in confidence, and everything an insider told. Content arrives
// sealed (age) by the reporter's browser; the key that opens it is parted in
// two, one share for each officer of the confidential desk (保密岗), one for each
// officer of the oversight (监督方). The shares meet in the browser of the officer
// who asked, after an officer of the other party agreed, and nowhere else: what
// lies here is ciphertext, private keys are wrapped under passphrases that the
// program never learns.
//
// vault knows no reports: a feature stores envelopes under its own kind and
// subject, in its own transaction. It seals nothing itself but what came through
// doors without a browser (Seal), and opens nothing at all. Secrets of devices
// are package seal's.
package vault
