// Package enterprise is the registry of who is watched: enterprises (企业), their
// outlets (排放口) and the limits (排放限值) that hold for each factor at an
// outlet, with the standard, its article and the days on which they are in
// force. It stands before the loop: sources, rules and issues refer to it.
//
// It knows neither devices nor readings (discover/telemetry), nor what permits
// say beside the class and the limits (permit).
package enterprise
