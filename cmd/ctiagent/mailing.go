package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/vendors/totalip/mailing"

	"github.com/spf13/cobra"
)

// mailingCommand is the tree of what is done with the files of lists.
func (a *app) mailingCommand() *cobra.Command {
	return group("mailing", "cli.usage.mailing", a.mailingCheckCommand(), a.mailingImportCommand(), a.mailingExportCommand())
}

func (a *app) mailingCheckCommand() *cobra.Command {
	columns, road := mailing.MostNumbers, ""
	cmd := &cobra.Command{Use: "check FILE", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		l, err := a.openList(args[0], columns, road)
		if err != nil {
			return err
		}
		defer l.close()
		sum, err := l.scan(cmd.Context(), nil, nil)
		if err != nil {
			return err
		}
		if err := a.showList(l, sum, ""); err != nil {
			return err
		}
		return l.sendable(sum)
	}}
	cmd.Flags().IntVar(&columns, "phones", columns, "")
	cmd.Flags().StringVar(&road, "road", "", "")
	return cmd
}

// list is a file of contacts that is being read.
type list struct {
	app   *app
	name  string // as it was typed
	file  *os.File
	info  fs.FileInfo // as it was when it was opened
	check mailing.Check
	cfg   config.Config
}

// openList opens a file and gathers what its lines are held to.
func (a *app) openList(name string, columns int, typed string) (*list, error) {
	if columns < 1 || columns > mailing.MostNumbers {
		return nil, usage("mailing.usage.phones", "Value", columns, "Most", mailing.MostNumbers)
	}
	cfg, _, err := a.load(true)
	if err != nil {
		return nil, err
	}
	road, err := roadOf(typed, cfg)
	if err != nil {
		return nil, err
	}
	plan, err := newPlan(cfg)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, usage("cli.usage.file", "Problem", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() { // it may be read twice
		err = usage("mailing.usage.ordinary", "File", name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &list{a, name, f, info, mailing.Check{Plan: plan, Road: road, Columns: columns}, cfg}, nil
}

// close ends the reading; nothing can be lost by it.
func (l *list) close() { _ = l.file.Close() }

// same says whether the file still is what it was when it was opened.
func (l *list) same() error {
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != l.info.Size() || !info.ModTime().Equal(l.info.ModTime()) {
		return l.problem(cti.WrongState, "the file was changed while it was read", "mailing.hint.changed", nil)
	}
	return nil
}

// problem is something about this file.
func (l *list) problem(kind cti.Kind, text, hint string, args map[string]string) error {
	all := map[string]string{"File": l.name}
	for k, v := range args {
		all[k] = v
	}
	return problem(kind, text, hint, all, nil)
}

// scan checks every line, and gives the good ones to take, unless it is nil. The bad ones are kept in the file keep, unless
// it is nil.
func (l *list) scan(ctx context.Context, keep *os.File, take func(mailing.Line)) (mailing.Summary, error) {
	m := l.app.newMeter()
	defer m.clear()
	read := func(lines, bytes int64) {
		if lines%1000 == 0 {
			m.bar(bytes, l.info.Size())
		}
	}
	var bad io.Writer // a nil file is no nil writer
	if keep != nil {
		bad = keep
	}
	sum, err := mailing.Scan(ctx, l.file, l.check, bad, take, read)
	if err != nil {
		return sum, err
	}
	return sum, l.same()
}

// sendable says what keeps a file from being sent as it is.
func (l *list) sendable(sum mailing.Summary) error {
	switch {
	case sum.BadLines > 0:
		return l.problem(cti.BadRequest, fmt.Sprintf("%d lines cannot be sent", sum.BadLines), "mailing.hint.bad_lines", map[string]string{"Count": fmt.Sprint(sum.BadLines)})
	case sum.Contacts == 0:
		return l.problem(cti.BadRequest, "the list is empty", "mailing.hint.empty", nil)
	}
	return nil
}

// toldProblem is a problem with its sentence.
type toldProblem struct {
	mailing.Problem
	Text string `json:"text"`
}

// showList tells what a file holds and what is wrong with it.
func (a *app) showList(l *list, sum mailing.Summary, kept string) error {
	if a.json {
		report := struct {
			File string `json:"file"`
			Road string `json:"road"`
			mailing.Summary
			Problems []toldProblem `json:"problems"`
			Kept     string        `json:"kept,omitempty"`
		}{l.name, l.check.Road.Name, sum, []toldProblem{}, kept}
		for _, p := range sum.Problems {
			report.Problems = append(report.Problems, toldProblem{p, p.In(a.lang)})
		}
		return a.print(report)
	}
	var b strings.Builder
	for _, p := range sum.Problems {
		field := ""
		if p.Field != "" {
			field = p.Field + ": "
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s%s\n", l.name, p.Line, p.Column, field, p.In(a.lang))
	}
	if more := sum.Found - int64(len(sum.Problems)); more > 0 {
		b.WriteString(a.t("mailing.check.more", map[string]any{"Count": more}) + "\n")
	}
	b.WriteString(a.t("mailing.check.sum", map[string]any{"File": l.name, "Lines": sum.Lines, "Contacts": sum.Contacts, "Numbers": sum.Numbers,
		"Schedules": sum.Schedules, "Bad": sum.BadLines, "Encoding": string(sum.Encoding)}))
	if kept != "" {
		b.WriteString("\n" + a.t("mailing.check.kept", map[string]any{"File": kept}))
	}
	return a.line(b.String())
}

// scanKeeping scans a file and, with a name, keeps its bad lines in a new file of that name, which appears only when it is
// whole and when there are any.
func (l *list) scanKeeping(ctx context.Context, name string, take func(mailing.Line)) (mailing.Summary, error) {
	if name == "" {
		return l.scan(ctx, nil, take)
	}
	if _, err := os.Lstat(name); err == nil {
		return mailing.Summary{}, usage("mailing.usage.kept", "File", name)
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".ctiagent-*") // made with mode 0600: customers are nobody else's
	if err != nil {
		return mailing.Summary{}, usage("cli.usage.file", "Problem", err)
	}
	sum, err := l.scan(ctx, temp, take)
	if err == nil {
		err = temp.Sync()
	}
	err = errors.Join(err, temp.Close())
	if err == nil && sum.BadLines > 0 {
		if err = os.Rename(temp.Name(), name); err == nil {
			return sum, nil
		}
	}
	return sum, errors.Join(err, os.Remove(temp.Name()))
}
