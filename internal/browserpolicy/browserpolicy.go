// Package browserpolicy writes the files by which an administrator lets the browsers of a site use ctiagent without
// asking the person: the pages that may reach this computer, the links that open, the extensions that are there.
package browserpolicy

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"ctiagent/internal/config"
)

// Site is what the policies are about.
type Site struct {
	// Origins are the pages, as ParseOrigins answers them.
	Origins []string
	// Schemes are the kinds of telephone link that these pages may open.
	Schemes []string
	// Extensions are installed for everybody.
	Extensions []Extension
	// TrustHTTP has Chrome and Edge take the http pages among Origins for safe. Without it no page over http that has a
	// public address reaches this computer; with it, whoever stands between page and browser can use the telephone.
	TrustHTTP bool
}

// Extension is one browser extension and where the browser fetches it.
type Extension struct{ ID, URL string }

// Firefox says whether the extension is one for Firefox, which the shape of its ID tells.
func (e Extension) Firefox() bool { return !chromiumID().MatchString(e.ID) }

// File is one file to hand out.
type File struct {
	// Name is the file's path below the folder of all, with slashes.
	Name string
	// Goes are the places where the browsers look for it, or how it is brought in.
	Goes []Place
	Data []byte
}

// Place is where one browser finds its policy.
type Place struct {
	// Browser is Chrome, Chromium, Edge or Firefox.
	Browser string
	// System is linux, windows or darwin, as Go names them.
	System string
	// Path is a file, a command that an administrator calls, or what is opened or handed out.
	Path string
}

// Error is a text that was given and cannot be used. ID names the sentence that says so.
type Error struct{ ID, Text string }

// Error answers what was wrong, for developers.
func (e *Error) Error() string { return fmt.Sprintf("%s: %q", e.ID, e.Text) }

// The ids of the sentences of Error.
const (
	BadOrigin    = "policy.usage.origin"
	NoOrigin     = "policy.usage.no_origin"
	BadExtension = "policy.usage.extension"
)

// Each is compiled when it is needed: a program that only serves needs none.
var (
	chromiumID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-p]{32}$`) })
	firefoxID  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9._-]{1,64})$`)
	})
	safeURL = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^https://[A-Za-z0-9\-._~:/?\[\]@!$&()*+,=%]+$`) })
)

// mostOrigins bounds what one policy names.
const mostOrigins = 1000

