// Command hello is the baseline of the row open: the least program that says something.
package main

import "os"

func main() { _, _ = os.Stdout.WriteString("hello\n") }
