// Package sm4key makes the SM4 cipher of HJ 212-2025 data areas (数据区加密) from a
// key as people and devices write it. It is for the gateway and the command line;
// it stores no keys, and its errors never contain one.
package sm4key

import (
	"encoding/hex"

	"github.com/emmansun/gmsm/sm4"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// New returns the cipher of key: 16 ASCII characters, used as they are, as the
// standard writes NewSK, or 32 hexadecimal digits.
func New(key string) (hj212.Cipher, error) {
	b := []byte(key)
	if len(b) == 2*sm4.BlockSize {
		var err error
		if b, err = hex.DecodeString(key); err != nil {
			return nil, invalid()
		}
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return nil, invalid()
		}
	}
	if len(b) != sm4.BlockSize {
		return nil, invalid()
	}
	block, err := sm4.NewCipher(b)
	if err != nil {
		return nil, invalid()
	}
	return block, nil
}

func invalid() error {
	return fault.Invalidf("SM4 密钥须是 16 个 ASCII 字符或 32 位十六进制数字")
}
