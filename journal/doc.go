// Package journal keeps what happened at the desks, calls, changes of agents and wishes, and what waits in their outboxes,
// in one SQLite file that outlives a killed program and a full disk.
package journal
