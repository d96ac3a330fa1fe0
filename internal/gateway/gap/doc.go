// Package gap finds what is missing of a device's data (缺数), and has it called
// back. For each device and kind of data (realtime, minute, hour, day) it learns
// the rhythm from what is stored, notes every run of moments that did not come,
// and follows each run until it has come late or is known not to come: asked of
// the device in a bounded, backing-off plan, over the commands of package command
// (behind [Caller]). What comes back arrives as any upload does.
//
// It judges no values (telemetry's digest does) and raises no alarms.
package gap
