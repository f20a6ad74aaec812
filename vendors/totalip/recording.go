package totalip

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// pieceBytes is the size of a piece of a recording.
const pieceBytes = 32 << 10

// A recording's media type, and how one begins.
const (
	wavType = "audio/wav"
	riff    = "RIFF"
)

// SoundIn names a recording by its call, and by the part where the call has several, or by the file's own code.
type SoundIn struct {
	Call string `json:"codigo_ligacao,omitempty" help:"the call's code, such as 1272916393.14005"`
	Part int    `json:"parte,omitempty" help:"which part, counted from 1, when the call has several"`
	File string `json:"codigo_monitoria,omitempty" help:"the file's code, instead of codigo_ligacao"`
}

// Sound fetches a recording.
var Sound = cti.Action[SoundIn, cti.Stream[cti.Chunk]]{Name: "totalip.gravacao", Title: "Fetch the recording of a call", Effect: cti.Observe}

func (s *session) sound(ctx context.Context, r cti.Req[SoundIn]) (cti.Stream[cti.Chunk], error) {
	return s.record(ctx, Sound.Name, r.In, r.Progress)
}

// record streams a recording (manual 002, 1.1.13). Sound is known by its first bytes: the manual names no media type, and
// refusals come as words with status 200.
func (s *session) record(ctx context.Context, op string, in SoundIn, progress func(done, total int64)) (cti.Stream[cti.Chunk], error) {
	q := url.Values{}
	switch {
	case (in.Call == "") == (in.File == ""):
		return nil, s.fails.bad(op, "codigo_ligacao", "or codigo_monitoria must be given, not both")
	case in.Call != "" && !isUniqueID(in.Call):
		return nil, s.fails.bad(op, "codigo_ligacao", "must be two numbers with a dot between them, such as 1272916393.14005")
	case in.File != "" && !isDigits(in.File):
		return nil, s.fails.bad(op, "codigo_monitoria", "must be made of digits only")
	case in.Part < 0 || in.Part > 999 || in.Part > 0 && in.File != "":
		return nil, s.fails.bad(op, "parte", "must be 1 to 999, and goes with codigo_ligacao only")
	case in.Call != "":
		q.Set("codigo_ligacao", in.Call)
	default:
		q.Set("codigo_monitoria", in.File)
	}
	if in.Part > 0 {
		q.Set("parte", strconv.Itoa(in.Part))
	}
	d, body, err := s.begin(ctx, op, telephony, "gravacao", q, func(head []byte) bool { return strings.HasPrefix(string(head), riff) })
	if err != nil {
		return nil, err
	}
	return s.pieces(op, d, body, progress), nil
}

// pieces streams a recording and closes it.
func (s *session) pieces(op string, d *wire.Download, body *bufio.Reader, progress func(done, total int64)) cti.Stream[cti.Chunk] {
	return func(yield func(cti.Chunk, error) bool) {
		defer func() { _ = d.Close() }() // it was only read
		total, done, kind := max(d.Length, 0), int64(0), wavType
		for {
			piece := make([]byte, pieceBytes)
			n, err := fill(body, piece)
			done += int64(n)
			if n > 0 && !yield(cti.Chunk{Type: kind, Data: piece[:n]}, nil) {
				return
			}
			progress(done, total)
			kind = "" // on the first piece only
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(cti.Chunk{}, s.fails.Transport(op, "the system", err))
				return
			}
		}
	}
}

// fill reads until piece is full or the body ends. Unlike io.ReadFull it does not take a body that broke for one that ended.
func fill(body io.Reader, piece []byte) (n int, err error) {
	for n < len(piece) && err == nil {
		var more int
		more, err = body.Read(piece[n:])
		n += more
	}
	return n, err
}

// recordingGet fetches the recording of a call, or of the code that is given: with a dot it is a call's, else a file's.
func (s *session) recordingGet(ctx context.Context, r cti.Req[cti.RecordingIn]) (cti.Stream[cti.Chunk], error) {
	op := cti.RecordingGet.Name
	in := SoundIn{Part: r.In.Part}
	switch word := r.In.Recording; {
	case word == "":
		in.Call = s.contacts.code(r.Ref)
		if in.Call == "" {
			e := s.fails.Make(cti.NotFound, op, "the system has not told this call's code, and recordings are found by it", cti.NotSent, nil)
			return nil, e
		}
	case strings.Contains(word, "."):
		in.Call = word
	default:
		in.File = word
	}
	return s.record(ctx, op, in, r.Progress)
}
