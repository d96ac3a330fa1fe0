package blob

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingshao/qingshao/internal/fault"
)

func zipped(t testing.TB, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("<x/>")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// samples gives a content of every type.
func samples(t testing.TB) map[string]string {
	t.Helper()
	var j, p bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 2, 2))
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("企业名称,排放口\n某某纸业,1号\n")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"a.jpg": j.String(), "a.JPEG": j.String(), "a.png": p.String(),
		"a.webp": "RIFF\x24\x00\x00\x00WEBPVP8 ", "a.heic": "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
		"a.pdf": "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a.mp4": "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00",
		"a.docx": zipped(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"),
		"a.xlsx": zipped(t, "xl/workbook.xml", "[Content_Types].xml"),
		"a.csv":  "\ufeff企业,排放口\r\n甲,1\r\n", "b.csv": gb, "a.txt": "现场核查记录\t第一页\n",
	}
}

func check(name, content string) error {
	want, err := expected(name)
	if err != nil {
		return err
	}
	return inspect(name, want)(strings.NewReader(content), int64(len(content)))
}

func TestInspect_EachTypeUnderItsOwnNameOnly(t *testing.T) {
	t.Parallel()
	all := samples(t)
	for name, content := range all {
		if err := check(name, content); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for other := range all {
			a, _ := expected(name)
			b, _ := expected(other)
			textual := (b == CSV || b == Text) && (a == CSV || a == Text || a == PDF)
			if a == b || textual && a != PDF {
				continue
			}
			if err := check(other, content); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "内容与扩展名不符") {
				t.Errorf("the content of %s under the name %s: %v", name, other, err)
			}
		}
	}
}

func TestInspect_Refuses(t *testing.T) {
	t.Parallel()
	docx := samples(t)["a.docx"]
	for _, c := range []struct{ name, content, want string }{
		{"a.zip", "PK\x03\x04", "解压"}, {"a.RAR", "Rar!", "解压"}, {"a.doc", "\xd0\xcf\x11\xe0", "另存为 docx"},
		{"a.exe", "MZ", "不接受 .exe"}, {"a.svg", "<svg/>", "不接受 .svg"}, {"a.html", "<html>", "不接受 .html"}, {"a.mov", "", "mp4"},
		{"a." + strings.Repeat("长", 90), "x", "可上传"},
		{"a.docx", zipped(t, "a.txt", "b.txt"), "不符"},
		{"a.docx", zipped(t, "word/document.xml"), "不符"},
		{"a.docx", zipped(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "宏"},
		{"a.xlsx", zipped(t, "[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "宏"},
		{"a.docx", docx[:len(docx)/2], "不符"},
		{"a.jpg", "\xff\xd8", "不符"}, {"a.txt", "abc\x00def", "不符"}, {"a.csv", "MZ\x90\x00\x03", "不符"},
		{"a.txt", "\xff\xfea\x00b\x00", "不符"}, {"a.mp4", "\x00\x00\x00\x14ftypqt  ", "不符"}, {"a.pdf", " %PDF-1.7", "不符"},
	} {
		if err := check(c.name, c.content); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20s: %v, want %s", c.name, err, c.want)
		}
	}
}

// A character cut in half at the end of what is looked at is still text.
func TestIsText_HalfACharacterAtTheEnd(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64<<10-1) + "清哨"
	if err := check("a.txt", long); err != nil {
		t.Errorf("UTF-8: %v", err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(long)
	if err != nil {
		t.Fatal(err)
	}
	if err := check("a.csv", gb); err != nil {
		t.Errorf("GB 18030: %v", err)
	}
}

// A directory that claims to be huge is not read.
func TestZipNames_LyingDirectory(t *testing.T) {
	t.Parallel()
	ok := zipped(t, "[Content_Types].xml", "word/document.xml")
	at := strings.LastIndex(ok, "PK\x05\x06")
	for _, c := range []struct {
		name   string
		at     int
		number uint32
	}{{"length over the limit", at + 12, 1 << 30}, {"length past the end", at + 12, 1 << 19}, {"offset past the end", at + 16, 1 << 31}, {"length cut", at + 12, 47}} {
		b := []byte(ok)
		binary.LittleEndian.PutUint32(b[c.at:], c.number)
		if names, err := zipNames(bytes.NewReader(b), int64(len(b))); err == nil {
			t.Errorf("%s: read %v", c.name, names)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for name, content := range samples(f) {
		f.Add(name, []byte(content))
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		clean, err := cleanName(name)
		if err != nil {
			return
		}
		if err := check(clean, string(content)); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", clean, err)
		}
	})
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"现场照片.jpg", "现场照片.jpg"},
		{`C:\Users\a\照片 1.JPG`, "照片 1.JPG"},
		{"../../etc/passwd.txt", "passwd.txt"},
		{"a\x00b\r\n.txt", "ab.txt"},
		{"gpj.\u202etxt.jpg", "gpj.txt.jpg"}, // a right-to-left override hides what the name ends with
		{"\xff报告.pdf", "报告.pdf"},
		{`a<b>:"|?*.txt`, "ab.txt"},
		{" .a.txt. ", "a.txt"},
		{strings.Repeat("长", 300) + ".pdf", strings.Repeat("长", 116) + ".pdf"},
		{"noext", ""}, {".txt", ""}, {"", ""}, {"a/", ""}, {"...", ""},
	} {
		got, err := cleanName(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
	}
}
