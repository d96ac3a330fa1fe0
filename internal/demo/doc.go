// Package demo fills the program with the synthetic city and lets it live
// (演示). It does so from outside: days gone by are played through the running
// program under a clock of their own, monitors report over TCP, and the people
// of the cast work through the same interface as a browser does, reading which
// verbs a thing offers and filling in the forms. Then the program starts anew
// under the real clock, monitors go on reporting, and one of them has an
// incident.
//
// It is for showing and for trying out; nothing in the program knows of it.
package demo
