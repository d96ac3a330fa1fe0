// Package camera is the registry of cameras at outlets, stations and treatment
// units (排放口视频): on which platform each one is, and how a link to its picture
// of a given time is made. No video passes through this program.
package camera
