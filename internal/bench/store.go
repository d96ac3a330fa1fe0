package bench

import (
	"context"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// mustBeEmpty refuses a database in which somebody works already.
func mustBeEmpty(ctx context.Context, conf app.Config) error {
	d, err := db.Open(ctx, db.Config{Dir: conf.Dir, URL: conf.Database})
	if err != nil {
		return err
	}
	defer d.Close()
	used := false
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		used, err = db.One(ctx, tx, db.Value[bool], `SELECT EXISTS (SELECT 1 FROM audit_entry) OR EXISTS (SELECT 1 FROM enterprise)`)
		return err
	})
	if err == nil && used {
		err = fault.Conflictf("测速用的数据库必须是空的，这个库里已有数据")
	}
	return err
}
