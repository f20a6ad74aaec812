package shelf

import (
	"strconv"
	"sync"
	"testing"
)

func TestOneThingForOneName(t *testing.T) {
	s := New(8, func() *int { return new(int) })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { s.Of("a", "b") })
	}
	wg.Wait()
	*s.Of("a", "b") = 7
	if *s.Of("a", "b") != 7 {
		t.Error("one name stands for two things")
	}
	if *s.Of("ab") != 0 || *s.Of("a") != 0 {
		t.Error("two names stand for one thing")
	}
}

func TestAFullShelfForgets(t *testing.T) {
	s := New(3, func() *int { return new(int) })
	*s.Of("first") = 1
	for i := range 3 {
		s.Of(strconv.Itoa(i))
	}
	if len(s.kept) > 3 || *s.Of("first") != 0 {
		t.Errorf("%d kept, the first is %d", len(s.kept), *s.Of("first"))
	}
}
