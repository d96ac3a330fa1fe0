// Package silence keeps who wants no word of which alarms, until when and why
// (静默、免打扰时段). Officers set silences, lift them early and extend them as new
// records; package rule asks whether one speaks of an alarm. A silence hides
// nothing: the alarm is raised and stored. It holds by the clock; a plan (免打扰时段)
// holds by the time of the data, so that late values of a calibration count as
// what they are. Neither is ever about official exceedances.
package silence
