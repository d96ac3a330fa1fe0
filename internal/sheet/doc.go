// Package sheet writes tables for spreadsheet programs, as CSV or as an Excel
// workbook with typed columns, and reads the workbooks that people fill in.
// A text never becomes a formula in either, and a number keeps the digits it was
// measured or prescribed with.
//
// It knows tables, not what stands in them: columns come from the caller.
package sheet
