package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// language is the person's, a language tag; "" when nothing tells.
func language() string {
	if v := os.Getenv("LANG"); v != "" {
		return v
	}
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}
