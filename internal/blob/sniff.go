package blob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"

	"github.com/qingshao/qingshao/internal/fault"
)

// The media types that may be kept.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	WebP = "image/webp"
	HEIC = "image/heic"
	PDF  = "application/pdf"
	MP4  = "video/mp4"
	DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	CSV  = "text/csv"
	Text = "text/plain"
	M4A  = "audio/mp4"
	MP3  = "audio/mpeg"
	WAV  = "audio/wav"
	AMR  = "audio/amr"
)

// extensions says which names a type may bear.
var extensions = map[string]string{
	".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".webp": WebP, ".heic": HEIC, ".heif": HEIC,
	".pdf": PDF, ".mp4": MP4, ".docx": DOCX, ".xlsx": XLSX, ".csv": CSV, ".txt": Text,
	".m4a": M4A, ".mp3": MP3, ".wav": WAV, ".amr": AMR,
}

// Accepted tells people what may be uploaded.
const Accepted = "图片（jpg、png、webp、heic）、视频（mp4）、录音（m4a、mp3、wav、amr）、文档（pdf、docx、xlsx、csv、txt）"

// advice helps with what people try most often.
var advice = map[string]string{
	".zip": "不接受压缩包，请解压后逐个上传", ".rar": "不接受压缩包，请解压后逐个上传", ".7z": "不接受压缩包，请解压后逐个上传",
	".doc": "请另存为 docx 后上传", ".xls": "请另存为 xlsx 后上传", ".wps": "请另存为 docx 后上传", ".et": "请另存为 xlsx 后上传",
	".docm": "不接受带宏的文档，请另存为 docx", ".xlsm": "不接受带宏的表格，请另存为 xlsx",
	".mov": "请转换为 mp4 后上传", ".avi": "请转换为 mp4 后上传",
}

// cleanName makes a name that any system can store and show: no folders, no
// control or direction-changing characters, at most 120 characters with the
// extension kept.
func cleanName(name string) (string, error) {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	ext := path.Ext(name)
	stem := []rune(strings.TrimSuffix(name, ext))
	if ext == "" || len(stem) == 0 {
		return "", fault.Invalidf("文件名缺少扩展名；可上传：%s", Accepted)
	}
	if keep := 120 - len([]rune(ext)); len(stem) > keep {
		stem = stem[:max(keep, 1)]
	}
	return string(stem) + ext, nil
}

// expected is the type that a name promises.
func expected(name string) (string, error) {
	ext := strings.ToLower(path.Ext(name))
	if t, ok := extensions[ext]; ok {
		return t, nil
	}
	if a, ok := advice[ext]; ok {
		return "", fault.Invalidf("%s", a)
	}
	return "", fault.Invalidf("不接受 %s 文件；可上传：%s", cutExt(ext), Accepted)
}

func cutExt(ext string) string {
	if r := []rune(ext); len(r) > 12 {
		return string(r[:12]) + "…"
	}
	return ext
}

// inspect looks inside a content and refuses it unless it is what its name
// promises.
func inspect(name, want string) func(io.ReaderAt, int64) error {
	return func(c io.ReaderAt, size int64) error {
		got, err := sniff(c, size, want)
		if err != nil {
			return err
		}
		if got != want {
			return fault.Invalidf("“%s”的内容与扩展名不符，文件可能已损坏或被改名；请用原始文件重新上传", name)
		}
		return nil
	}
}

var (
	heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"}
	mp4Brands  = []string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "3gp4", "3gp5", "dash"}
)

// sniff tells the type of a content by its first bytes, "" when it is none of
// ours. Text has no mark of its own: CSV and plain text are told by want.
func sniff(c io.ReaderAt, size int64, want string) (string, error) {
	head := make([]byte, min(size, 64<<10))
	if _, err := c.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	has := func(at int, mark string) bool {
		return len(head) >= at+len(mark) && string(head[at:at+len(mark)]) == mark
	}
	switch {
	case has(0, "\xff\xd8\xff"):
		return JPEG, nil
	case has(0, "\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return WebP, nil
	case has(0, "%PDF-"):
		return PDF, nil
	case has(4, "ftyp") && len(head) >= 12 && slices.Contains(heicBrands, string(head[8:12])):
		return HEIC, nil
	case has(4, "ftypM4A "):
		return M4A, nil
	case has(0, "RIFF") && has(8, "WAVE"):
		return WAV, nil
	case has(0, "#!AMR"):
		return AMR, nil
	case has(0, "ID3"), want == MP3 && len(head) > 2 && head[0] == 0xFF && head[1]&0xE6 == 0xE2:
		return MP3, nil
	case has(4, "ftyp") && len(head) >= 12 && slices.Contains(mp4Brands, string(head[8:12])):
		return MP4, nil
	case has(0, "PK\x03\x04"):
		return office(c, size)
	case (want == CSV || want == Text) && isText(head):
		return want, nil
	}
	return "", nil
}

// isText accepts UTF-8 and GB 18030 without control characters. The last bytes
// may be half a character.
func isText(head []byte) bool {
	if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1a", r) }) {
		return false
	}
	for cut := 0; cut < 4 && cut < len(head); cut++ {
		part := head[:len(head)-cut]
		if utf8.Valid(part) {
			return true
		}
		u, err := simplifiedchinese.GB18030.NewDecoder().Bytes(part)
		if err == nil && !bytes.ContainsRune(u, utf8.RuneError) {
			return true
		}
	}
	return false
}

// office tells DOCX and XLSX from other ZIP files by the names inside, read from
// the directory at the end under tight limits: nothing is unpacked.
func office(c io.ReaderAt, size int64) (string, error) {
	names, err := zipNames(c, size)
	if err != nil {
		return "", nil // no ZIP that an office program writes
	}
	has := func(n string) bool { return slices.Contains(names, n) }
	macro := slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(strings.ToLower(n), "vbaproject.bin") })
	switch {
	case macro:
		return "", fault.Invalidf("不接受带宏的文档，请另存为不带宏的 docx 或 xlsx")
	case !has("[Content_Types].xml"):
		return "", nil
	case has("word/document.xml"):
		return DOCX, nil
	case has("xl/workbook.xml"):
		return XLSX, nil
	}
	return "", nil
}

var errZip = errors.New("not a plain ZIP file")

// The records of APPNOTE.TXT 4.3.12 and 4.3.16, without ZIP64.
const (
	endLen       = 22
	headerLen    = 46
	maxDirectory = 1 << 20
)

func zipNames(c io.ReaderAt, size int64) ([]string, error) {
	tail := make([]byte, min(size, endLen+1<<16))
	if _, err := c.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < endLen {
		return nil, errZip
	}
	length := int64(binary.LittleEndian.Uint32(tail[at+12:]))
	offset := int64(binary.LittleEndian.Uint32(tail[at+16:]))
	if length > maxDirectory || offset+length > size {
		return nil, errZip
	}
	dir := make([]byte, length)
	if _, err := c.ReadAt(dir, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var names []string
	for len(dir) > 0 {
		if len(dir) < headerLen || !bytes.HasPrefix(dir, []byte("PK\x01\x02")) {
			return nil, errZip
		}
		n := int(binary.LittleEndian.Uint16(dir[28:]))
		skip := headerLen + n + int(binary.LittleEndian.Uint16(dir[30:])) + int(binary.LittleEndian.Uint16(dir[32:]))
		if skip > len(dir) {
			return nil, errZip
		}
		names = append(names, string(dir[headerLen:headerLen+n]))
		dir = dir[skip:]
	}
	return names, nil
}
