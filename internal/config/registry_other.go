//go:build !windows

package config

// readRegistry finds nothing: this system has no registry.
func readRegistry(string) (root regKey, found bool, err error) { return regKey{}, false, nil }
