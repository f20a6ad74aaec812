package desk_test

import (
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/internal/i18n"
)

// evenings are calling hours from nine to eleven, São Paulo's 10:59 being the desk's beginning.
func evenings(campaigns bool) func(*desk.Options) {
	return func(o *desk.Options) {
		o.Hours = desk.Hours{Campaigns: campaigns, Windows: dialplan.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 9 * 60, To: 11 * 60}}}
	}
}

func TestNumberIsNotDialledOutsideItsCallingHours(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.CallRedial))
	r := begin(t, evenings(false), p)
	r.dial("1133553434")
	r.clock.Advance(27 * time.Second) // 11:00
	_, err := r.do("call.dial", map[string]any{"number": "1133553435"})
	e := wantKind(t, err, cti.Forbidden, "desk.hint.hours")
	if e.Args["Local"] != "11:00" || e.Args["Opens"] != "2026-11-21 12:00" || e.Args["Number"] != "1133553435" || cti.MayHaveReached(e) {
		t.Fatalf("got %+v", e)
	}
	for lang, says := range map[i18n.Lang]string{i18n.En: "at 2026-11-21 12:00 by your clock", i18n.PtBR: "às 2026-11-21 12:00 pelo seu relógio", i18n.Es: "a las 2026-11-21 12:00 de su reloj"} {
		if text := i18n.T(lang, e.Hint, map[string]any{"Number": e.Args["Number"], "Local": e.Args["Local"], "Opens": e.Args["Opens"]}); !strings.Contains(text, says) {
			t.Errorf("%s: %s", lang, text)
		}
	}
	_, err = r.do("call.redial", nil)
	if e := wantKind(t, err, cti.Forbidden, "desk.hint.hours"); e.Args["Number"] != "+551133553434" {
		t.Fatalf("the redial is of %q", e.Args["Number"])
	}
	r.dial("9233553434") // Manaus: ten o'clock
	// The same click again is the same call, whatever the time.
	if c := r.dial("1133553434"); c.Remote.E164 != "+551133553434" {
		t.Fatalf("got %+v", c)
	}
	wantSent(t, p, "call.dial", "call.dial")
	r.clock.Advance(22 * time.Hour) // 09:00, the calls have ended
	r.dial("1133553435")
}

func TestOpeningOfTheSameDayIsToldWithoutItsDate(t *testing.T) {
	r := begin(t, func(o *desk.Options) {
		o.Hours.Windows = dialplan.Hours{{Prefix: "+5511", Days: [7]bool{5: true}, From: 12 * 60, To: 13 * 60}, {Prefix: "+5521"}}
	}, newFake("pbx", row(cti.CallDial)))
	_, err := r.do("call.dial", map[string]any{"number": "1133553435"})
	if e := wantKind(t, err, cti.Forbidden, "desk.hint.hours"); e.Args["Opens"] != "15:00" {
		t.Fatalf("opens at %q", e.Args["Opens"])
	}
	_, err = r.do("call.dial", map[string]any{"number": "2133553435"})
	wantKind(t, err, cti.Forbidden, "desk.hint.hours_never")
}

func TestCallingHoursOfCampaignsLeaveOtherCallsAlone(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := begin(t, evenings(true), p)
	r.clock.Advance(time.Hour)
	_, err := r.do("call.dial", map[string]any{"number": "1133553435", "campaign": "9"})
	wantKind(t, err, cti.Forbidden, "desk.hint.hours")
	r.dial("1133553435")
}

