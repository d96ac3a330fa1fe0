package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/qingshao/qingshao/internal/fault"
)

// Sentence says in Chinese why a line could not be opened or broke.
func Sentence(err error) string {
	var why *fault.Error
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var wait net.Error
	switch {
	case errors.As(err, &why):
		return why.Message
	case errors.As(err, &dns):
		return "找不到主机 " + dns.Name + "，请检查地址"
	case errors.As(err, &host):
		return "对方证书不是发给这个主机名的，请核对地址"
	case errors.As(err, &unknown):
		return "对方证书不受信任，请让对方换用受信任的证书，或在服务器上安装其根证书"
	case errors.As(err, &cert):
		return "对方证书无效或已过期"
	case errors.As(err, &record):
		return "对方没有按 TLS 应答，请检查端口和加密方式"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "对方拒绝连接，请检查地址和端口，或对方是否在运行"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		return "对方长时间没有应答"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "连接中断"
	}
	return "没有连上对方"
}
