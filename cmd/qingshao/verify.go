package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
)

// quietly logs warnings only: what commands have to say they say themselves.
func quietly() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// openData opens the data that the flags name, whether or not a server runs on
// them.
func openData(ctx context.Context, d config.Data) (*db.DB, error) {
	url, err := d.URL()
	if err != nil {
		return nil, err
	}
	return db.Open(ctx, db.Config{Dir: d.Data, URL: url})
}

type verifyCmd struct {
	config.Place
	Since string `help:"较早的检查点（文件，或 - 从标准输入读取）：证明日志自那时起只增不改" placeholder:"CHECKPOINT"`
}

// Run checks the whole audit log and the readings against it, and prints the log's
// signed checkpoint alone.
func (c verifyCmd) Run(ctx context.Context) (err error) {
	old := ""
	if c.Since != "" {
		if old, err = readCheckpoint(c.Since, os.Stdin); err != nil {
			return err
		}
	}
	d, err := openData(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	log := audit.New(d, filepath.Base(c.Profile), quietly())
	report, err := log.Verify(ctx)
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		fmt.Fprintln(os.Stderr, f.Text)
	}
	if n := len(report.Findings) + report.Omitted; n > 0 {
		return fault.Conflictf("审计日志核验不通过：发现 %d 处问题，请保留现场并报告安全管理员；首处：%s", n, report.Findings[0].Text)
	}
	if err := verifyReadings(ctx, d); err != nil {
		return err
	}
	if old != "" {
		from, err := log.Since(ctx, old)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "自检查点（%d 条）起，日志只增不改\n", from.Size)
	}
	point, err := log.Checkpoint(ctx)
	if fault.Is(err, fault.Unavailable) { // a server is sequencing this very moment
		point, err = log.Newest(ctx)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "审计日志核验通过：%d 条记录，%d 个检查点\n", report.Checked, report.Checkpoints)
	_, err = fmt.Print(point.Note)
	return err
}

// verifyReadings compares the readings with the audit log and their frames.
func verifyReadings(ctx context.Context, d *db.DB) error {
	v, err := telemetry.Verify(ctx, d)
	if err != nil {
		return err
	}
	for _, f := range v.Findings {
		fmt.Fprintln(os.Stderr, f)
	}
	if n := len(v.Findings) + v.Omitted; n > 0 {
		return fault.Conflictf("监测数据核验不通过：发现 %d 处问题，请保留现场并报告安全管理员；首处：%s", n, v.Findings[0])
	}
	fmt.Fprintf(os.Stderr, "监测数据核验通过：已封存 %d 天（%d 块），%d 帧与原始报文相符\n", v.Days, v.Chunks, v.Rows)
	return nil
}

// readCheckpoint reads a checkpoint from a file or the standard input; its whole
// text is taken as well.
func readCheckpoint(from string, stdin io.Reader) (string, error) {
	if strings.Contains(from, "\n") {
		return from, nil
	}
	if from == "-" {
		text, err := io.ReadAll(io.LimitReader(stdin, 1<<20))
		return string(text), err
	}
	text, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fault.Invalidf("没有检查点文件 %s：请给出以前 qingshao verify 输出并留存的文件", from)
	}
	return string(text), err
}
