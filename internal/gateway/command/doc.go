// Package command speaks to field stations: commands of people and of the
// program itself, from the wish to the result, through the time-outs and repeats
// of HJ 212. A command is a row before it is bytes: whatever dies in between, it
// is sent again, times out or is called off, never forgotten.
//
// It also answers what stations ask for by themselves (clock, key, MN), keeps the
// keys of HJ 212-2025, and calls missing data back. It does not hold connections
// (gateway does, behind [Lines]) and stores no data: what a station sends on
// request goes through the store of readings like any upload and is only counted
// here.
package command
