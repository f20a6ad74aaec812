package peer

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

// OfSocket is the user at the other end of a named pipe: of the client when
// this process made the pipe, else of the server.
func OfSocket(c net.Conn) (User, error) {
	p, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return User{}, fmt.Errorf("%T: %w", c, ErrUnknown)
	}
	h := windows.Handle(p.Fd())
	var flags, pid uint32
	if err := windows.GetNamedPipeInfo(h, &flags, nil, nil, nil); err != nil {
		return User{}, fmt.Errorf("ask the pipe for its end: %w", err)
	}
	ask := windows.GetNamedPipeServerProcessId
	if flags&windows.PIPE_SERVER_END != 0 {
		ask = windows.GetNamedPipeClientProcessId
	}
	if err := ask(h, &pid); err != nil {
		return User{}, fmt.Errorf("ask the pipe for its peer: %w", err)
	}
	u, token, err := ofProcess(pid)
	if err != nil {
		return User{}, err
	}
	defer token.Close()
	u.Admin = IsSystem(u.ID) || administers(token)
	return u, nil
}

// administers says whether a process has an administrator's rights now, which it has only after the question of Windows.
func administers(token windows.Token) bool {
	admins, err := windows.CreateWellKnownSid(windows.WinBuiltinAdministratorsSid)
	if err != nil {
		return false
	}
	groups, err := token.GetTokenGroups()
	if err != nil {
		return false
	}
	for _, g := range groups.AllGroups() {
		if g.Attributes&windows.SE_GROUP_ENABLED != 0 && g.Sid.Equals(admins) {
			return true
		}
	}
	return false
}

// OfTCP is the user whose socket is remote's end of a connection between local
// and remote on this computer.
func OfTCP(local, remote netip.AddrPort) (User, error) {
	family, size := uint32(windows.AF_INET), 24
	if remote.Addr().Unmap().Is6() {
		family, size = windows.AF_INET6, 56
	}
	table, err := owners(family)
	if err != nil {
		return User{}, err
	}
	for i := 4; i+size <= len(table); i += size {
		r := table[i : i+size]
		var from, to netip.AddrPort
		var pid uint32
		if family == windows.AF_INET { // MIB_TCPROW_OWNER_PID: state, address, port, address, port, pid
			from = addressOf(r[4:8], r[8:])
			to = addressOf(r[12:16], r[16:])
			pid = binary.LittleEndian.Uint32(r[20:])
		} else { // MIB_TCP6ROW_OWNER_PID: address, scope, port, address, scope, port, state, pid
			from = addressOf(r[0:16], r[20:])
			to = addressOf(r[24:40], r[44:])
			pid = binary.LittleEndian.Uint32(r[52:])
		}
		if from == plain(remote) && to == plain(local) {
			u, token, err := ofProcess(pid)
			if err == nil {
				token.Close()
			}
			return u, err
		}
	}
	return User{}, ErrUnknown
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// addressOf reads an address and a port, both in network order.
func addressOf(a, port []byte) netip.AddrPort {
	addr, _ := netip.AddrFromSlice(a)
	return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port))
}

// owners asks GetExtendedTcpTable for the connections with their processes
// (TCP_TABLE_OWNER_PID_CONNECTIONS).
func owners(family uint32) ([]byte, error) {
	const connections = 4
	proc := windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")
	size := uint32(1 << 14)
	for range 5 { // the table may grow between two calls
		buf := make([]byte, size)
		r, _, _ := proc.Call(uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&size)), 0, uintptr(family), connections, 0)
		switch windows.Errno(r) {
		case 0:
			return buf[:size], nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
		default:
			return nil, fmt.Errorf("list tcp connections: %w", windows.Errno(r))
		}
	}
	return nil, ErrUnknown
}

// ofProcess is whose a process is, with its token, which the caller closes.
func ofProcess(pid uint32) (User, windows.Token, error) {
	p, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return User{}, 0, fmt.Errorf("look at process %d: %w", pid, err)
	}
	defer windows.CloseHandle(p)
	var token windows.Token
	if err := windows.OpenProcessToken(p, windows.TOKEN_QUERY, &token); err != nil {
		return User{}, 0, fmt.Errorf("look at the token of process %d: %w", pid, err)
	}
	u, err := token.GetTokenUser()
	if err != nil {
		token.Close()
		return User{}, 0, fmt.Errorf("look at the user of process %d: %w", pid, err)
	}
	return named(u.User.Sid.String()), token, nil
}

// PortHolder knows nothing here.
func PortHolder(port int) string { return "" }

// PortCommand is what finds out who listens on a port.
func PortCommand(port int) string { return fmt.Sprintf("netstat -ano | findstr :%d", port) }
