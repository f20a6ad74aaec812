// Command says tells what it was started with and leaves a note on its drive.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Printf("%s %q\n", runtime.GOOS, os.Args[1:])
	if err := os.WriteFile(`C:\note`, []byte("here"), 0o600); err != nil {
		fmt.Println(err)
	}
	os.Exit(3)
}
