// Package desk is one agent's working place: it stacks drivers, routes each
// wish to the one that can do it now, folds what they report into numbered
// events and chooses the one page that shows a customer.
//
// It knows no vendor by name. A [Desk] is made by [New] and lives while
// [Desk.Run] runs; [Desks] keeps one for each person. All methods may be
// called concurrently.
package desk
