//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"
)

// strangers tells why a policy directory, or a file in it, cannot be the
// site's word: somebody else than root could have written it.
func strangers(f *os.File) (*problem, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return openTo(ok && st.Uid == 0, info.Mode()), nil
}

// openTo judges owner and mode.
func openTo(ofRoot bool, mode fs.FileMode) *problem {
	switch {
	case !ofRoot:
		return &problem{id: "config.policy.owner"}
	case mode.Perm()&0o022 != 0:
		return &problem{id: "config.policy.writable"}
	}
	return nil
}
