package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// What browsers know this program and its extension by. The Chromium id follows from the key in web/extension/manifest.json.
const (
	hostName    = "com.ctiagent.native"
	chromiumID  = "mmiddanfklhcokebbdeeipcaokfhckbn"
	firefoxID   = "ctiagent@example.com"
	description = "Lets the ctiagent extension dial and follow calls"
)

// manifest is a browser's permission to start this program.
type manifest struct {
	Name              string   `json:"name"`
	Description       string   `json:"description"`
	Path              string   `json:"path"`
	Type              string   `json:"type"`
	AllowedOrigins    []string `json:"allowed_origins,omitempty"`    // Chromium and its kin
	AllowedExtensions []string `json:"allowed_extensions,omitempty"` // Firefox
}

// place is where one browser looks for manifests.
type place struct {
	dir     string // of the file
	key     string // of the registry of Windows, which names the file
	firefox bool
}

// places are those of one person's browsers (developer.chrome.com, learn.microsoft.com, extensionworkshop.com). A browser that
// is not there now may be installed later.
func places(goos string, getenv func(string) string) ([]place, error) {
	home := getenv("HOME")
	switch goos {
	case "windows":
		local := getenv("LOCALAPPDATA")
		if local == "" {
			return nil, errors.New("LOCALAPPDATA is not set: there is no place for the files of this person")
		}
		dir := filepath.Join(local, "ctiagent", "native")
		return []place{
			{dir: dir, key: `Software\Google\Chrome\NativeMessagingHosts\` + hostName},
			{dir: dir, key: `Software\Chromium\NativeMessagingHosts\` + hostName},
			{dir: dir, key: `Software\Microsoft\Edge\NativeMessagingHosts\` + hostName},
			{dir: filepath.Join(dir, "firefox"), key: `Software\Mozilla\NativeMessagingHosts\` + hostName, firefox: true},
		}, nil
	case "darwin":
		if home == "" {
			return nil, errors.New("HOME is not set: there is no place for the files of this person")
		}
		support := filepath.Join(home, "Library", "Application Support")
		return []place{
			{dir: filepath.Join(support, "Google", "Chrome", "NativeMessagingHosts")},
			{dir: filepath.Join(support, "Chromium", "NativeMessagingHosts")},
			{dir: filepath.Join(support, "Microsoft Edge", "NativeMessagingHosts")},
			{dir: filepath.Join(support, "Mozilla", "NativeMessagingHosts"), firefox: true},
		}, nil
	}
	config := getenv("XDG_CONFIG_HOME")
	if config == "" && home != "" {
		config = filepath.Join(home, ".config")
	}
	if config == "" || home == "" {
		return nil, errors.New("HOME is not set: there is no place for the files of this person")
	}
	return []place{
		{dir: filepath.Join(config, "google-chrome", "NativeMessagingHosts")},
		{dir: filepath.Join(config, "chromium", "NativeMessagingHosts")},
		{dir: filepath.Join(config, "microsoft-edge", "NativeMessagingHosts")},
		{dir: filepath.Join(home, ".mozilla", "native-messaging-hosts"), firefox: true},
	}, nil
}

func (p place) file() string { return filepath.Join(p.dir, hostName+".json") }

// chromiumName is how Chromium writes the id of an extension.
func chromiumName(id string) bool { return regexp.MustCompile(`^[a-p]{32}$`).MatchString(id) }

// register lets the browsers of this person start this program for the extension: the one of this project, or the one
// named, which an administrator has packed with a key of his own.
func register(out io.Writer, args []string) error {
	id := chromiumID
	switch {
	case len(args) == 1 && chromiumName(args[0]):
		id = args[0]
	case len(args) > 0:
		return errors.New("usage: ctiagent-native register [EXTENSION-ID], 32 letters from a to p, as chrome://extensions shows it")
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	all, err := places(runtime.GOOS, os.Getenv)
	if err != nil {
		return err
	}
	for _, p := range all {
		m := manifest{Name: hostName, Description: description, Path: program, Type: "stdio"}
		if p.firefox {
			m.AllowedExtensions = []string{firefoxID}
		} else {
			m.AllowedOrigins = []string{"chrome-extension://" + id + "/"}
		}
		b, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		if err := os.MkdirAll(p.dir, 0o700); err != nil {
			return fmt.Errorf("make the folder of manifests: %w", err)
		}
		if err := os.WriteFile(p.file(), append(b, '\n'), 0o600); err != nil {
			return fmt.Errorf("write the manifest: %w", err)
		}
		if err := enter(p); err != nil {
			return err
		}
		fmt.Fprintln(out, p.file())
	}
	return nil
}

// unregister takes back what register wrote.
func unregister(out io.Writer) error {
	all, err := places(runtime.GOOS, os.Getenv)
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := leave(p); err != nil {
			return err
		}
		switch err := os.Remove(p.file()); {
		case err == nil:
			fmt.Fprintln(out, p.file())
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("remove the manifest: %w", err)
		}
	}
	return nil
}
