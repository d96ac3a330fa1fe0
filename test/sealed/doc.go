// Package sealed proves that nothing sealed can be read where it must not be: it
// files reports with the very script that browsers get, and then searches
// everything that the program keeps, writes or remembers: databases with their
// WAL, files, logs, a backup unpacked and restored, the memory of the running
// server and of its database. An administrator with the disk and the command line
// then tries to open them. `make sealed` does it with 200 reports on each engine.
package sealed
