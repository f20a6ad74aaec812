//go:build !windows

package nativehost

// enter, leave and entered are for Windows: elsewhere browsers look into a folder.
func enter(Place) error { return nil }

func leave(Place) error { return nil }

func entered(p Place) (string, error) { return p.File(), nil }
