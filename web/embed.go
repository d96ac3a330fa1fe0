// Package web carries the console, the staff's pages built from web/src into
// web/dist, inside the program. It only hands out the files; internal/api
// decides under which address and with which headers they are served.
//
// A checkout in which the console has not been built holds a placeholder alone:
// the program still compiles, and Built tells that there is nothing to show.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS gives the built console's files with index.html at its root. Names under
// assets/ carry a hash of their content and may be cached for ever.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil { // only a malformed constant path could cause it
		panic(err)
	}
	return sub
}

// Built reports whether the console was built before the program.
func Built() bool {
	_, err := fs.Stat(FS(), "index.html")
	return err == nil
}
