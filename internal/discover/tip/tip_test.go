package tip

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/vault"
)

func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	if err := Machine.Validate(); err != nil {
		t.Error(err)
	}
}

var policy = Policy{Prefix: "WZ-J", Days: 3, Kinds: []Kind{{Code: "water", Name: "废水", Category: "water", Questions: []Question{
	{Code: "smell", Title: "气味", Type: One, Required: true, Options: []flow.Option{{Value: "none", Title: "无"}, {Value: "strong", Title: "明显"}}},
	{Code: "signs", Title: "现象", Type: Many, Options: []flow.Option{{Value: "a", Title: "甲"}, {Value: "b", Title: "乙"}}},
	{Code: "tonnes", Title: "吨数", Type: Number}, {Code: "seen", Title: "时间", Type: DateTime}, {Code: "colour", Title: "颜色", Type: Line},
	{Code: "more", Title: "经过", Type: Text},
}}, {Code: "noise", Name: "噪声"}}}

func good() New {
	return New{Mode: Public, Channel: Web, Kind: "water", Text: "排污", Address: "五马街", Answers: map[string][]string{"smell": {"strong"}}}
}

func TestCheck_NamesEverythingWrong(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		change func(*New)
		fields []string
	}{
		"good":                      {func(*New) {}, nil},
		"anonymous":                 {func(n *New) { n.Mode = Anonymous }, nil},
		"no kind":                   {func(n *New) { n.Kind = "x" }, []string{"kind"}},
		"no mode":                   {func(n *New) { n.Mode = "" }, []string{"mode"}},
		"confidential, in clear":    {func(n *New) { n.Mode, n.Contact = Confidential, "张三 138" }, []string{"contact"}},
		"confidential, sealed":      {func(n *New) { n.Mode, n.Contact, n.Sealed = Confidential, "", &vault.Envelope{Parted: true} }, nil},
		"confidential, no contact":  {func(n *New) { n.Mode, n.Contact = Confidential, "" }, []string{"contact"}},
		"public with an envelope":   {func(n *New) { n.Sealed = &vault.Envelope{} }, []string{"mode"}},
		"insider, by this form":     {func(n *New) { n.Mode, n.Contact = Insider, "" }, []string{"mode"}},
		"anonymous with a phone":    {func(n *New) { n.Mode, n.Contact = Anonymous, "138" }, []string{"contact"}},
		"no text on the web":        {func(n *New) { n.Text = "" }, []string{"text"}},
		"no text by open311":        {func(n *New) { n.Text, n.Channel = "", Open311 }, nil},
		"text of 4000":              {func(n *New) { n.Text = strings.Repeat("污", 4000) }, nil},
		"text of 4001":              {func(n *New) { n.Text = strings.Repeat("污", 4001) }, []string{"text"}},
		"control characters":        {func(n *New) { n.Text = "a\x00b" }, []string{"text"}},
		"broken encoding":           {func(n *New) { n.Address = "\xff\xfe" }, []string{"address"}},
		"no place":                  {func(n *New) { n.Address = "" }, []string{"address"}},
		"a point is a place":        {func(n *New) { n.Address, n.HasPoint, n.Lat, n.Lng = "", true, 28, 120 }, nil},
		"an area is a place":        {func(n *New) { n.Address, n.Area = "", "330302" }, nil},
		"off the earth":             {func(n *New) { n.HasPoint, n.Lat = true, 90.01 }, []string{"lat"}},
		"no number":                 {func(n *New) { n.HasPoint, n.Lng = true, math.NaN() }, []string{"lat"}},
		"script as address":         {func(n *New) { n.MediaURL = "javascript:alert(1)" }, []string{"media_url"}},
		"web address":               {func(n *New) { n.MediaURL = "https://example.org/a.jpg" }, nil},
		"seven photos":              {func(n *New) { n.Photos = make([][]byte, 7) }, []string{"photos"}},
		"required answer missing":   {func(n *New) { n.Answers = nil }, []string{"answer.smell"}},
		"required answer blank":     {func(n *New) { n.Answers["smell"] = []string{" "} }, []string{"answer.smell"}},
		"no such option":            {func(n *New) { n.Answers["smell"] = []string{"sour"} }, []string{"answer.smell"}},
		"two answers to one":        {func(n *New) { n.Answers["smell"] = []string{"none", "strong"} }, []string{"answer.smell"}},
		"two answers to many":       {func(n *New) { n.Answers["signs"] = []string{"a", "b"} }, nil},
		"one wrong of many":         {func(n *New) { n.Answers["signs"] = []string{"a", "z"} }, []string{"answer.signs"}},
		"not a number":              {func(n *New) { n.Answers["tonnes"] = []string{"三吨"} }, []string{"answer.tonnes"}},
		"a number":                  {func(n *New) { n.Answers["tonnes"] = []string{"3.5"} }, nil},
		"not a time":                {func(n *New) { n.Answers["seen"] = []string{"昨天"} }, []string{"answer.seen"}},
		"a time with zone":          {func(n *New) { n.Answers["seen"] = []string{"2026-11-20T08:15:30+08:00"} }, nil},
		"a browser's time":          {func(n *New) { n.Answers["seen"] = []string{"2026-11-20T08:15"} }, nil},
		"a line too long":           {func(n *New) { n.Answers["colour"] = []string{strings.Repeat("红", 201)} }, []string{"answer.colour"}},
		"a text as long":            {func(n *New) { n.Answers["more"] = []string{strings.Repeat("红", 201)} }, nil},
		"a question nobody asked":   {func(n *New) { n.Answers["x"] = []string{"y"} }, []string{"answer.x"}},
		"everything that can be is": {func(n *New) { *n = New{Kind: "water", Channel: Web} }, []string{"mode", "address", "text", "answer.smell"}},
	} {
		n := good()
		x.change(&n)
		err := policy.Check(n)
		var f *fault.Error
		var got []string
		if errors.As(err, &f) {
			for _, field := range f.Fields {
				got = append(got, field.Name)
			}
		}
		if !slices.Equal(got, x.fields) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func tree(t *testing.T) *region.Tree {
	t.Helper()
	r, err := region.New([]region.Region{
		{Code: "330300", Name: "温州市", Level: region.Prefecture},
		{Code: "330302", Name: "鹿城区", Level: region.County, Parent: "330300"}, {Code: "330303", Name: "龙湾区", Level: region.County, Parent: "330300"},
		{Code: "330302006000", Name: "五马街道", Level: region.Township, Parent: "330302"},
		{Code: "330302007000", Name: "城西街道", Level: region.Township, Parent: "330302"}, {Code: "330303008000", Name: "城西街道", Level: region.Township, Parent: "330303"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLocate(t *testing.T) {
	t.Parallel()
	seats := []Seat{{"330302", 120.66, 28.01}, {"330303", 120.81, 27.93}}
	for name, x := range map[string]struct {
		n    New
		want string
	}{
		"chosen":                         {New{Area: "330303", Address: "鹿城区五马街道"}, "330303"},
		"chosen, but no area of ours":    {New{Area: "110101", Address: "鹿城区"}, "330302"},
		"the most local name":            {New{Address: "温州市鹿城区五马街道12号"}, "330302006000"},
		"the county":                     {New{Address: "鹿城区某路"}, "330302"},
		"a name that two townships have": {New{Address: "城西街道3号"}, "330300"},
		"the nearest seat":               {New{HasPoint: true, Lng: 120.80, Lat: 27.94}, "330303"},
		"words before points":            {New{Address: "鹿城区", HasPoint: true, Lng: 120.80, Lat: 27.94}, "330302"},
		"far away":                       {New{HasPoint: true, Lng: 120.1551, Lat: 30.2741}, "330300"},
		"nothing":                        {New{Address: "河边"}, "330300"},
	} {
		if got := locate(tree(t), seats, x.n); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
}

func TestReceipt_OnlyItsSecretOpensIt(t *testing.T) {
	t.Parallel()
	a, b := newSecret(), newSecret()
	if a == b || len(plain(a)) != SecretDigits {
		t.Fatalf("%q %q", a, b)
	}
	proof := verifier(a, "id-1")
	typed := strings.NewReplacer("-", " ").Replace(a)
	wide := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, a)
	for name, x := range map[string]struct {
		secret string
		id     ID
		want   bool
	}{
		"as shown": {a, "id-1", true}, "with blanks": {typed, "id-1", true}, "full width": {wide, "id-1", true},
		"another": {b, "id-1", false}, "another tip": {a, "id-2", false}, "one digit less": {a[:len(a)-1], "id-1", false},
		"letters": {"abcd-efgh-ijkl-mnop", "id-1", false}, "nothing": {"", "id-1", false},
	} {
		if matches(x.secret, x.id, proof) != x.want {
			t.Errorf("%s: want %v", name, x.want)
		}
	}
	if matches("", "", nil) {
		t.Error("nothing opens a tip that is not there")
	}
}

// photo is a picture whose top left corner is red.
func photo(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{0, 0, 255, 255})
			if x < w/2 && y < h/2 {
				img.Set(x, y, color.RGBA{255, 0, 0, 255})
			}
		}
	}
	return img
}

func jpg(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif puts an Exif part with an orientation, and a marker text that must not
// survive, behind a JPEG's first two bytes.
func exif(b []byte, orientation uint16, marker string) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	part := append([]byte("Exif\x00\x00"), append(tiff, marker...)...)
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(len(part)+2))
	return append(append(head, part...), b[2:]...)
}

func red(img image.Image, x, y int) bool {
	r, _, b, _ := img.At(x, y).RGBA()
	return r > b
}

func TestCleanPhoto_KeepsThePictureAndNothingElse(t *testing.T) {
	t.Parallel()
	for o := uint16(1); o <= 8; o++ {
		in := exif(jpg(t, photo(64, 32)), o, "GPS 28.01N 120.66E")
		out, err := cleanPhoto(in)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out, []byte("GPS")) || bytes.Contains(out, []byte("Exif")) {
			t.Errorf("orientation %d: what was beside the picture is still there", o)
		}
		img, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		w, h := img.Bounds().Dx(), img.Bounds().Dy()
		if (o >= 5) != (w == 32) {
			t.Errorf("orientation %d: %d by %d", o, w, h)
		}
		corner := map[uint16][2]int{1: {4, 4}, 2: {w - 4, 4}, 3: {w - 4, h - 4}, 4: {4, h - 4}, 5: {4, 4}, 6: {w - 4, 4}, 7: {w - 4, h - 4}, 8: {4, h - 4}}[o]
		for _, c := range [][2]int{{4, 4}, {w - 4, 4}, {w - 4, h - 4}, {4, h - 4}} {
			if red(img, c[0], c[1]) != (c == corner) {
				t.Errorf("orientation %d: red at %v is %v", o, c, red(img, c[0], c[1]))
			}
		}
	}
}

