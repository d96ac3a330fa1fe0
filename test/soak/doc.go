// Package soak holds the long tests of the whole program: killed again and
// again under load, and watched by its system calls. They run with the build
// tag soak (make soak) and need a few minutes.
package soak
