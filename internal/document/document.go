// Package document sets papers (文书) as PDF: A4 with the margins of GB/T 9704,
// an embedded open Chinese font, lines broken here. It knows no case and no
// person: what a paper says comes from the feature that issues it.
//
// The font is Noto Sans SC cut down to GB 2312 and the names of the places that
// ship with the program (OFL.txt); a character that it does not hold is refused
// by name, never left blank.
package document

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"

	"github.com/signintech/gopdf"

	"github.com/qingshao/qingshao/internal/fault"
)

//go:embed noto-sans-sc.ttf.gz
var packed []byte

// font unpacks the face once.
var font = sync.OnceValues(func() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
})

// The sheet, in points: A4, the text block of 156 × 225 mm.
const (
	mm     = 72 / 25.4
	left   = 28 * mm
	top    = 37 * mm
	width  = 156 * mm
	bottom = top + 225*mm
	family = "sans"

	// Body is the size of running text (三号).
	Body = 16.0
	// Title is the size of a paper's title (二号).
	Title = 22.0
	// Small is the size of notes (四号).
	Small = 14.0

	leading = 1.75
)

// Paper is one paper being set, from top to bottom.
type Paper struct {
	pdf     gopdf.GoPdf
	y       float64
	missing string
}

// New begins a paper.
func New() (*Paper, error) {
	face, err := font()
	if err != nil {
		return nil, err
	}
	p := &Paper{}
	p.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	err = p.pdf.AddTTFFontDataWithOption(family, face, gopdf.TtfOption{OnGlyphNotFound: func(r rune) {
		if !strings.ContainsRune(p.missing, r) {
			p.missing += string(r)
		}
	}})
	if err != nil {
		return nil, err
	}
	p.page()
	return p, nil
}

func (p *Paper) page() {
	p.pdf.AddPage()
	p.y = top
}

// Center sets one line in the middle.
func (p *Paper) Center(size float64, text string) error {
	return p.lines(size, text, 0, func(w float64) float64 { return left + (width-w)/2 })
}

// Right sets lines at the right, as a signature stands, so many points before the
// edge.
func (p *Paper) Right(size, before float64, text string) error {
	return p.lines(size, text, 0, func(w float64) float64 { return left + width - w - before })
}

// Para sets a paragraph, its first line drawn in by two characters.
func (p *Paper) Para(size float64, text string) error {
	return p.lines(size, text, 2*size, func(float64) float64 { return left })
}

// Line sets a paragraph that is not drawn in.
func (p *Paper) Line(size float64, text string) error {
	return p.lines(size, text, 0, func(float64) float64 { return left })
}

// Space leaves so many lines of a size free.
func (p *Paper) Space(size, lines float64) { p.y += size * leading * lines }

func (p *Paper) lines(size float64, text string, indent float64, at func(width float64) float64) error {
	if err := p.pdf.SetFont(family, "", size); err != nil {
		return err
	}
	for _, part := range strings.Split(text, "\n") {
		room := width - indent
		lead := indent
		for _, line := range p.broken(part, &room) {
			if p.y+size*leading > bottom {
				p.page()
				if err := p.pdf.SetFont(family, "", size); err != nil {
					return err
				}
			}
			w, err := p.pdf.MeasureTextWidth(line)
			if err != nil {
				return err
			}
			p.pdf.SetXY(at(w)+lead, p.y)
			if err := p.pdf.Cell(nil, line); err != nil {
				return err
			}
			p.y += size * leading
			lead = 0
		}
	}
	return nil
}

// closing marks may not begin a line.
const closing = "，。；：！？、）》”’〕】%"

// broken cuts a text into lines that fit; the first has the room given, the
// others the whole width.
func (p *Paper) broken(text string, room *float64) (out []string) {
	line := ""
	for _, r := range text {
		w, err := p.pdf.MeasureTextWidth(line + string(r))
		if err == nil && w > *room && line != "" && !strings.ContainsRune(closing, r) {
			out = append(out, line)
			line, *room = "", width
		}
		line += string(r)
	}
	return append(out, line)
}

// Bytes ends the paper. A character that the font does not hold is an error that
// names it.
func (p *Paper) Bytes() ([]byte, error) {
	text, err := p.pdf.GetBytesPdfReturnErr()
	if p.missing != "" {
		return nil, fault.Invalidf("文书的字库没有这些字：%s；请改用常用字，或用其他办法打印", p.missing)
	}
	return text, err
}
