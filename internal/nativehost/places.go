package nativehost

import (
	"errors"
	"path/filepath"
)

// Place is where one browser looks for manifests.
type Place struct {
	Browser string // Chrome, Chromium, Edge or Firefox
	Dir     string // of the file
	Key     string // of the registry of Windows, which names the file; "" elsewhere
	Machine bool   // for everybody at the computer
	Firefox bool   // Firefox names extensions in its own way
}

// File is the manifest.
func (p Place) File() string { return filepath.Join(p.Dir, Name+".json") }

// The browsers.
const (
	chrome   = "Chrome"
	chromium = "Chromium"
	edge     = "Edge"
	firefox  = "Firefox"
)

// Person are the places of one person's browsers (developer.chrome.com, learn.microsoft.com, extensionworkshop.com). A
// browser that is not there now may be installed later.
func Person(goos string, getenv func(string) string) ([]Place, error) {
	home := getenv("HOME")
	switch goos {
	case "windows":
		local := getenv("LOCALAPPDATA")
		if local == "" {
			return nil, errors.New("LOCALAPPDATA is not set: there is no place for the files of this person")
		}
		return registered(filepath.Join(local, "ctiagent", "native"), false), nil
	case "darwin":
		if home == "" {
			return nil, errors.New("HOME is not set: there is no place for the files of this person")
		}
		support := filepath.Join(home, "Library", "Application Support")
		return folders(false, filepath.Join(support, "Google", "Chrome", "NativeMessagingHosts"), filepath.Join(support, "Chromium", "NativeMessagingHosts"),
			filepath.Join(support, "Microsoft Edge", "NativeMessagingHosts"), filepath.Join(support, "Mozilla", "NativeMessagingHosts")), nil
	}
	config := getenv("XDG_CONFIG_HOME")
	if config == "" && home != "" {
		config = filepath.Join(home, ".config")
	}
	if config == "" || home == "" {
		return nil, errors.New("HOME is not set: there is no place for the files of this person")
	}
	return folders(false, filepath.Join(config, "google-chrome", "NativeMessagingHosts"), filepath.Join(config, "chromium", "NativeMessagingHosts"),
		filepath.Join(config, "microsoft-edge", "NativeMessagingHosts"), filepath.Join(home, ".mozilla", "native-messaging-hosts")), nil
}

// Machine are the places of everybody's browsers at a computer. On Windows, where browsers look in no folder, the files stand
// beside the program, which nobody but an administrator may write to.
func Machine(goos, program string) []Place {
	switch goos {
	case "windows":
		return registered(filepath.Join(filepath.Dir(program), "native"), true)
	case "darwin":
		return folders(true, "/Library/Google/Chrome/NativeMessagingHosts", "/Library/Application Support/Chromium/NativeMessagingHosts",
			"/Library/Microsoft/Edge/NativeMessagingHosts", "/Library/Application Support/Mozilla/NativeMessagingHosts")
	}
	return folders(true, "/etc/opt/chrome/native-messaging-hosts", "/etc/chromium/native-messaging-hosts",
		"/etc/opt/edge/native-messaging-hosts", "/usr/lib/mozilla/native-messaging-hosts")
}

func folders(machine bool, ofChrome, ofChromium, ofEdge, ofFirefox string) []Place {
	return []Place{
		{Browser: chrome, Dir: ofChrome, Machine: machine},
		{Browser: chromium, Dir: ofChromium, Machine: machine},
		{Browser: edge, Dir: ofEdge, Machine: machine},
		{Browser: firefox, Dir: ofFirefox, Machine: machine, Firefox: true},
	}
}

func registered(dir string, machine bool) []Place {
	return []Place{
		{Browser: chrome, Dir: filepath.Join(dir, "chromium"), Machine: machine, Key: `Software\Google\Chrome\NativeMessagingHosts\` + Name},
		{Browser: chromium, Dir: filepath.Join(dir, "chromium"), Machine: machine, Key: `Software\Chromium\NativeMessagingHosts\` + Name},
		{Browser: edge, Dir: filepath.Join(dir, "chromium"), Machine: machine, Key: `Software\Microsoft\Edge\NativeMessagingHosts\` + Name},
		{Browser: firefox, Dir: filepath.Join(dir, "firefox"), Machine: machine, Key: `Software\Mozilla\NativeMessagingHosts\` + Name, Firefox: true},
	}
}
