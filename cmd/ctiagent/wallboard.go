package main

import (
	"net/url"

	"github.com/spf13/cobra"
)

// openWallboardCommand opens the wallboard in the browser, on the queues that are named; without one the page asks which.
// With --json the address is printed instead, for a program that opens it.
func (a *app) openWallboardCommand() *cobra.Command {
	return &cobra.Command{Use: "open-wallboard [QUEUE...]", Args: a.between(0, -1), RunE: func(cmd *cobra.Command, queues []string) error {
		var ticket struct {
			URL string `json:"url"`
		}
		if err := a.call(cmd.Context(), "control.ticket", nil, &ticket); err != nil {
			return err
		}
		address, err := wallboardAddress(ticket.URL, queues)
		switch {
		case err != nil:
			return err
		case a.json:
			return a.print(map[string]string{"url": address})
		case openBrowser(address) != nil:
			return a.line(a.t("cli.control.visit", map[string]any{"URL": address}))
		}
		return a.line(a.t("cli.wallboard.opened", nil))
	}}
}

// wallboardAddress makes the wallboard's address of the control page's: the ticket in its fragment is good for either.
func wallboardAddress(control string, queues []string) (string, error) {
	u, err := url.Parse(control)
	if err != nil {
		return "", err
	}
	u.Path, u.RawQuery = "/wallboard/", url.Values{"queue": queues}.Encode()
	return u.String(), nil
}
