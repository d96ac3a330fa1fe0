package main

import (
	"context"
	"fmt"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/config"
)

// open311Cmd manages the open interface for reports (GeoReport v2).
type open311Cmd struct {
	Key open311KeyCmd `cmd:"" help:"生成一个密钥，供其他程序提交举报；只输出密钥"`
}

type open311KeyCmd struct {
	config.Place
	Name string `help:"给谁用，例如 12345 平台" required:""`
}

// Run prints the key alone.
func (c open311KeyCmd) Run(ctx context.Context) error {
	secret, err := app.NewOpen311Key(ctx, c.Place, c.Name)
	if err != nil {
		return err
	}
	_, err = fmt.Println(secret)
	return err
}
