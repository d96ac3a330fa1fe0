// Package roster takes the registry — enterprises, outlets, limits and devices —
// from an Excel workbook. A check reads the workbook, names every bad cell and
// shows what would be created or changed; only the same workbook against the same
// registry is then written, in one transaction. A row is known by its code, so
// that the same workbook twice changes nothing.
//
// It adds no rule of its own about what an enterprise or a device may be: those
// stay with the packages that own them.
package roster
