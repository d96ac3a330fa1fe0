package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/qingshao/qingshao/internal/hj212cli"
	"github.com/qingshao/qingshao/internal/sm4key"
)

// hj212Cmd turns frames into JSON lines and back; data alone goes to stdout.
type hj212Cmd struct {
	Decode decodeCmd `cmd:"" help:"把字节流解码为每帧一行 JSON"`
	Encode encodeCmd `cmd:"" help:"把每行一帧的 JSON 编码为报文"`

	Station hj212StationCmd `cmd:"" help:"模拟一台数采仪：连接接收端，上传数据，执行指令，逐帧显示"`
}

type decodeCmd struct {
	JSON    bool     `name:"json" help:"输出 JSON（唯一的格式，可省略）"`
	Count   bool     `help:"只输出合计：帧数、可用帧数、字节数"`
	Printed bool     `help:"密文写成 {0xE4,…} 的文字（总会自动识别，可省略）"`
	Strict  bool     `help:"另按标准逐项检查可用的帧，列在 findings"`
	SM4Key  []string `name:"sm4-key" placeholder:"HEX" help:"2025 数据区的 SM4 密钥：32 位十六进制或 16 个字符；可给两个，先新后旧"`
	File    string   `arg:"" optional:"" type:"existingfile" help:"文件；不填则读标准输入"`
}

type encodeCmd struct {
	SM4Key []string `name:"sm4-key" placeholder:"HEX" help:"重新加密用的 SM4 密钥：32 位十六进制或 16 个字符"`
	File   string   `arg:"" optional:"" type:"existingfile" help:"文件；不填则读标准输入"`
}

// Run decodes.
func (c decodeCmd) Run() error {
	o, err := keys(c.SM4Key)
	if err != nil {
		return err
	}
	o.Strict = c.Strict
	if c.Count {
		return convert(c.File, hj212cli.Count, o)
	}
	return convert(c.File, hj212cli.Decode, o)
}

// Run encodes.
func (c encodeCmd) Run() error {
	o, err := keys(c.SM4Key)
	if err != nil {
		return err
	}
	return convert(c.File, hj212cli.Encode, o)
}

func keys(texts []string) (o hj212cli.Options, err error) {
	for _, text := range texts {
		k, err := sm4key.New(text)
		if err != nil {
			return o, err
		}
		o.Keys = append(o.Keys, k)
	}
	return o, nil
}

func convert(file string, f func(io.Reader, io.Writer, hj212cli.Options) error, o hj212cli.Options) (err error) {
	in := os.Stdin
	if file != "" {
		if in, err = os.Open(file); err != nil {
			return err
		}
		defer in.Close()
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	return errors.Join(f(bufio.NewReaderSize(in, 1<<16), out, o), out.Flush())
}
