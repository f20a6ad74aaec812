package mailing

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// MostProblems is how many problems a summary tells one by one; it counts them all.
const MostProblems = 100

// Summary is what a file holds, and what is wrong with it.
type Summary struct {
	SHA256    string    `json:"sha256"`    // of the bytes
	Encoding  Encoding  `json:"encoding"`  // in which its letters are written
	Lines     int64     `json:"lines"`     // that are not blank
	Contacts  int64     `json:"contacts"`  // lines without a problem
	Numbers   int64     `json:"numbers"`   // of the contacts
	Schedules int64     `json:"schedules"` // of the contacts
	BadLines  int64     `json:"badLines"`
	Found     int64     `json:"problemCount"`
	Problems  []Problem `json:"problems"` // the first MostProblems

	badSum string // of the numbers of the bad lines
}

// Scan reads a whole file and checks every line. Bad lines are written to bad as they stand, behind the file's byte order
// mark, unless bad is nil. Take, which may be nil, is given the lines without a problem. Progress, which may be nil, is told
// the lines and the bytes read so far. The error is a *FileError, or one of reading or writing.
func Scan(ctx context.Context, file io.Reader, check Check, bad io.Writer, take func(Line), progress func(lines, bytes int64)) (Summary, error) {
	sum, badSum := sha256.New(), sha256.New()
	r := NewReader(io.TeeReader(file, sum), check)
	s := Summary{Problems: []Problem{}}
	var bytes int64
	for {
		line, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			s.SHA256, s.badSum, s.Encoding = hex.EncodeToString(sum.Sum(nil)), hex.EncodeToString(badSum.Sum(nil)), r.Encoding()
			return s, nil
		case err != nil:
			return s, err
		case ctx.Err() != nil:
			return s, ctx.Err()
		}
		s.Lines++
		bytes += int64(len(line.Raw))
		if progress != nil {
			progress(s.Lines, bytes)
		}
		if len(line.Problems) == 0 {
			s.count(line.Contact)
			if take != nil {
				take(line)
			}
			continue
		}
		s.BadLines++
		s.Found += int64(len(line.Problems))
		s.Problems = append(s.Problems, line.Problems[:min(len(line.Problems), MostProblems-len(s.Problems))]...)
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(line.Number))
		badSum.Write(n[:])
		if bad == nil {
			continue
		}
		if s.BadLines == 1 {
			if _, err := bad.Write(r.Mark()); err != nil {
				return s, fmt.Errorf("keep the bad lines: %w", err)
			}
		}
		if _, err := bad.Write(line.Raw); err != nil {
			return s, fmt.Errorf("keep the bad lines: %w", err)
		}
	}
}

func (s *Summary) count(c Contact) {
	s.Contacts++
	s.Numbers += int64(len(c.Numbers))
	for _, n := range c.Numbers {
		if !n.At.IsZero() {
			s.Schedules++
		}
	}
}