func TestCleanPhoto_RefusesWhatIsNoPhoto(t *testing.T) {
	t.Parallel()
	var wide bytes.Buffer
	if err := png.Encode(&wide, image.NewGray(image.Rect(0, 0, 10_000, 2))); err != nil {
		t.Fatal(err)
	}
	good, large := jpg(t, photo(32, 32)), jpg(t, photo(400, 400))
	for name, x := range map[string]struct {
		b    []byte
		want error
	}{
		"empty": {nil, errEmpty}, "text": {[]byte("hello"), errKind}, "svg": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), errKind},
		"html": {[]byte("<!doctype html><script>1</script>"), errKind}, "zip": {[]byte("PK\x03\x04aaaa"), errKind}, "gif": {[]byte("GIF89a\x01\x00\x01\x00"), errKind},
		"ten thousand wide": {wide.Bytes(), errBig}, "cut short": {large[:len(large)/2], errDamaged}, "heavy": {make([]byte, MaxPhotoBytes+1), errHeavy},
	} {
		if _, err := cleanPhoto(x.b); !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", name, err, x.want)
		}
	}
	// A photo that is also something else comes out as a photo alone.
	out, err := cleanPhoto(append(good, "PK\x03\x04<script>alert(1)</script>"...))
	if err != nil || bytes.Contains(out, []byte("script")) || bytes.Contains(out, []byte("PK\x03\x04")) {
		t.Errorf("%v: the other half is still there", err)
	}
	var clear bytes.Buffer
	if err := png.Encode(&clear, image.NewNRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	if out, err = cleanPhoto(clear.Bytes()); err != nil || !bytes.HasPrefix(out, []byte("\xFF\xD8")) {
		t.Errorf("a png becomes a jpeg: %v", err)
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(exif([]byte{0xFF, 0xD8}, 6, "x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o := orientation(b); o < 1 || o > 8 {
			t.Errorf("%d", o)
		}
	})
}
