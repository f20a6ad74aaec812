package ucontact

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/ucontact/ucontacttest"

	"github.com/google/go-cmp/cmp"
)

const lostGUID = "11111111-0000-4000-8000-000000000001"

// read reads a whole recording.
func read(list cti.Stream[cti.Chunk]) (sound, kind string, err error) {
	for piece, err := range list {
		if err != nil {
			return sound, kind, err
		}
		sound, kind = sound+string(piece.Data), kind+piece.Type
	}
	return sound, kind, nil
}

func fetched(t *testing.T, v *visit, in DownloadIn) (sound, kind string) {
	t.Helper()
	sound, kind, err := read(must(v, Download, in))
	if err != nil {
		t.Fatal(err)
	}
	return sound, kind
}

// lookedAt are the recordings that were asked for so far, each host's path.
func lookedAt(site *ucontacttest.T) (out []string) {
	for _, r := range site.Requests() {
		switch r.Name {
		case "records", "backup":
			out = append(out, r.Name+strings.TrimPrefix(r.URI, "/records"))
		case "Supervisor/convert":
			out = append(out, "convert "+string(r.Body))
		}
	}
	return out
}

func TestRecordingIsFoundInEachOfItsFourPlaces(t *testing.T) {
	for n, place := range []ucontacttest.Recording{{}, {Folder: someDay}, {Folder: someDay, Backup: true}, {Backup: true}} {
		site := newSite(t, ucontacttest.Options{})
		place.GUID, place.Sound = lostGUID, fmt.Sprintf("sound %d", n)
		site.Record(place)
		sound, kind := fetched(t, open(t, site, nil), DownloadIn{ConvertIn: ConvertIn{lostGUID, someDay}})
		if sound != place.Sound || kind != "audio/mpeg" {
			t.Errorf("place %d: %q of type %s", n+1, sound, kind)
		}
		// The order of manual 004, "Converter gravações".
		all := []string{"records/" + lostGUID + ".mp3", "records/" + someDay + "/" + lostGUID + ".mp3",
			"backup/" + someDay + "/" + lostGUID + ".mp3", "backup/" + lostGUID + ".mp3"}
		if diff := cmp.Diff(all[:n+1], lookedAt(site)); diff != "" {
			t.Errorf("place %d: -want +got\n%s", n+1, diff)
		}
	}
}

func TestGSMIsConvertedWhereItLies(t *testing.T) {
	for _, place := range []ucontacttest.Recording{{}, {Folder: someDay}, {Folder: someDay, Backup: true}, {Backup: true}} {
		site := newSite(t, ucontacttest.Options{Folder: "pasta"})
		place.GUID, place.Sound, place.GSM = lostGUID, "gsm", true
		site.Record(place)
		v := open(t, site, map[string]string{optionFolder: "pasta"})
		sound, kind := fetched(t, v, DownloadIn{ConvertIn: ConvertIn{lostGUID, someDay}})
		if sound != "mp3 of gsm" || kind != "audio/mpeg" {
			t.Errorf("%+v: %q of type %s", place, sound, kind)
		}
		if n := site.Received("Supervisor/convert"); n != 1 {
			t.Errorf("%+v: converted %d times", place, n)
		}
		want := "convert guid=" + lostGUID + "&pasta=" + place.Folder // the folder only where it lies in one
		if got := strings.Join(lookedAt(site), "\n"); !strings.Contains(got, want+"\n") {
			t.Errorf("%+v: %q is not in\n%s", place, want, got)
		}
	}
}

func TestGSMComesAsItIsWhenItIsNotConverted(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	site.Record(ucontacttest.Recording{GUID: lostGUID, GSM: true, Sound: "gsm"})
	v := open(t, site, nil)
	if sound, kind := fetched(t, v, DownloadIn{ConvertIn{lostGUID, ""}, formatGSM}); sound != "gsm" || kind != "audio/x-gsm" {
		t.Errorf("asked for: %q of type %s", sound, kind)
	}
	if n := site.Received("Supervisor/convert"); n != 0 {
		t.Errorf("converted %d times, though GSM was asked for", n)
	}
	site.AnswerWith(says(200, answerNo)) // convert refuses
	if sound, kind := fetched(t, v, DownloadIn{ConvertIn: ConvertIn{lostGUID, ""}}); sound != "gsm" || kind != "audio/x-gsm" {
		t.Errorf("not converted: %q of type %s", sound, kind)
	}
}

func TestRecordingNowhereIsNotFound(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	_, err := do(open(t, site, nil), Download, DownloadIn{ConvertIn: ConvertIn{lostGUID, someDay}})
	if e := failed(t, "nowhere", err, cti.NotFound); e.Hint != hintRecording {
		t.Errorf("the hint is %s", e.Hint)
	}
	if n := len(lookedAt(site)); n != 8 {
		t.Errorf("%d places were looked at, want 4 for MP3 and 4 for GSM: %v", n, lookedAt(site))
	}
	if n := site.Received("auth/getUserToken"); n != 0 {
		t.Error("the recordings' hosts want no token, and ctiagent got one")
	}
}

