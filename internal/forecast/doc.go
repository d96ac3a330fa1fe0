// Package forecast predicts an hourly series some hours ahead (预测): direct
// regressions for each horizon on what is known when the forecast is issued,
// blended with persistence and climatology by their errors on training data that
// the regression did not see, and an interval whose coverage is kept honest by
// the errors that have become known. docs/forecast.md tells method and skill.
//
// Nothing after the hour of issue is used, neither of the factor nor of weather.
// The package is pure mathematics on float64; forecasts decide nothing by law.
package forecast
