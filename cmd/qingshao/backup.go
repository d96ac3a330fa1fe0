package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/qingshao/qingshao/internal/backup"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/fault"
)

type backupCmd struct {
	config.Data
	To string `help:"备份文件；不会覆盖已有文件" type:"path" required:"" placeholder:"FILE"`
}

// Run writes a backup while a server may be running.
func (c backupCmd) Run(ctx context.Context) (err error) {
	d, err := openData(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	m, err := backup.Write(ctx, d, cliActor.ID, version, c.To)
	if err != nil {
		return err
	}
	info, err := os.Stat(c.To)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "备份完成：%s，%d 项，压缩前 %d 字节，文件 %d 字节；文件含全部数据且未加密，请妥善保管\n", c.To, len(m.Parts), m.Bytes(), info.Size())
	return nil
}

type restoreCmd struct {
	config.Data
	From string `help:"备份文件" type:"path" required:"" placeholder:"FILE"`
}

// Run restores into an empty place and verifies what it restored.
func (c restoreCmd) Run(ctx context.Context) error {
	url, err := c.URL()
	if err != nil {
		return err
	}
	m, report, err := backup.Restore(ctx, c.From, backup.Target{Dir: c.Data.Data, URL: url}, quietly())
	if err != nil {
		for i, f := range report.Findings {
			if i > 0 { // the first stands in the error
				fmt.Fprintln(os.Stderr, f.Text)
			}
		}
		return err
	}
	if !report.OK() {
		return fault.Conflictf("恢复后的审计日志核验不通过")
	}
	fmt.Fprintf(os.Stderr, "恢复完成：%d 项，制作于 %s；审计日志核验通过（%d 条）\n", len(m.Parts), m.MadeAt.Local().Format("2006-01-02 15:04:05"), report.Size)
	return nil
}
