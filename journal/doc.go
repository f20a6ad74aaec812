// Package journal keeps what happened at the desks, calls, changes of agents and wishes, in one SQLite file that outlives
// a killed program and a full disk.
package journal
