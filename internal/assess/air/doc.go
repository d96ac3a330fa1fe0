// Package air assesses the quality of ambient air (环境空气质量评价): limits of
// GB 3095, daily and longer statistics with their validity, AQI by HJ 633, the
// composite index and compliance by HJ 663. The version of a rule is that of the
// day of the data, never of today.
//
// Everything is exact until its prescribed rounding, and every result carries the
// values and the rule that it came from. Concentrations are µg/m³, of CO mg/m³.
// The package is pure.
package air
