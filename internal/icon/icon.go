// Package icon draws the program's icons: for each state a shape of its own, so that who sees no difference in colour
// sees one in shape.
package icon

import (
	"image"
	"image/color"
	"math"
)

// samples is how finely each pixel is looked at, in each direction.
const samples = 4

// The colours are from the palette of Okabe and Ito, which colour-blind people can tell apart; each has enough contrast
// on light and on dark panels. They are written as red, green, blue and opacity.
const (
	gray   = 0x8C8C8CFF
	green  = 0x009E73FF
	amber  = 0xE69F00FF
	blue   = 0x0072B2FF
	purple = 0xCC79A7FF
	red    = 0xD55E00FF
	white  = 0xFFFFFFFF
	none   = 0
)

// shape answers the colour at a point of the unit square, y downwards.
type shape func(x, y float64) uint32

func shapes() map[string]shape {
	return map[string]shape{
		"offline": offline, "ready": ready, "paused": paused, "ringing": ringing, "on_call": onCall, "wrapup": wrapup, "trouble": trouble,
	}
}

// Draw draws an icon as a square of so many pixels; nil when there is no icon of that name.
func Draw(name string, size int) *image.NRGBA {
	s := shapes()[name]
	if s == nil {
		return nil
	}
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for py := range size {
		for px := range size {
			img.SetNRGBA(px, py, mix(s, px, py, size))
		}
	}
	return img
}

// mix is the mean of a pixel's samples, each as strong as it is opaque.
func mix(s shape, px, py, size int) color.NRGBA {
	var r, g, b, a int
	for i := range samples {
		for j := range samples {
			x := (float64(px) + (float64(i)+0.5)/samples) / float64(size)
			y := (float64(py) + (float64(j)+0.5)/samples) / float64(size)
			c := s(x, y)
			opaque := int(c & 0xFF)
			r, g, b, a = r+int(c>>24)*opaque, g+int(c>>16&0xFF)*opaque, b+int(c>>8&0xFF)*opaque, a+opaque
		}
	}
	if a == 0 {
		return color.NRGBA{}
	}
	return color.NRGBA{uint8(r / a), uint8(g / a), uint8(b / a), uint8(a / (samples * samples))}
}

// offline is an empty ring with a bar across.
func offline(x, y float64) uint32 {
	d := math.Hypot(x-0.5, y-0.5)
	if d < 0.46 && d > 0.34 || d <= 0.34 && math.Abs(x-y) < 0.075 {
		return gray
	}
	return none
}

// ready is a disc with a check mark.
func ready(x, y float64) uint32 {
	switch {
	case near(x, y, 0.28, 0.52, 0.44, 0.68) < 0.06 || near(x, y, 0.44, 0.68, 0.74, 0.34) < 0.06:
		return white
	case math.Hypot(x-0.5, y-0.5) < 0.46:
		return green
	}
	return none
}

// paused is a square with two bars.
func paused(x, y float64) uint32 {
	switch {
	case (inside(x, 0.3, 0.43) || inside(x, 0.57, 0.7)) && inside(y, 0.26, 0.74):
		return white
	case rounded(x, y, 0.06, 0.06, 0.94, 0.94, 0.12):
		return amber
	}
	return none
}

// ringing is a bell.
func ringing(x, y float64) uint32 {
	dome := math.Hypot(x-0.5, y-0.36) < 0.26
	skirt := inside(y, 0.36, 0.72) && math.Abs(x-0.5) < 0.26+0.12*math.Max(0, (y-0.52)/0.2)
	rim := rounded(x, y, 0.06, 0.68, 0.94, 0.78, 0.05)
	clapper := math.Hypot(x-0.5, y-0.82) < 0.13 && y > 0.82
	knob := math.Hypot(x-0.5, y-0.1) < 0.07
	if dome || skirt || rim || clapper || knob {
		return blue
	}
	return none
}

// onCall is a disc with a handset.
func onCall(x, y float64) uint32 {
	// The handset: an arc with a block at either end, turned by 45 degrees.
	u, v := ((x-0.5)-(y-0.5))*math.Sqrt2/2, ((x-0.5)+(y-0.5))*math.Sqrt2/2
	d := math.Hypot(u, v+0.1)
	arc := v > -0.02 && d > 0.2 && d < 0.32
	ends := inside(math.Abs(u), 0.15, 0.33) && inside(v, -0.16, 0.02)
	switch {
	case arc || ends:
		return white
	case math.Hypot(x-0.5, y-0.5) < 0.46:
		return blue
	}
	return none
}

// wrapup is a sheet with lines on it.
func wrapup(x, y float64) uint32 {
	lines := inside(x, 0.28, 0.72) && (inside(y, 0.24, 0.32) || inside(y, 0.46, 0.54)) || inside(x, 0.28, 0.55) && inside(y, 0.68, 0.76)
	switch {
	case lines:
		return white
	case rounded(x, y, 0.14, 0.04, 0.86, 0.96, 0.06):
		return purple
	}
	return none
}

// trouble is a triangle with an exclamation mark.
func trouble(x, y float64) uint32 {
	mark := math.Abs(x-0.5) < 0.06 && inside(y, 0.36, 0.66) || math.Hypot(x-0.5, y-0.77) < 0.065
	switch {
	case mark:
		return white
	case inside(y, 0.06, 0.92) && math.Abs(x-0.5) < 0.02+(y-0.06)*0.54:
		return red
	}
	return none
}

func inside(v, from, to float64) bool { return v >= from && v <= to }

// rounded tells whether a point lies in a rectangle with round corners.
func rounded(x, y, left, top, right, bottom, radius float64) bool {
	dx := math.Max(math.Max(left+radius-x, x-(right-radius)), 0)
	dy := math.Max(math.Max(top+radius-y, y-(bottom-radius)), 0)
	return math.Hypot(dx, dy) <= radius
}

// near is the distance of a point from a line between two others.
func near(x, y, x1, y1, x2, y2 float64) float64 {
	dx, dy := x2-x1, y2-y1
	t := math.Max(0, math.Min(1, ((x-x1)*dx+(y-y1)*dy)/(dx*dx+dy*dy)))
	return math.Hypot(x-x1-t*dx, y-y1-t*dy)
}
