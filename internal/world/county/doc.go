// Package county is a county with hidden truth (虚拟县域): some two hundred outlets
// over ninety days, with production, treatment, weather and instruments, with
// violations and falsifications whose place and time are known, and with innocent
// events that look like them. Benchmarks of detection ask it what was to be found.
//
// It answers for ten-minute values, in floating point, for one outlet at a time.
// What it gives depends on the seed alone, to the digits that instruments send.
// The rules know nothing of it.
package county
