package desk_test

import (
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
)

const wholeEntry = `{"id":"01J","method":"call.setDisposition","driver":"pbx","title":"The pbx","state":"waiting","wantedAt":"2026-11-20T13:59:33.000Z",` +
	`"expiresAt":"2026-11-27T13:59:33.000Z","call":"01C","number":"+551133553434","code":"SALE","ref":"77",` +
	`"kept":{"number":"1133553434","campaign":"27","contact":{"parametro1":"3"}},"agent":"12","extension":"10005"}`

func TestEntryThatIsNotWholeIsNotRead(t *testing.T) {
	if e, params, _, err := desk.ReadEntry([]byte(wholeEntry)); err != nil || e.Code != "SALE" || params.(*cti.DispositionIn).Code != "SALE" {
		t.Fatalf("read %+v, %v", e, err)
	}
	for _, c := range [][2]string{
		{`"call.setDisposition"`, `"call.dial"`}, {`"call.setDisposition"`, `"totalip.discar"`}, {`"waiting"`, `"sent"`}, {`"01J"`, `""`},
		{`"driver":"pbx",`, ``}, {`2026-11-27`, `2036-11-27`}, {`"wantedAt":"2026-11-20T13:59:33.000Z",`, ``}, {`"code"`, `"password"`},
		{`"10005"}`, `"10005"}{}`}, {`"10005"}`, `"10005"`}, {`"SALE"`, `["SALE"]`}, {`"SALE"`, `"` + strings.Repeat("x", 40<<10) + `"`},
	} {
		if e, _, _, err := desk.ReadEntry([]byte(strings.Replace(wholeEntry, c[0], c[1], 1))); err == nil {
			t.Errorf("with %.40s it is read as %+v", c[1], e)
		}
	}
}

func FuzzReadEntry(f *testing.F) {
	for _, method := range []string{"call.setDisposition", "call.tag", "callback.schedule", "agent.pause", "agent.unpause", "call.dial"} {
		f.Add([]byte(strings.Replace(wholeEntry, "call.setDisposition", method, 1)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, params, again, err := desk.ReadEntry(data)
		if err != nil {
			return
		}
		switch params.(type) {
		case *cti.DispositionIn, *cti.TagIn, *cti.CallbackIn, *cti.PauseIn, *cti.None:
		default:
			t.Errorf("%s takes %T", e.Method, params)
		}
		if e.Method == "call.dial" {
			t.Error("a dial waits")
		}
		_, _, third, err := desk.ReadEntry(again)
		if err != nil || string(third) != string(again) {
			t.Errorf("written and read again it is %s, before %s (%v)", third, again, err)
		}
	})
}
