package hj212

import "encoding/base64"

// MediaAuthorization is the Authorization header of the HTTPS service to which
// HJ 212-2025 sends files (appendix H): user:password, padded to whole blocks
// (PKCS #7), encrypted block by block and written as Base64.
func MediaAuthorization(user, password string, key Cipher) string {
	b := []byte(user + ":" + password)
	pad := cipherBlock - len(b)%cipherBlock
	for range pad {
		b = append(b, byte(pad))
	}
	for p := b; len(p) > 0; p = p[cipherBlock:] {
		key.Encrypt(p[:cipherBlock], p[:cipherBlock])
	}
	return base64.StdEncoding.EncodeToString(b)
}