// Whoever needs help gets through: past what is forbidden, the hours, the
// throttle and a desk that is full.
func TestEmergencyNumbersPassEveryGuard(t *testing.T) {
	for _, number := range []string{"190", "192", "193", "112", "911"} {
		for name, guard := range map[string]func(*desk.Options){
			"forbid": func(o *desk.Options) {
				o.Forbid = []dialplan.Ban{"shortcode", "premium", "extension", "1*", "9*", dialplan.Ban(number)}
			},
			"hours":    func(o *desk.Options) { o.Hours.Windows = dialplan.Hours{{}} },
			"throttle": func(o *desk.Options) { o.Limits.DialsPerSecond = 0.001 },
			"full":     func(o *desk.Options) { o.Limits.LiveCalls = 1 },
		} {
			p := newFake("pbx", row(cti.CallDial))
			r := begin(t, guard, p)
			if name == "throttle" || name == "full" {
				r.dial("1133553434") // the one that is allowed
			}
			if c := r.dial(number); c.State != cti.Dialing || c.To != number {
				t.Errorf("%s, %s: %+v", name, number, c)
			}
			if name == "throttle" || name == "full" {
				if _, err := r.do("call.dial", map[string]any{"number": "1133553435"}); err == nil {
					t.Errorf("%s, %s: the guard guards nothing", name, number)
				}
			}
		}
	}
}

func TestForbiddenNumberIsRefusedWithItsReason(t *testing.T) {
	bans := []dialplan.Ban{"premium", "international", "shared", "fixed", "tollfree", "shortcode", "extension", "+5521*", "mobile"}
	r := begin(t, func(o *desk.Options) { o.Forbid = bans }, newFake("pbx", row(cti.CallDial)))
	for number, want := range map[string]struct{ hint, says string }{
		"0900 123 4567":   {"desk.hint.forbidden_premium", "custa mais"},
		"+1 212 555 0123": {"desk.hint.forbidden_international", "no exterior"},
		"4004-1234":       {"desk.hint.forbidden_shared", "serviço nacional"},
		"(21) 98765-4321": {"desk.hint.forbidden", "números como +5521*"},
		"(11) 98765-4321": {"desk.hint.forbidden_mobile", "celular"},
		"(11) 3355-3434":  {"desk.hint.forbidden_fixed", "telefone fixo"},
		"0800 123 4567":   {"desk.hint.forbidden_tollfree", "gratuito"},
		"180":             {"desk.hint.forbidden_shortcode", "código curto"},
		"10005":           {"desk.hint.forbidden_extension", "ramal"},
	} {
		_, err := r.do("call.dial", map[string]any{"number": number})
		e := wantKind(t, err, cti.Forbidden, want.hint)
		words := map[string]any{"Number": e.Args["Number"], "Rule": e.Args["Rule"]}
		if text := i18n.T(i18n.PtBR, e.Hint, words); !strings.Contains(text, want.says) || !strings.HasPrefix(text, number) {
			t.Errorf("%s: %s", number, text)
		}
	}
	r.dial("190")
}

// What the telephone dialled by itself is not dialled again for it.
func TestRedialOfWhatIsForbiddenIsRefused(t *testing.T) {
	p := newFake("pbx", row(cti.CallRedial))
	r := begin(t, func(o *desk.Options) { o.Forbid = []dialplan.Ban{"international"} }, p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Dialing, Direction: cti.Outbound, Number: "+12125550123"})
	_, err := r.do("call.redial", nil)
	wantKind(t, err, cti.Forbidden, "desk.hint.forbidden_international")
	wantSent(t, p)
}

func TestThrottleIsOneDialASecondWhereNobodySaysOtherwise(t *testing.T) {
	r := begin(t, func(o *desk.Options) { o.Limits = desk.Limits{} }, newFake("pbx", row(cti.CallDial)))
	r.dial("1133553431")
	r.clock.Advance(999 * time.Millisecond)
	_, err := r.do("call.dial", map[string]any{"number": "1133553432"})
	wantKind(t, err, cti.RateLimited, "desk.hint.throttle")
	r.clock.Advance(time.Millisecond)
	r.dial("1133553432")
	_, err = r.do("call.dial", map[string]any{"number": "1133553433"})
	wantKind(t, err, cti.RateLimited, "desk.hint.throttle")
}