// A host that is away may have the recording: nobody can say that there is none.
func TestPlaceThatCannotBeAskedIsTold(t *testing.T) {
	for name, host := range map[string]http.HandlerFunc{
		"is broken": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"points elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/x.mp3", http.StatusFound)
		},
		"is broken for mp3 only": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, ".mp3") {
				w.WriteHeader(503)
			} else {
				w.WriteHeader(404)
			}
		},
	} {
		away := newHost(t, host)
		site := newSite(t, ucontacttest.Options{})
		v := open(t, site, map[string]string{optionBackup: away})
		_, err := do(v, Download, DownloadIn{ConvertIn: ConvertIn{lostGUID, someDay}})
		fails(t, name, err, cti.Unavailable)
		if sound, _ := fetched(t, v, DownloadIn{ConvertIn: ConvertIn{GUID: mp3GUID}}); sound != "ID3 sound" {
			t.Errorf("%s: what lies at the other host is %q", name, sound)
		}
	}
}

// newHost is a host of recordings that does as a test wants.
func newHost(t *testing.T, serve http.HandlerFunc) string {
	t.Helper()
	h := ucontacttest.New(ucontacttest.Options{})
	t.Cleanup(h.Close)
	h.AnswerWith(serve)
	return h.URL()
}

func TestPageIsNoRecording(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	page := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html>our new recordings</html>")
	})
	_, err := do(open(t, site, map[string]string{optionRecords: page}), Download, DownloadIn{ConvertIn: ConvertIn{GUID: lostGUID}})
	fails(t, "a page", err, cti.NotFound)
}

func TestRecordingThatBreaksOffIsAnError(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	half := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "ID3")
	})
	stream := must(open(t, site, map[string]string{optionRecords: half}), Download, DownloadIn{ConvertIn: ConvertIn{GUID: lostGUID}})
	sound, _, err := read(stream)
	fails(t, "half a recording", err, cti.Unavailable)
	if sound != "ID3" {
		t.Errorf("before that came %q", sound)
	}
}

func TestSlowRecordingEndsWithTheWish(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	slow := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, strings.Repeat("x", pieceBytes))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	v := open(t, site, map[string]string{optionRecords: slow})
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	stream, err := cti.Do(ctx, v.Actions(), Download, desk, DownloadIn{ConvertIn: ConvertIn{GUID: lostGUID}})
	if err != nil {
		t.Fatal(err)
	}
	var got int
	for piece, err := range stream {
		if got += len(piece.Data); err != nil {
			if e := cti.AsError(err); e.Kind != cti.Canceled {
				t.Errorf("ended with %v", err)
			}
		}
		cancel() // the person closes the page
	}
	if got != pieceBytes {
		t.Errorf("%d bytes came", got)
	}
}

func TestNothingButAnIDGetsIntoAnAddress(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	for _, in := range []ConvertIn{{GUID: "../../etc/passwd1"}, {GUID: "a/b/c/d/1"}, {GUID: "guid-1?x=1"}, {GUID: "guid-1#"}, {GUID: ".hidden1"}, {GUID: "guid 1"},
		{GUID: "1\r\nX: 1"}, {GUID: ""}, {GUID: strings.Repeat("1", 65)}, {GUID: "aus..wahl1"}, {GUID: "unauthorized"},
		{lostGUID, "2016-01-18"}, {lostGUID, "../.."}, {lostGUID, "2016011"}, {lostGUID, "backups1"}} {
		_, err := do(v, Download, DownloadIn{ConvertIn: in})
		fails(t, fmt.Sprintf("%+v", in), err, cti.BadRequest)
		_, err = do(v, Convert, in)
		fails(t, fmt.Sprintf("%+v", in), err, cti.BadRequest)
	}
	if n := len(site.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestRecordingOfACallLiesInItsDay(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	_, err := do(v, cti.RecordingGet, cti.RecordingIn{})
	fails(t, "without a call", err, cti.WrongState)
	guid := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	site.Record(ucontacttest.Recording{GUID: guid, Folder: time.Now().Format("20060102"), Sound: "today's"})
	site.Record(ucontacttest.Recording{GUID: lostGUID, Folder: someDay, Backup: true, Sound: "another day's"})
	for in, want := range map[cti.RecordingIn]string{{}: "today's", {Recording: guid}: "today's", {Recording: someDay + "/" + lostGUID}: "another day's", {Part: 1}: "today's"} {
		stream, err := do(v, cti.RecordingGet, in)
		if err != nil {
			t.Fatalf("%+v: %v", in, err)
		}
		if sound, _, err := read(stream); err != nil || sound != want {
			t.Errorf("%+v: %q, %v", in, sound, err)
		}
	}
	_, err = do(v, cti.RecordingGet, cti.RecordingIn{Part: 2})
	fails(t, "a second part", err, cti.BadRequest)
}
