package tip

import (
	"bytes"
	"io"
	"strconv"

	"github.com/qingshao/qingshao/internal/discover/tip/media"
)

// recording makes ready for keeping what came piece by piece: a photo is made
// anew, a recording loses what it carries along.
func (s *Service) recording(src media.Source, i int) (name string, r io.Reader, err error) {
	head := make([]byte, min(src.Size(), 16))
	if _, err := src.ReadAt(head, 0); err != nil && err != io.EOF { //nolint:errorlint // ReadAt gives it bare
		return "", nil, err
	}
	if _, photo := formatOf(head); photo {
		if src.Size() > MaxPhotoBytes {
			return "", nil, photoError(errHeavy)
		}
		b, err := io.ReadAll(io.NewSectionReader(src, 0, src.Size()))
		if err != nil {
			return "", nil, err
		}
		clean, err := cleanPhoto(b)
		if err != nil {
			return "", nil, photoError(err)
		}
		return "照片" + strconv.Itoa(i+1) + ".jpg", bytes.NewReader(clean), nil
	}
	k, r, err := media.Clean(src)
	if err != nil {
		return "", nil, err
	}
	if k.Video {
		return "视频" + strconv.Itoa(i+1) + k.Ext, r, nil
	}
	return "录音" + strconv.Itoa(i+1) + k.Ext, r, nil
}