// ParseOrigins answers the origins as browsers write them, each once. An origin ends after host and port and names one
// host: a policy with a wildcard would let in more than its writer sees.
func ParseOrigins(texts []string) ([]string, error) {
	var out []string
	for _, text := range texts {
		o, ok := config.Origin(strings.TrimSpace(text))
		if !ok {
			return nil, &Error{BadOrigin, text}
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	if len(out) == 0 || len(out) > mostOrigins {
		return nil, &Error{NoOrigin, ""}
	}
	return out, nil
}

// ParseExtension reads ID=URL. The ID is one of Chrome and Edge, 32 letters from a to p, or one of Firefox, name@site or
// a GUID in braces; the URL is https.
func ParseExtension(text string) (Extension, error) {
	bad := &Error{BadExtension, text}
	id, address, ok := strings.Cut(text, "=")
	if !ok || !chromiumID().MatchString(id) && !firefoxID().MatchString(id) || len(address) > 2048 || !safeURL().MatchString(address) {
		return Extension{}, bad
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return Extension{}, bad
	}
	return Extension{id, address}, nil
}

// launch lets pages open one kind of link without a question.
type launch struct {
	Protocol string   `json:"protocol"`
	Origins  []string `json:"allowed_origins"`
}

// chromium are the policies of Chrome, Chromium and Edge.
type chromium struct {
	AutoLaunch []launch `json:"AutoLaunchProtocolsFromOrigins"`
	Extensions []string `json:"ExtensionInstallForcelist,omitempty"`
	Local      []string `json:"LocalNetworkAccessAllowedForUrls"` // Chrome 139 to 145
	Loopback   []string `json:"LoopbackNetworkAllowedForUrls"`    // from 146 on
	Insecure   []string `json:"OverrideSecurityRestrictionsOnInsecureOrigin,omitempty"`
}

// handler says that a kind of link opens what the system has for it. Firefox still asks whether a page may open it, but
// for the pages that AutoLaunch names.
type handler struct {
	Action string `json:"action"`
	Ask    bool   `json:"ask"`
}

type install struct {
	Mode string `json:"installation_mode"`
	URL  string `json:"install_url"`
}

// firefox are the policies of Firefox.
type firefox struct {
	AutoLaunch []launch           `json:"AutoLaunchProtocolsFromOrigins"`
	Extensions map[string]install `json:"ExtensionSettings,omitempty"`
	Handlers   struct {
		Schemes map[string]handler `json:"schemes"`
	} `json:"Handlers"`
	// Network names pages that may reach this computer. Its key Enabled is left alone: that one also turns on the blocking
	// of trackers.
	Network struct {
		SkipDomains []string `json:"SkipDomains"`
	} `json:"LocalNetworkAccess"`
}

func (s Site) launches() []launch {
	var out []launch
	for _, scheme := range s.Schemes {
		out = append(out, launch{scheme, s.Origins})
	}
	return out
}

func (s Site) chromium() chromium {
	c := chromium{AutoLaunch: s.launches(), Local: s.Origins, Loopback: s.Origins}
	for _, e := range s.Extensions {
		if !e.Firefox() {
			c.Extensions = append(c.Extensions, e.ID+";"+e.URL)
		}
	}
	if s.TrustHTTP {
		c.Insecure = s.HTTP()
	}
	return c
}

func (s Site) firefox() firefox {
	f := firefox{AutoLaunch: s.launches()}
	f.Handlers.Schemes = map[string]handler{}
	for _, scheme := range s.Schemes {
		f.Handlers.Schemes[scheme] = handler{Action: "useSystemDefault"}
	}
	for _, o := range s.Origins {
		u, err := url.Parse(o)
		if err != nil {
			continue // ParseOrigins lets none such pass
		}
		// A host of this computer would open it to every page: the policy counts for the other end as well.
		if host := u.Hostname(); !loopback(host) && !slices.Contains(f.Network.SkipDomains, host) {
			f.Network.SkipDomains = append(f.Network.SkipDomains, host)
		}
	}
	for _, e := range s.Extensions {
		if e.Firefox() {
			if f.Extensions == nil {
				f.Extensions = map[string]install{}
			}
			f.Extensions[e.ID] = install{"force_installed", e.URL}
		}
	}
	return f
}

// HTTP are the origins without TLS.
func (s Site) HTTP() (out []string) {
	for _, o := range s.Origins {
		if strings.HasPrefix(o, "http://") {
			out = append(out, o)
		}
	}
	return out
}

func loopback(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "::1" || strings.HasPrefix(host, "127.")
}

// Files are the policies of the site for every browser and system.
func Files(s Site) ([]File, error) {
	chrome, err := json.MarshalIndent(s.chromium(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the policy of Chrome: %w", err)
	}
	fox, err := json.MarshalIndent(struct {
		Policies firefox `json:"policies"`
	}{s.firefox()}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the policy of Firefox: %w", err)
	}
	reg, err := s.registry()
	if err != nil {
		return nil, err
	}
	profile, err := s.profile()
	if err != nil {
		return nil, err
	}
	const name = "ctiagent.json"
	return []File{
		{Name: "linux/" + name, Data: append(chrome, '\n'), Goes: []Place{
			{"Chrome", "linux", "/etc/opt/chrome/policies/managed/" + name},
			{"Chromium", "linux", "/etc/chromium/policies/managed/" + name},
			{"Edge", "linux", "/etc/opt/edge/policies/managed/" + name},
		}},
		{Name: "linux/policies.json", Data: append(fox, '\n'), Goes: []Place{{"Firefox", "linux", "/etc/firefox/policies/policies.json"}}},
		{Name: "windows/ctiagent-browsers.reg", Data: reg, Goes: []Place{{"Chrome, Edge, Firefox", "windows", "reg import ctiagent-browsers.reg"}}},
		{Name: "macos/ctiagent-browsers.mobileconfig", Data: profile, Goes: []Place{{"Chrome, Chromium, Edge, Firefox", "darwin", "ctiagent-browsers.mobileconfig"}}},
	}, nil
}
