// Package region is the tree of administrative areas (行政区划) of one
// jurisdiction: province, city, county-level units, townships, and functional
// zones (功能区) that the official list does not know.
//
// It answers who lies within whom and what a code is called. It decides no
// permission (auth compares code prefixes, which nest the same way) and draws no
// map. In the loop every clue, outlet and issue stands in one region.
package region
