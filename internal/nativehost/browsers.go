package nativehost

import "path/filepath"

// Browsers are those that are on a computer, in the order of the places. look answers where a program is that is named
// without a path, and exists tells of a file.
func Browsers(goos string, getenv func(string) string, look func(string) (string, error), exists func(string) bool) []string {
	var found []string
	for _, b := range []struct {
		name    string
		linux   []string // names of programs
		windows []string // below the folders of programs
		darwin  string
	}{
		{chrome, []string{"google-chrome", "google-chrome-stable"}, []string{"Google", "Chrome", "Application", "chrome.exe"}, "Google Chrome.app"},
		{chromium, []string{"chromium", "chromium-browser"}, []string{"Chromium", "Application", "chrome.exe"}, "Chromium.app"},
		{edge, []string{"microsoft-edge", "microsoft-edge-stable"}, []string{"Microsoft", "Edge", "Application", "msedge.exe"}, "Microsoft Edge.app"},
		{firefox, []string{"firefox", "firefox-esr"}, []string{"Mozilla Firefox", "firefox.exe"}, "Firefox.app"},
	} {
		is := false
		switch goos {
		case "windows":
			for _, folder := range []string{"ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"} {
				if dir := getenv(folder); dir != "" {
					is = is || exists(filepath.Join(append([]string{dir}, b.windows...)...))
				}
			}
		case "darwin":
			is = exists("/Applications/" + b.darwin)
		default:
			for _, name := range b.linux {
				_, err := look(name)
				is = is || err == nil
			}
		}
		if is {
			found = append(found, b.name)
		}
	}
	return found
}
