package main

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"
)

// enter tells the browser where the manifest is: Windows' browsers look in no folder.
func enter(p place) error {
	k, _, err := registry.CreateKey(registry.CURRENT_USER, p.key, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("write the registry key %s: %w", p.key, err)
	}
	defer k.Close()
	if err := k.SetStringValue("", p.file()); err != nil {
		return fmt.Errorf("write the registry key %s: %w", p.key, err)
	}
	return nil
}

func leave(p place) error {
	if err := registry.DeleteKey(registry.CURRENT_USER, p.key); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("remove the registry key %s: %w", p.key, err)
	}
	return nil
}
