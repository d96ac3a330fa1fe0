// Package event decides which alarms belong to one happening (预警事件): the rules
// of grouping are data of the jurisdiction, by enterprise or outlet, kind and time.
// It also says which alarm of an event speaks for it.
//
// The package is pure: it knows neither alarms nor people nor a clock. The alarms'
// service reads what it decides about, writes down what it says, and lets people
// merge and split against it.
package event
