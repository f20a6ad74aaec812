package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/paths"
	"ctiagent/uri"

	"github.com/spf13/cobra"
)

func (a *app) handlersCommand() *cobra.Command {
	command := func(use string, run func(h uri.Handler, schemes []string) error) *cobra.Command {
		var schemes []string
		var machine bool
		cmd := &cobra.Command{Use: use, Args: a.exactly(0), RunE: func(*cobra.Command, []string) error {
			for _, s := range schemes {
				if !slices.Contains(uri.Schemes(), s) {
					return usage("cli.usage.scheme", "Name", s, "Schemes", strings.Join(uri.Schemes(), ","))
				}
			}
			h, err := linkHandler()
			if err != nil {
				return err
			}
			h.Machine = machine
			if err := run(h, schemes); err != nil {
				return problem(cti.Unavailable, "the link handlers cannot be changed", "links.hint.handlers", map[string]string{"Cause": err.Error()}, err)
			}
			return a.showOwners(h, schemes, use == "register")
		}}
		cmd.Flags().StringSliceVar(&schemes, "schemes", uri.Schemes(), "")
		if use != "status" {
			cmd.Flags().BoolVar(&machine, "machine", false, "")
		}
		return cmd
	}
	return group("handlers", "cli.usage.handlers",
		command("register", func(h uri.Handler, schemes []string) error { return h.Register(schemes) }),
		command("unregister", func(h uri.Handler, schemes []string) error { return h.Unregister(schemes) }),
		command("status", func(uri.Handler, []string) error { return nil }))
}

// linkHandler is the ctiagent-open beside this program.
func linkHandler() (uri.Handler, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return uri.Handler{}, err
	}
	name := "ctiagent-open"
	if paths.Current().GOOS == "windows" {
		name += ".exe"
	}
	return uri.Handler{Program: filepath.Join(filepath.Dir(self), name)}, nil
}

// showOwners tells who gets the links; after a registration also why it may be
// somebody else.
func (a *app) showOwners(h uri.Handler, schemes []string, registered bool) error {
	owners, err := h.Owners(schemes)
	if err != nil {
		return problem(cti.Unavailable, "nobody knows who owns the links", "links.hint.handlers", map[string]string{"Cause": err.Error()}, err)
	}
	for _, o := range owners {
		if a.json {
			err = a.print(o)
		} else {
			err = a.line(a.ownerLine(o))
		}
		if err != nil {
			return err
		}
	}
	if a.json || !registered || !slices.ContainsFunc(owners, func(o uri.Owner) bool { return !o.Ours }) {
		return nil
	}
	return a.line(a.t("links.owner.choice.next", nil))
}

// ownerLine is who gets the links of a scheme, for people.
func (a *app) ownerLine(o uri.Owner) string {
	id := "links.owner.other"
	switch {
	case o.Ours:
		id = "links.owner.ours"
	case o.ID == "" && o.Owner == "":
		id = "links.owner.nobody"
	}
	name := o.Owner
	if name == "" {
		name = o.ID
	}
	return a.t(id, map[string]any{"Scheme": o.Scheme + ":", "Owner": name})
}

// linkOwners tells the doctor who gets the links of each scheme.
func (a *app) linkOwners() finding {
	h, err := linkHandler()
	var owners []uri.Owner
	if err == nil {
		owners, err = h.Owners(uri.Schemes())
	}
	if err != nil {
		return finding{"links", checkWarn, a.t("links.hint.handlers", map[string]any{"Cause": err.Error()}), ""}
	}
	f := finding{Check: "links", Status: checkOK}
	var lines []string
	for _, o := range owners {
		lines = append(lines, a.ownerLine(o))
		if !o.Ours {
			f.Status, f.Next = checkWarn, a.t("links.doctor.next", nil)
		}
	}
	f.Detail = strings.Join(lines, " ")
	return f
}
