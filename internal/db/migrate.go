package db

import (
	"context"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// One text serves both engines (decision 0003), so the two schemas cannot
// drift apart.
//
//go:embed migrations/*.sql
var migrations embed.FS

func provider(d *DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	dialect, opts := goose.DialectSQLite3, []goose.ProviderOption{}
	if d.engine == Postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		dialect, opts = goose.DialectPostgres, append(opts, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, d.write, dir, opts...)
}

// migrate brings the schema to the newest version, or to the given one.
func migrate(ctx context.Context, d *DB, version int64) error {
	p, err := provider(d)
	if err != nil {
		return err
	}
	if version > 0 {
		_, err = p.UpTo(ctx, version)
	} else {
		_, err = p.Up(ctx)
	}
	return err
}

// Schema gives the version of the open database and the newest that this
// program knows.
func (d *DB) Schema(ctx context.Context) (current, newest int64, err error) {
	p, err := provider(d)
	if err != nil {
		return 0, 0, err
	}
	return p.GetVersions(ctx)
}

// Newest is the newest schema version that this program knows.
func Newest() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	for _, f := range files {
		v, err := goose.NumericComponent(f)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	return newest, nil
}
