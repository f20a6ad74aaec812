package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc/mgr"
)

// The rights of the machine's files, in Windows' own notation: the system and
// administrators everything, users reading or nothing, and nothing inherited,
// since below ProgramData every user may make files.
const (
	forAdministrators = "O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
	forUsersToRead    = forAdministrators + "(A;OICI;0x1200a9;;;BU)"
)

// restrict lets administrators and the service alone write a file or folder,
// and users read it or not.
func restrict(path string, users bool) error {
	rights := forAdministrators
	if users {
		rights = forUsersToRead
	}
	sd, err := windows.SecurityDescriptorFromString(rights)
	if err != nil {
		return err
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return err
	}
	list, _, err := sd.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, owner, nil, list, nil)
}

// settleService tells the service manager, where the service is installed, what
// installers do not: to start it again when it fails, and its
// program's path in quotes, without which a C:\Program.exe would be the service.
func settleService() error {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("ask the service manager: %w", err)
	}
	defer m.Disconnect()
	s, err := m.OpenService(serviceName)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the service: %w", err)
	}
	defer s.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command, err := windows.UTF16PtrFromString(`"` + self + `" run --service`)
	if err != nil {
		return err
	}
	if err := windows.ChangeServiceConfig(s.Handle, windows.SERVICE_NO_CHANGE, windows.SERVICE_NO_CHANGE, windows.SERVICE_NO_CHANGE,
		command, nil, nil, nil, nil, nil, nil); err != nil {
		return fmt.Errorf("quote the service's program: %w", err)
	}
	return restarted(s)
}

// restarted has the manager start the service again after it crashed, or ended
// with an error of its own: two seconds later, and in the end once a minute.
func restarted(s *mgr.Service) error {
	var again []mgr.RecoveryAction
	for _, delay := range []time.Duration{2 * time.Second, 10 * time.Second, time.Minute} {
		again = append(again, mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: delay})
	}
	const dayInSeconds = 24 * 60 * 60
	err := s.SetRecoveryActions(again, dayInSeconds)
	if err == nil {
		err = s.SetRecoveryActionsOnNonCrashFailures(true)
	}
	if err != nil && !errors.Is(err, windows.ERROR_INVALID_LEVEL) { // wine knows crashes only
		return fmt.Errorf("have the service restarted: %w", err)
	}
	return nil
}

// endOthers ends the programs that run from this program's folder, in every
// session: files in use would stay until the computer starts anew.
func endOthers() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	list, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return fmt.Errorf("list the programs that run: %w", err)
	}
	defer windows.CloseHandle(list)
	p := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(list, &p); err == nil; err = windows.Process32Next(list, &p) {
		if p.ProcessID != uint32(os.Getpid()) {
			endIfBeside(p.ProcessID, filepath.Dir(self))
		}
	}
	if !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return fmt.Errorf("list the programs that run: %w", err)
	}
	return nil
}

// endIfBeside ends one program when its file is in the folder. One that cannot
// be looked at is somebody else's.
func endIfBeside(pid uint32, dir string) {
	p, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.PROCESS_TERMINATE|windows.SYNCHRONIZE, false, pid)
	if err != nil {
		return
	}
	defer windows.CloseHandle(p)
	name := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(name))
	if err := windows.QueryFullProcessImageName(p, 0, &name[0], &size); err != nil ||
		!strings.EqualFold(filepath.Dir(windows.UTF16ToString(name[:size])), dir) {
		return
	}
	if windows.TerminateProcess(p, 1) == nil {
		const patience = 5000 // milliseconds
		_, _ = windows.WaitForSingleObject(p, patience)
	}
}
