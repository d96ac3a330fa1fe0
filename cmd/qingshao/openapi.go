package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"github.com/qingshao/qingshao/internal/app"
)

type openapiCmd struct{}

// Run builds the program on an empty throw-away folder and prints the document
// of its surface; nothing is served.
func (openapiCmd) Run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "qingshao-openapi-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a, err := app.New(ctx, app.Config{Dir: dir, Profile: "wenzhou", Version: version, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	doc, err := a.OpenAPI()
	if err != nil {
		return errors.Join(err, a.Close())
	}
	_, err = os.Stdout.Write(append(doc, '\n'))
	return errors.Join(err, a.Close())
}
