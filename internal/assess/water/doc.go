// Package water assesses surface water (地表水环境质量评价): classes by the single
// factor method over the 21 items of GB 3838-2002, whether a section meets its
// function, main pollutants, rivers and basins, changes between periods, lakes'
// trophic index and drinking-water sources, by the assessment method of 2011
// (环办〔2011〕22号). Concentrations are mg/L unless the item says otherwise.
//
// Values are compared exactly, since no rounding is prescribed before the
// comparison; each result carries the values and the rule behind it. The package
// is pure.
package water
