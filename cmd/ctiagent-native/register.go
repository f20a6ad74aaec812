package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"ctiagent/internal/nativehost"
)

// errUsage is how this program is called by people.
var errUsage = errors.New(`usage: ctiagent-native register [--machine] [ID...] | unregister [--machine]
ID is an extension that you packed yourself: 32 letters from a to p as chrome://extensions shows it, or that of Firefox, name@site`)

// where are the places that a command line is about, this program's path there, and what is left of the line.
func where(args []string) (places []nativehost.Place, at nativehost.Registration, rest []string, err error) {
	flags := flag.NewFlagSet("ctiagent-native", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	machine := flags.Bool("machine", false, "for everybody at the computer")
	root := flags.String("root", "", "the folder of a package that is being made, in which this program is")
	if flags.Parse(args) != nil || *root != "" && !*machine {
		return nil, at, nil, errUsage
	}
	program, err := os.Executable()
	if err != nil {
		return nil, at, nil, fmt.Errorf("find this program: %w", err)
	}
	if *root != "" {
		inside, err := filepath.Rel(*root, program)
		if err != nil || !filepath.IsLocal(inside) {
			return nil, at, nil, fmt.Errorf("this program, %s, is not in the folder %s", program, *root)
		}
		program = string(filepath.Separator) + inside
	}
	at = nativehost.Registration{Program: program, Root: *root}
	if *machine {
		return nativehost.Machine(runtime.GOOS, program), at, flags.Args(), nil
	}
	places, err = nativehost.Person(runtime.GOOS, os.Getenv)
	return places, at, flags.Args(), err
}

// register lets browsers start this program for the extension: the one of this project, or the ones named, which an
// administrator has packed with a key of his own. They are the browsers of this person, or with --machine everybody's.
func register(out io.Writer, args []string) error {
	places, at, rest, err := where(args)
	if err != nil {
		return err
	}
	if at.IDs, err = nativehost.ParseIDs(rest...); err != nil {
		return fmt.Errorf("%w\n%w", err, errUsage)
	}
	told := "" // on Windows browsers share a file
	for _, p := range places {
		file, err := at.Register(p)
		if err != nil {
			return err
		}
		if file != told {
			fmt.Fprintln(out, file)
		}
		told = file
	}
	return nil
}

// unregister takes back what register wrote.
func unregister(out io.Writer, args []string) error {
	places, at, rest, err := where(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || at.Root != "" {
		return errUsage
	}
	for _, p := range places {
		file, err := nativehost.Unregister(p)
		if err != nil {
			return err
		}
		if file != "" {
			fmt.Fprintln(out, file)
		}
	}
	return nil
}
