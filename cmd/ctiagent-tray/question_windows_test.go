package main

import (
	"context"
	"os"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/windows"
)

// shown is a question on the screen.
type shown struct {
	t      *testing.T
	user   *windows.LazyDLL
	window uintptr
	answer chan int
}

// asksPerson shows a question and waits until it is on the screen.
func asksPerson(ctx context.Context, t *testing.T, question string, choices ...string) *shown {
	t.Helper()
	if os.Getenv(ownDesktopName) == "" {
		t.Skip("opens windows; TestQuestionsUnderWine runs it on a desktop of its own")
	}
	s := &shown{t: t, user: windows.NewLazySystemDLL("user32.dll"), answer: make(chan int, 1)}
	go func() {
		chosen, err := choose(ctx, "ctiagent", question, choices)
		if err != nil && ctx.Err() == nil {
			t.Error(err)
		}
		s.answer <- chosen
	}()
	class, err := windows.UTF16PtrFromString(dialogClass)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	// The system shows a dialog once all its parts are made.
	visible := func() bool {
		is, _, _ := s.user.NewProc("IsWindowVisible").Call(s.window)
		return is != 0
	}
	for late := time.After(20 * time.Second); s.window == 0 || !visible(); {
		select {
		case <-tick.C:
			s.window, _, _ = s.user.NewProc("FindWindowExW").Call(0, 0, uintptr(unsafe.Pointer(class)), 0)
		case <-late:
			t.Fatal("no question is shown")
		}
	}
	return s
}

// words are those of the question's parts: the label first, then the buttons.
func (s *shown) words() (all []string) {
	for part := uintptr(0); ; {
		part, _, _ = s.user.NewProc("FindWindowExW").Call(s.window, part, 0, 0)
		if part == 0 {
			return all
		}
		var text [512]uint16
		_, _, _ = s.user.NewProc("GetWindowTextW").Call(part, uintptr(unsafe.Pointer(&text[0])), uintptr(len(text)))
		all = append(all, windows.UTF16ToString(text[:]))
	}
}

// send posts a message to the question.
func (s *shown) send(message, wparam uintptr) {
	_, _, _ = s.user.NewProc("PostMessageW").Call(s.window, message, wparam, 0)
}

// gets waits for the answer.
func (s *shown) gets(want int) {
	s.t.Helper()
	select {
	case got := <-s.answer:
		if got != want {
			s.t.Errorf("the answer is %d, want %d", got, want)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("there is no answer")
	}
}

func TestQuestionIsAnsweredByItsButtons(t *testing.T) {
	const question = `"https://crm.example.com" möchte wählen & sehen?`
	s := asksPerson(t.Context(), t, question, "Allow & go", "Later", "Never")
	if diff := cmp.Diff(s.words(), []string{question, "Allow && go", "Later", "Never"}); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
	s.send(command, firstButton+1)
	s.gets(1)
}

func TestQuestionThatIsClosedOrForgottenHasNoAnswer(t *testing.T) {
	s := asksPerson(t.Context(), t, "Dial 190?", "Dial", "Cancel")
	s.send(command, 1) // Enter, where no button is the default
	s.send(closeWindow, 0)
	s.gets(-1)
	ctx, cancel := context.WithCancel(t.Context())
	s = asksPerson(ctx, t, "Dial 190?", "Dial", "Cancel")
	cancel()
	s.gets(-1)
}
