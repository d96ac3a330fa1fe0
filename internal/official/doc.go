// Package official holds the rules by which official values are made, as dated
// data and pure functions: when an hour and a day are valid, how a concentration
// is converted to the reference oxygen (折算), loads, percentiles, what takes the
// place of lost data in loads, and the rates of transmission and validity.
//
// Every number is calculated exactly (math/big) and rounded once, half to even
// (GB/T 8170). The package reads no database and knows no device: telemetry
// brings the values and keeps what comes out.
package official
