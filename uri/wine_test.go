package uri

// How the tests of the registry are told that it is there for them alone, and how many they are.
const (
	ownRegistry  = "CTIAGENT_TEST_REGISTRY"
	windowsTests = 6
)
