// Package filing keeps what is on file about an enterprise's production and its
// monitoring (在案事项): orders to stop production, with the time they hold; changes
// of process, treatment and monitors that the enterprise puts on record and an
// officer accepts; rain by area and day; and the parameters of monitors as they
// report them. It judges nothing: rules read it.
package filing
