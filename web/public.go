package web

import (
	"embed"
	"io/fs"
)

//go:embed public
var public embed.FS

// Public gives the templates, the style and the script of the public entry.
func Public() fs.FS {
	sub, err := fs.Sub(public, "public")
	if err != nil { // only a malformed constant path could cause it
		panic(err)
	}
	return sub
}
