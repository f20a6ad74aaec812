// Fakephone is a program that stands in for TotalPhone: it hands its arguments to the simulator that waits at the address in
// the file beside it, as TotalPhone hands them to the one that runs already, and ends when that has taken them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := hand(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

func hand(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	address, err := os.ReadFile(filepath.Join(filepath.Dir(self), "simulator.addr"))
	if err != nil {
		return err
	}
	conn, err := net.Dial("tcp", strings.TrimSpace(string(address)))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(args); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer != "taken\n" {
		return fmt.Errorf("the simulator said %q", answer)
	}
	return nil
}
