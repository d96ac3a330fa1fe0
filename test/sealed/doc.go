// Package sealed proves that nothing sealed can be read where it must not be: it
// files reports with the very script that browsers get, and then searches
// everything that the program keeps, writes or remembers. The small form runs
// with the other tests; `make sealed` files 200 reports on both engines and reads
// the memory of the running server as well.
package sealed
