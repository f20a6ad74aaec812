//go:build !windows

package main

import "context"

// supervised serves. The service managers of these systems start an ordinary
// program and end it by a signal.
func (a *app) supervised(ctx context.Context, serve func(context.Context, func()) error) error {
	return serve(ctx, func() {})
}
