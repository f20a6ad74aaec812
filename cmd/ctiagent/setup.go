package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

// setupPolicy is the file of the policy directory in which a package keeps what
// the administrator said when it was installed.
const setupPolicy = "10-setup.toml"

// setupCommand is what a package calls with the system's rights, for what its
// installer has no words for. People have no use for it.
func (a *app) setupCommand() *cobra.Command {
	var origins, site string
	prepare := &cobra.Command{Use: "prepare", Hidden: true, Args: a.exactly(0), RunE: func(*cobra.Command, []string) error {
		return prepareMachine(paths.Current(), origins, site)
	}}
	prepare.Flags().StringVar(&origins, "origins", "", "")
	prepare.Flags().StringVar(&site, "site", "", "")
	cmd := group("setup", "cli.usage.setup", prepare,
		&cobra.Command{Use: "end", Hidden: true, Args: a.exactly(0), RunE: func(*cobra.Command, []string) error { return endOthers() }},
		&cobra.Command{Use: "clear", Hidden: true, Args: a.exactly(0), RunE: func(*cobra.Command, []string) error { return clearMachine(paths.Current()) }})
	cmd.Hidden = true
	return cmd
}

// prepareMachine makes the machine's folders with their rights and puts into
// them what the administrator gave: pages that need not ask, one of the site's
// files. What is wrong with either is an error, and nothing is written. What is
// not given stays as it is.
func prepareMachine(env paths.Env, origins, site string) error {
	files := map[string][]byte{}
	if origins != "" {
		files[filepath.Join(env.PolicyDir(), setupPolicy)] = originsPolicy(origins)
	}
	if site != "" {
		text, err := os.ReadFile(site)
		if err != nil {
			return err
		}
		files[env.MachineConfig()] = text
	}
	for name, text := range files {
		cfg, err := config.Parse(filepath.Base(name), text)
		if err == nil {
			err = cfg.CheckDrivers(driverOptions, vendors.Names()...)
		}
		if err != nil {
			return readable(err)
		}
	}
	for _, dir := range []struct {
		path  string
		users bool // may read it
	}{{filepath.Dir(env.MachineConfig()), true}, {env.PolicyDir(), true}, {env.StateDir(), false}, {env.LogDir(), false}} {
		if err := os.MkdirAll(dir.path, 0o755); err != nil { //nolint:gosec // its rights come next
			return err
		}
		if err := restrict(dir.path, dir.users); err != nil {
			return fmt.Errorf("set the rights of %s: %w", dir.path, err)
		}
	}
	for name, text := range files {
		if err := replaceFile(name, text); err != nil {
			return err
		}
	}
	// The site's file may hold the keys of the telephone system.
	if _, err := os.Stat(env.MachineConfig()); err == nil {
		if err := restrict(env.MachineConfig(), false); err != nil {
			return fmt.Errorf("set the rights of %s: %w", env.MachineConfig(), err)
		}
	}
	return settleService()
}

// originsPolicy is a policy that allows pages, given as a list with blanks,
// commas or semicolons between them.
func originsPolicy(list string) []byte {
	var quoted []string
	for _, o := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" \t,;", r) }) {
		quoted = append(quoted, strconv.Quote(o))
	}
	return fmt.Appendf(nil, "# Written when ctiagent was installed, from ORIGINS.\n[api]\norigins = [%s]\n", strings.Join(quoted, ", "))
}

// replaceFile writes a file as a whole or not at all.
func replaceFile(name string, text []byte) error {
	temp := name + ".new"
	if err := os.WriteFile(temp, text, 0o644); err != nil { //nolint:gosec // the folder's rights count
		return err
	}
	return os.Rename(temp, name)
}

// clearMachine removes everything of the service: the site's file and policies,
// its data and its log.
func clearMachine(env paths.Env) error {
	for _, dir := range []string{env.StateDir(), env.LogDir(), filepath.Dir(env.MachineConfig())} {
		if err := removeTree(dir); err != nil {
			return err
		}
	}
	return nil
}

// removeTree is os.RemoveAll by the plain call to remove a file: the one that
// os.RemoveAll makes is unknown to older systems of Windows' kind.
func removeTree(dir string) error {
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all = append(all, path)
		return err
	})
	if err != nil {
		return err
	}
	for _, path := range slices.Backward(all) { // what is in a folder before the folder
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}
