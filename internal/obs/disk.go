//go:build unix

package obs

import "syscall"

// DiskSpace gives the size of the file system that holds a folder and what of
// it is free for us, in bytes.
func DiskSpace(dir string) (total, free int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Blocks) * int64(s.Bsize), int64(s.Bavail) * int64(s.Bsize), nil
}
