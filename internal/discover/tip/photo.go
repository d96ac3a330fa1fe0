package tip

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"github.com/qingshao/qingshao/internal/fault"
)

// Bounds of a photo: what a phone takes, not what fills the memory.
const (
	// MaxPhotoBytes is the largest photo taken.
	MaxPhotoBytes = 15 << 20
	maxSide       = 9000
	maxPixels     = 26_000_000
)

var (
	errEmpty    = errors.New("是空文件")
	errKind     = errors.New("不是 JPEG 或 PNG 照片（按内容判断），请转换后再传")
	errBig      = errors.New("像素过大，请在手机上缩小后再传（不超过 2600 万像素、边长 9000）")
	errHeavy    = errors.New("超过 15 MB，请缩小后再传")
	errDamaged  = errors.New("已损坏，打不开，请重新拍摄或导出")
	photographs = make(chan struct{}, 2) // two at a time: a large one takes a hundred megabytes
)

func photoFault(i int, err error) error {
	return fault.Invalidf("第 %d 张照片%s", i+1, err.Error()).With("photos", "第 %d 张照片%s", i+1, err.Error())
}

// photoError makes a sentence of what is wrong with a photo.
func photoError(err error) error { return fault.Invalidf("%s", err.Error()) }

// cleanPhoto decodes a photo and encodes its pixels anew, upright: position,
// camera, owner and whatever else was in the file are gone, and a file that is
// two things at once is only a photo afterwards.
func cleanPhoto(b []byte) ([]byte, error) {
	switch {
	case len(b) == 0:
		return nil, errEmpty
	case len(b) > MaxPhotoBytes:
		return nil, errHeavy
	}
	f, ok := formatOf(b)
	if !ok {
		return nil, errKind
	}
	conf, err := f.config(bytes.NewReader(b))
	if err != nil {
		return nil, errDamaged
	}
	if conf.Width < 1 || conf.Height < 1 || conf.Width > maxSide || conf.Height > maxSide || conf.Width*conf.Height > maxPixels {
		return nil, errBig
	}
	photographs <- struct{}{}
	defer func() { <-photographs }()
	img, err := f.decode(bytes.NewReader(b))
	if err != nil {
		return nil, errDamaged
	}
	img = f.finish(img, b)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
		return nil, errDamaged
	}
	return out.Bytes(), nil
}

// format is a kind of photo that we read. They are named here one by one: what
// other parts of the program teach the image package must not widen this door.
type format struct {
	start  string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	finish func(image.Image, []byte) image.Image
}

var formatsRead = []format{
	{"\xFF\xD8\xFF", jpeg.DecodeConfig, jpeg.Decode, func(img image.Image, b []byte) image.Image { return upright(img, orientation(b)) }},
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, func(img image.Image, _ []byte) image.Image { return opaque(img) }},
}

func formatOf(b []byte) (format, bool) {
	for _, f := range formatsRead {
		if bytes.HasPrefix(b, []byte(f.start)) {
			return f, true
		}
	}
	return format{}, false
}

// opaque lays a picture with transparent parts on white.
func opaque(img image.Image) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

// orientation reads tag 0x0112 of a JPEG's Exif part (CIPA DC-008), 1 when
// there is none or it makes no sense.
func orientation(b []byte) int {
	for p := 2; p+4 <= len(b) && b[p] == 0xFF; {
		marker, size := b[p+1], int(binary.BigEndian.Uint16(b[p+2:]))
		if marker == 0xDA || size < 2 || p+2+size > len(b) {
			break
		}
		if part := b[p+4 : p+2+size]; marker == 0xE1 && bytes.HasPrefix(part, []byte("Exif\x00\x00")) {
			return exifOrientation(part[6:])
		}
		p += 2 + size
	}
	return 1
}

func exifOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if t[0] == 'I' {
		order = binary.LittleEndian
	}
	at := order.Uint32(t[4:])
	if uint64(at)+2 > uint64(len(t)) {
		return 1
	}
	n := int(order.Uint16(t[at:]))
	for i := range n {
		e := int(at) + 2 + 12*i
		if e+12 > len(t) {
			break
		}
		if order.Uint16(t[e:]) == 0x0112 {
			if v := int(order.Uint16(t[e+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

// upright turns and mirrors by an Exif orientation.
func upright(img image.Image, o int) image.Image {
	if o == 1 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Bounds(), img, img.Bounds().Min, draw.Src)
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := turned(o, x, y, w, h)
			copy(to.Pix[to.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return to
}

// turned is where a pixel of a w by h picture goes.
func turned(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// rough rounds a coordinate to about a kilometre.
func rough(v float64) float64 { return math.Round(v*100) / 100 }
