package nativehost

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/sys/windows/registry"
)

func hive(p Place) registry.Key {
	if p.Machine {
		return registry.LOCAL_MACHINE
	}
	return registry.CURRENT_USER
}

// enter tells the browser where the manifest is: Windows' browsers look in no folder.
func enter(p Place) error {
	k, _, err := registry.CreateKey(hive(p), p.Key, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("write the registry key %s: %w", p.Key, err)
	}
	defer k.Close()
	if err := k.SetStringValue("", p.File()); err != nil {
		return fmt.Errorf("write the registry key %s: %w", p.Key, err)
	}
	return nil
}

// leave removes the key, and those above it that nothing is in any more.
func leave(p Place) error {
	if err := registry.DeleteKey(hive(p), p.Key); err != nil {
		if errors.Is(err, registry.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("remove the registry key %s: %w", p.Key, err)
	}
	for key := above(p.Key); key != `Software`; key = above(key) {
		if !empty(hive(p), key) || registry.DeleteKey(hive(p), key) != nil {
			return nil
		}
	}
	return nil
}

func above(key string) string { return key[:strings.LastIndexByte(key, '\\')] }

func empty(hive registry.Key, key string) bool {
	k, err := registry.OpenKey(hive, key, registry.QUERY_VALUE|registry.ENUMERATE_SUB_KEYS)
	if err != nil {
		return false
	}
	defer k.Close()
	info, err := k.Stat()
	return err == nil && info.SubKeyCount == 0 && info.ValueCount == 0
}

// entered is the file that the registry names for the browser.
func entered(p Place) (string, error) {
	k, err := registry.OpenKey(hive(p), p.Key, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return "", fs.ErrNotExist
	}
	if err != nil {
		return "", fmt.Errorf("read the registry key %s: %w", p.Key, err)
	}
	defer k.Close()
	file, _, err := k.GetStringValue("")
	if err != nil {
		return "", fmt.Errorf("read the registry key %s: %w", p.Key, err)
	}
	return file, nil
}
