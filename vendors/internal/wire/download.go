package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// LargestDownload bounds what one download may have, in bytes.
const LargestDownload = 1 << 30

// ErrTooLong ends the reading of a download that is longer than LargestDownload.
var ErrTooLong = errors.New("the download is longer than 1 GiB")

// Download is an answer whose body is read piece by piece. Close it.
type Download struct {
	Status   int
	Type     string // the media type, with its parameters
	Location string // where a redirect points, which nobody follows
	Length   int64  // of the body in bytes, -1 when the server does not say

	conn    *kept
	body    io.ReadCloser
	patient time.Duration // what one piece may take
	left    int64
	ctx     context.Context
	stop    func() bool
}

// Open makes one request on a connection of its own and answers with the head. Every piece of the body may take as long
// as the whole request of [Client.Send], and the context ends it. An error is a NotSent when nothing left.
func (w *Client) Open(ctx context.Context, r Request) (*Download, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	conn, err := w.dial(ctx, "tcp", w.address)
	if err != nil {
		return nil, NotSent{err}
	}
	c := newKept(conn)
	d := &Download{conn: c, patient: Timeout, left: LargestDownload, ctx: ctx}
	if r.Timeout > 0 {
		d.patient = r.Timeout
	}
	d.stop = context.AfterFunc(ctx, func() { c.Close() })
	if err := d.begin(&r, w.head); err != nil {
		return nil, d.because(err)
	}
	return d, nil
}

func (d *Download) begin(r *Request, head []byte) error {
	if err := d.conn.SetDeadline(r.deadline(d.ctx)); err != nil {
		return errors.Join(err, d.Close())
	}
	d.conn.bounded.N = largestHead
	res, err := d.conn.begin(r, head) //nolint:bodyclose // the body is read from the connection that Close closes
	if err != nil {
		return errors.Join(err, d.Close())
	}
	d.conn.bounded.N = 2 * LargestDownload // chunks have heads, too
	d.Status, d.Type, d.Location = res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Location")
	d.Length, d.body = res.ContentLength, res.Body
	return nil
}

// Read reads the next bytes of the body.
func (d *Download) Read(p []byte) (int, error) {
	if err := d.conn.SetDeadline(time.Now().Add(d.patient)); err != nil {
		return 0, d.because(err)
	}
	if int64(len(p)) > d.left+1 {
		p = p[:d.left+1]
	}
	n, err := d.body.Read(p)
	if d.left -= int64(n); d.left < 0 {
		return n - 1, ErrTooLong
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = d.because(err)
	}
	return n, err
}

// because answers why the connection closed: the end of the context goes before what the connection says of it.
func (d *Download) because(err error) error {
	if d.ctx.Err() != nil {
		return d.ctx.Err()
	}
	return err
}

// Close ends the download, whole or not. It may be called twice.
func (d *Download) Close() error {
	d.stop()
	if err := d.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Answer is the download's head as an answer without its body, for who judges answers.
func (d *Download) Answer() Answer {
	return Answer{Status: d.Status, Type: d.Type, Location: d.Location}
}

// OK says whether the server gave what was asked for.
func (d *Download) OK() bool { return d.Status == http.StatusOK }
