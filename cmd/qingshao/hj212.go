package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/qingshao/qingshao/internal/hj212cli"
)

// hj212Cmd turns frames into JSON lines and back; data alone goes to stdout.
type hj212Cmd struct {
	Decode decodeCmd `cmd:"" help:"把字节流解码为每帧一行 JSON"`
	Encode encodeCmd `cmd:"" help:"把每行一帧的 JSON 编码为报文"`
}

type decodeCmd struct {
	JSON bool   `name:"json" help:"输出 JSON（唯一的格式，可省略）"`
	File string `arg:"" optional:"" type:"existingfile" help:"文件；不填则读标准输入"`
}

type encodeCmd struct {
	File string `arg:"" optional:"" type:"existingfile" help:"文件；不填则读标准输入"`
}

// Run decodes.
func (c decodeCmd) Run() error { return convert(c.File, hj212cli.Decode) }

// Run encodes.
func (c encodeCmd) Run() error { return convert(c.File, hj212cli.Encode) }

func convert(file string, f func(io.Reader, io.Writer) error) (err error) {
	in := os.Stdin
	if file != "" {
		if in, err = os.Open(file); err != nil {
			return err
		}
		defer in.Close()
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	return errors.Join(f(bufio.NewReaderSize(in, 1<<16), out), out.Flush())
}
