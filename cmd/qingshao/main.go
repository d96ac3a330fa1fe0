// Command qingshao finds environmental-pollution problems and handles them to
// the end: one binary, flags only; internal/app builds the program.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	_ "time/tzdata" // minimal machines have no time zones

	"github.com/alecthomas/kong"

	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/obs"
)

// version is set by the build.
var version = "dev"

// cli is the whole command line; each command is a struct with Run.
type cli struct {
	config.File
	Serve     serveCmd     `cmd:"" help:"启动服务"`
	User      userCmd      `cmd:"" help:"账号管理"`
	Verify    verifyCmd    `cmd:"" help:"核验审计日志，输出签名的检查点"`
	Backup    backupCmd    `cmd:"" help:"在线备份全部数据到一个文件"`
	Restore   restoreCmd   `cmd:"" help:"把备份恢复到空的数据目录或空的数据库"`
	Version   versionCmd   `cmd:"" help:"显示版本"`
	OpenAPI   openapiCmd   `cmd:"" name:"openapi" help:"输出 OpenAPI 3.1 文档"`
	HJ212     hj212Cmd     `cmd:"" name:"hj212" help:"HJ 212 报文解码与编码"`
	Simulate  simulateCmd  `cmd:"" help:"模拟监测设备，向本机的接收端发送 HJ 212 数据"`
	Telemetry telemetryCmd `cmd:"" help:"监测数据"`
	Backtest  backtestCmd  `cmd:"" help:"用预警规则回测一段外部数据"`
	Open311   open311Cmd   `cmd:"" name:"open311" help:"举报开放接口（GeoReport v2）"`
	RiskMap   riskmapCmd   `cmd:"" name:"riskmap" help:"由事实文件计算环境污染问题风险预警图，输出 JSON"`
	Forecast  forecastCmd  `cmd:"" help:"环境质量预测"`
	Bench     benchCmd     `cmd:"" help:"在本机测量速度"`
	Demo      demoCmd      `cmd:"" help:"启动演示：虚拟城市、模拟设备和各岗位账号"`
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
	parser, err := config.Parser(&c, os.Args[1:], kong.Name("qingshao"), kong.Description("清哨：发现环境污染问题，并处置到底。"),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fail(err)
	}
	k, err := parser.Parse(os.Args[1:])
	if err != nil {
		fail(config.Explain(err))
	}
	if err := k.Run(); err != nil {
		fail(err)
	}
}

// fail says in one Chinese line why, and leaves with 1.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "失败："+strings.ReplaceAll(obs.Redact(err.Error()), "\n", "；"))
	os.Exit(1)
}
