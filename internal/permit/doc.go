// Package permit keeps what a pollutant permit (排污许可证) says about an outlet
// beside its limits: how it must be monitored, and how much of each pollutant it
// may emit in a year (许可排放量). Limits and the enterprise's class stand in the
// registry (enterprise); what is networked and what that means for the coverage
// is for evaluate/coverage to find out.
package permit
