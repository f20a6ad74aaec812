package main

// How the tests of Windows' questions are told that the desktop is there for them alone, and how many they are.
const (
	ownDesktopName = "CTIAGENT_TEST_DESKTOP"
	questionTests  = 2
)
