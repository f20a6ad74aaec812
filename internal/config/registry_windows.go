package config

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows/registry"
)

// Bounds of what is read of the registry.
const (
	maxRegistryDepth = 2 // the table, and the list in it
	maxRegistryItems = 1000
)

// errTooMuch is answered of a policy that has more than anybody needs.
var errTooMuch = errors.New("it has more keys or values than a configuration needs")

// readRegistry reads a key with what is below it. One that does not exist is no
// error; one that may not be read is.
func readRegistry(path string) (root regKey, found bool, err error) {
	name, below, _ := strings.Cut(path, `\`)
	hive := registry.LOCAL_MACHINE
	if name == userRoot {
		hive = registry.CURRENT_USER
	}
	key, err := registry.OpenKey(hive, below, access)
	if errors.Is(err, registry.ErrNotExist) {
		return regKey{}, false, nil
	}
	if err != nil {
		return regKey{}, false, err
	}
	items := 0
	root, err = readKey(key, maxRegistryDepth, &items)
	return root, err == nil, err
}

const access = registry.QUERY_VALUE | registry.ENUMERATE_SUB_KEYS

// readKey reads a key with at most depth levels below it, and closes it.
func readKey(key registry.Key, depth int, items *int) (k regKey, err error) {
	defer key.Close()
	values, err := key.ReadValueNames(-1)
	if err != nil {
		return k, fmt.Errorf("list the values: %w", err)
	}
	keys, err := key.ReadSubKeyNames(-1)
	if err != nil {
		return k, fmt.Errorf("list the keys: %w", err)
	}
	if *items += len(values) + len(keys); *items > maxRegistryItems || depth == 0 && len(keys) > 0 {
		return k, errTooMuch
	}
	for _, name := range values {
		v := regValue{name: name}
		if v.data, v.kind, err = readValue(key, name); err != nil {
			return k, fmt.Errorf("read %s: %w", part(name), err)
		}
		k.values = append(k.values, v)
	}
	for _, name := range keys {
		below, err := registry.OpenKey(key, name, access)
		var sub regKey
		if err == nil {
			sub, err = readKey(below, depth-1, items)
		}
		if err != nil {
			return k, fmt.Errorf("%s: %w", part(name), err)
		}
		sub.name = name
		k.keys = append(k.keys, sub)
	}
	return k, nil
}

// readValue reads a value of any type, as long as a file may be at most.
func readValue(key registry.Key, name string) (data []byte, kind uint32, err error) {
	size := 256
	for {
		data = make([]byte, size)
		n, kind, err := key.GetValue(name, data)
		switch {
		case err == nil && n <= len(data):
			return data[:n], kind, nil
		case !errors.Is(err, registry.ErrShortBuffer):
			return nil, 0, err
		case n > 2*maxFile:
			return nil, 0, errTooMuch
		}
		size = n
	}
}
