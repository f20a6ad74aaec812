package screen

import (
	"context"
	"io"

	"ctiagent/cti"
	"ctiagent/desktop"

	"github.com/jezek/xgb/xproto"
)

// Selection is what is marked in any window, X's PRIMARY.
func (s *Screen) Selection(ctx context.Context) (string, error) {
	return s.take(ctx, xproto.AtomPrimary)
}

// Clipboard is what was copied last.
func (s *Screen) Clipboard(ctx context.Context) (string, error) {
	return s.take(ctx, s.atom["CLIPBOARD"])
}

// take asks the owner of a selection for it (ICCCM 2.0, 2.4).
func (s *Screen) take(ctx context.Context, selection xproto.Atom) (string, error) {
	s.selecting.Lock()
	defer s.selecting.Unlock()
	ctx, cancel := context.WithTimeout(ctx, offered)
	defer cancel()
	for _, kind := range []xproto.Atom{s.atom["UTF8_STRING"], xproto.AtomString} {
		text, found, err := s.convert(ctx, selection, kind)
		if found || err != nil {
			return text, err
		}
	}
	return "", nil
}

func (s *Screen) convert(ctx context.Context, selection, kind xproto.Atom) (text string, found bool, err error) {
	owner, err := xproto.GetSelectionOwner(s.conn, selection).Reply()
	if err != nil {
		return "", false, lost(err)
	}
	if owner.Owner == 0 {
		return "", false, nil
	}
	select {
	case <-s.selected: // an answer to a question that nobody waited for
	default:
	}
	to := s.atom["CTIAGENT_TAKEN"]
	if err := xproto.ConvertSelectionChecked(s.conn, s.own, selection, kind, to, xproto.TimeCurrentTime).Check(); err != nil {
		return "", false, lost(err)
	}
	for {
		select {
		case e := <-s.selected:
			if e.Selection != selection || e.Target != kind {
				continue
			}
			if e.Property == 0 {
				return "", false, nil
			}
		case <-s.ended:
			return "", false, lost(io.ErrClosedPipe)
		case <-ctx.Done():
			return "", false, &cti.Error{Kind: cti.Timeout, Text: "the program does not say what is marked in it", Hint: "desktop.hint.silent", Err: ctx.Err()}
		}
		break
	}
	reply, err := xproto.GetProperty(s.conn, false, s.own, to, xproto.GetPropertyTypeAny, 0, desktop.MaxClip/4+1).Reply()
	if err != nil {
		return "", false, lost(err)
	}
	xproto.DeleteProperty(s.conn, s.own, to)
	if reply.Type == s.atom["INCR"] || reply.Format != 8 { // so much that it comes in pieces
		return "", false, &cti.Error{Kind: cti.BadRequest, Text: "too much is marked", Hint: "desktop.hint.too_much"}
	}
	return s.text(reply.Type, reply.Value), true, nil
}
