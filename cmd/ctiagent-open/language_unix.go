//go:build unix

package main

import (
	"cmp"
	"os"
)

// language is the person's, a language tag or a locale's name; "" when nothing tells.
func language() string {
	return cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
}
