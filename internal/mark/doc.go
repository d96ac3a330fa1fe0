// Package mark keeps the marks (标记) that enterprises put on the monitoring data
// of their own outlets: that a plant was started, dried out or stopped, that an
// analyser was maintained, calibrated or out of order. A mark is set within ten
// days of the data, with a reason and, for stops and failures, a document by the
// tenth of the next month; an officer accepts or rejects it. Marked periods are
// no evidence of exceedance.
//
// Which kinds exist, what they do to the values and how many hours a year they
// may take are dated data (table.go). The values themselves are made elsewhere:
// mark asks for a new computation through Values and never writes a number.
// Facts that make a mark look doubtful are shown to the officer; nothing is
// decided by them here.
package mark
