package config

import (
	"os"

	"golang.org/x/sys/windows"
)

// trustedInstaller owns the files of Windows itself (learn.microsoft.com:
// Well-known SIDs, NT SERVICE\TrustedInstaller).
const trustedInstaller = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

// strangers tells why a policy directory, or a file in it, cannot be the
// site's word: below ProgramData every user may make folders, so the owner must
// be an administrator. One of the program's own account counts where that
// account is an administrator's.
func strangers(f *os.File) (*problem, error) {
	sd, err := windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return nil, err
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return nil, err
	}
	token := windows.GetCurrentProcessToken()
	self, err := token.GetTokenUser()
	if err != nil {
		return nil, err
	}
	return ownedBy(owner, self.User.Sid, token.IsElevated()), nil
}

// ownedBy judges an owner; self is whom the program runs as, elevated whether
// with an administrator's rights.
func ownedBy(owner, self *windows.SID, elevated bool) *problem {
	if owner.IsWellKnown(windows.WinBuiltinAdministratorsSid) || owner.IsWellKnown(windows.WinLocalSystemSid) ||
		owner.String() == trustedInstaller || elevated && owner.Equals(self) {
		return nil
	}
	return &problem{id: "config.policy.owner.windows"}
}
