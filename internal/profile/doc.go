// Package profile assembles one jurisdiction from data (地方配置): its place
// and regions, agencies, kinds of issues with their deadlines, clocks, calendar
// additions and industries. What differs between places stands in
// profiles/<place>/ and nowhere in Go.
//
// A profile is read once at start, strictly: an unknown key, a missing value or
// a reference to something absent is an error that names file and line in
// Chinese. profile is not for settings of one installation (config) and imports
// no feature: app hands each feature the small struct that it owns.
package profile
