package ucontact

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// The formats a recording may have.
const (
	formatMP3 = "mp3"
	formatGSM = "gsm"
)

// pieceBytes is the size of a piece of a recording.
const pieceBytes = 32 << 10

// ConvertIn names a recording and the folder of its day.
type ConvertIn struct {
	GUID   string `json:"guid" required:"true" help:"the recording's guid"`
	Folder string `json:"folder,omitempty" help:"the day it lies under, such as 20160118, when it lies in a folder"`
}

// DownloadIn names a recording.
type DownloadIn struct {
	ConvertIn
	Format string `json:"format,omitempty" values:"mp3,gsm" help:"mp3 when left out; a recording that is GSM only is converted first"`
}

// place is one of the places a recording may lie in.
type place struct {
	host   *wire.Client
	base   string // path of the host's address
	folder string
}

// places are the four of manual 004, "Converter gravações", in its order: the telephony's host, there the day's folder, that
// folder at the backup, and the backup itself.
func (s *session) places(folder string) []place {
	var out []place
	add := func(host *wire.Client, at *url.URL, folder string) {
		if host != nil {
			out = append(out, place{host, at.Path, folder})
		}
	}
	add(s.records, s.opts.records, "")
	if folder != "" {
		add(s.records, s.opts.records, folder)
		add(s.backup, s.opts.backup, folder)
	}
	add(s.backup, s.opts.backup, "")
	return out
}

// seek looks for a recording in its places; nil without an error when it is in none. An error says that a place could not be
// asked, so that nobody knows.
func (s *session) seek(ctx context.Context, op, guid, folder, format string) (*wire.Download, string, error) {
	var unsure error
	for _, p := range s.places(folder) {
		target := p.base + "/records/"
		if p.folder != "" {
			target += p.folder + "/"
		}
		d, err := p.host.Open(ctx, wire.Request{Target: target + guid + "." + format, Again: true})
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, "", s.fails.Transport(op, "the recordings' host", err)
		case err != nil:
			unsure = s.fails.Transport(op, "the recordings' host", err)
			continue
		// A web server that shows a page has no sound there.
		case d.OK() && !strings.HasPrefix(d.Type, "text/"):
			return d, p.folder, nil
		case d.Status != http.StatusNotFound && !d.OK():
			unsure = s.fails.Web(op, d.Answer(), nil)
		}
		s.leave(d)
	}
	return nil, "", unsure
}

// leave closes a download, read or not.
func (s *session) leave(d *wire.Download) {
	if err := d.Close(); err != nil {
		s.log.Debug("closing a download", "driver", driverName, "error", err)
	}
}

// fetch finds a recording and streams it. One that is GSM only is converted by the system and looked for again; when that
// fails, it comes as it is.
func (s *session) fetch(ctx context.Context, op string, in DownloadIn, progress func(done, total int64)) (cti.Stream[cti.Chunk], error) {
	if err := s.checkRecording(op, in.ConvertIn); err != nil {
		return nil, err
	}
	var unsure error
	if in.Format != formatGSM {
		var d *wire.Download
		if d, _, unsure = s.seek(ctx, op, in.GUID, in.Folder, formatMP3); d != nil {
			return s.pieces(op, d, formatMP3, progress), nil
		}
		if ctx.Err() != nil {
			return nil, unsure
		}
	}
	d, folder, err := s.seek(ctx, op, in.GUID, in.Folder, formatGSM)
	switch {
	case d == nil && (err != nil || unsure != nil):
		return nil, cmp.Or(err, unsure)
	case d == nil:
		e := s.fails.Make(cti.NotFound, op, "the recording is in none of its places", cti.CertainSent, nil)
		e.Hint = hintRecording
		return nil, e
	case in.Format == formatGSM:
		return s.pieces(op, d, formatGSM, progress), nil
	}
	if _, err := s.conversion(ctx, op, ConvertIn{in.GUID, folder}); err == nil {
		if better, _, _ := s.seek(ctx, op, in.GUID, in.Folder, formatMP3); better != nil {
			s.leave(d)
			return s.pieces(op, better, formatMP3, progress), nil
		}
	}
	return s.pieces(op, d, formatGSM, progress), nil
}

// checkRecording keeps everything but ids and days out of addresses.
func (s *session) checkRecording(op string, in ConvertIn) error {
	switch {
	case !isGUID(in.GUID):
		return s.bad(op, "guid", "must be the id of a recording")
	case in.Folder != "" && (len(in.Folder) != len("20160118") || !isDigits(in.Folder)):
		return s.bad(op, "folder", "must be a day like 20160118")
	}
	return nil
}

// pieces streams a recording and closes it.
func (s *session) pieces(op string, d *wire.Download, format string, progress func(done, total int64)) cti.Stream[cti.Chunk] {
	return cti.Stream[cti.Chunk](iter.Seq2[cti.Chunk, error](func(yield func(cti.Chunk, error) bool) {
		defer s.leave(d)
		kind := d.Type
		if !strings.HasPrefix(kind, "audio/") {
			kind = map[string]string{formatMP3: "audio/mpeg", formatGSM: "audio/x-gsm"}[format]
		}
		total, done := max(d.Length, 0), int64(0)
		for {
			piece := make([]byte, pieceBytes)
			n, err := io.ReadFull(d, piece)
			done += int64(n)
			if n > 0 && !yield(cti.Chunk{Type: kind, Data: piece[:n]}, nil) {
				return
			}
			progress(done, total)
			kind = "" // on the first piece only
			switch {
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && (d.Length < 0 || done == d.Length):
				return
			case err != nil:
				yield(cti.Chunk{}, s.fails.Transport(op, "the recordings' host", err))
				return
			}
		}
	}))
}

func (s *session) conversion(ctx context.Context, op string, in ConvertIn) (Done, error) {
	return s.does(ctx, op, "Supervisor/convert", cti.Control, url.Values{"guid": {in.GUID}, s.opts.folder: {in.Folder}})
}

func (s *session) convert(ctx context.Context, r cti.Req[ConvertIn]) (Done, error) {
	if err := s.checkRecording(Convert.Name, r.In); err != nil {
		return Done{}, err
	}
	return s.conversion(ctx, Convert.Name, r.In)
}

func (s *session) download(ctx context.Context, r cti.Req[DownloadIn]) (cti.Stream[cti.Chunk], error) {
	return s.fetch(ctx, Download.Name, r.In, r.Progress)
}

// recordingGet fetches the recording of a call, or the one that is named by its guid, with its day before it where it lies in
// a day's folder: 20160118/7e4e7db9-…. Without a day that of the call counts, else today.
func (s *session) recordingGet(ctx context.Context, r cti.Req[cti.RecordingIn]) (cti.Stream[cti.Chunk], error) {
	op := cti.RecordingGet.Name
	if r.In.Part > 1 {
		return nil, s.bad(op, "part", "must be 1: a recording here has one part")
	}
	folder, guid, named := strings.Cut(r.In.Recording, "/")
	if !named {
		folder, guid = "", r.In.Recording
	}
	day := s.host.Clock().Now()
	if guid == "" {
		c, err := s.known(op, r.Target)
		if err != nil {
			return nil, err
		}
		guid, day = c.ref, c.since
	}
	if folder == "" {
		folder = day.Local().Format("20060102")
	}
	return s.fetch(ctx, op, DownloadIn{ConvertIn: ConvertIn{guid, folder}}, r.Progress)
}
