// Command qingshao finds environmental-pollution problems and handles them to
// the end: one binary, flags only; internal/app builds the program.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // minimal machines have no time zones

	"github.com/alecthomas/kong"

	"github.com/qingshao/qingshao/internal/fault"
)

// version is set by the build.
var version = "dev"

// cli is the whole command line; each command is a struct with Run.
type cli struct {
	Serve    serveCmd    `cmd:"" help:"启动服务"`
	User     userCmd     `cmd:"" help:"账号管理"`
	Version  versionCmd  `cmd:"" help:"显示版本"`
	OpenAPI  openapiCmd  `cmd:"" name:"openapi" help:"输出 OpenAPI 3.1 文档"`
	HJ212    hj212Cmd    `cmd:"" name:"hj212" help:"HJ 212 报文解码与编码"`
	Simulate simulateCmd `cmd:"" help:"模拟监测设备，向本机的接收端发送 HJ 212 数据"`
}

type versionCmd struct{}

// Run prints the version alone.
func (versionCmd) Run() error {
	fmt.Println("qingshao " + version)
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	parser, err := kong.New(&c, kong.Name("qingshao"), kong.Description("清哨：发现环境污染问题，并处置到底。"),
		kong.DefaultEnvars("QINGSHAO"), kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fail(err)
	}
	k, err := parser.Parse(os.Args[1:])
	if err != nil {
		fail(fault.Invalidf("命令行有误：%v；用 qingshao --help 查看用法", err))
	}
	if err := k.Run(); err != nil {
		fail(err)
	}
}

// fail says in one Chinese line why, and leaves with 1.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "失败："+err.Error())
	os.Exit(1)
}
