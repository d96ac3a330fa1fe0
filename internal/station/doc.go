// Package station is one simulated field station for integrators (模拟现场端): it
// connects to a host as a station does, sends plausible data of every kind in the
// form of 2005, 2017 or 2025, encrypted or not, obeys what the host orders through
// hj212.Station, and shows every frame both ways. It is the work behind `qingshao
// hj212 station`.
//
// It is not for load: that is world.Simulator. Its values are those of an outlet of
// package world and are not measurements of anything.
package station
