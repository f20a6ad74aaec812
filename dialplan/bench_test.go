package dialplan

import "testing"

func BenchmarkExplain(b *testing.B) {
	p := saoPaulo(b)
	for b.Loop() {
		if e := p.Explain("(11) 98765-4321"); e.Dialed != "987654321" {
			b.Fatal(e)
		}
	}
}
