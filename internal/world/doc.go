// Package world is one synthetic city with hidden truth (虚拟区域): enterprises
// and their production, outlets and treatment, monitors and their frames, and
// incidents. Everything is a pure function of a seed and a moment, in integer
// arithmetic, so that the demo, load tests, the soak and benchmarks of detection
// see the same values on every machine.
//
// It also holds the simulator: monitors that speak HJ 212 over TCP, send again
// what was not answered, and record what was. All names are made up and say so.
//
// world stands before the loop, where the real world would be: it imports no
// feature and writes nothing to the database.
package world
