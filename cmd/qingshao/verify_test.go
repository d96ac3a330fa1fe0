package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

func here(t *testing.T) config.Place {
	t.Helper()
	return config.Place{Data: config.Data{Data: filepath.Join(t.TempDir(), "new", "data")}, Profile: "wenzhou"}
}

func addUser(t *testing.T, p config.Place, name string) {
	t.Helper()
	add := userAddCmd{Place: p, Name: name, Role: []string{"clerk"}, Area: "330302", Token: true, Days: 90}
	if _, err := output(t, func() error { return add.Run(context.Background()) }); err != nil {
		t.Fatal(err)
	}
}

func verified(t *testing.T, p config.Place, since string) (string, error) {
	t.Helper()
	return output(t, func() error { return verifyCmd{Place: p, Since: since}.Run(context.Background()) })
}

func TestVerify_PrintsACheckpointThatLaterOnesContinue(t *testing.T) {
	p := here(t)
	first, err := verified(t, p, "") // makes and migrates an empty place
	if err != nil || !strings.HasPrefix(first, "wenzhou/") || strings.Count(first, "\n— wenzhou/") != 1 {
		t.Fatalf("%q, %v", first, err)
	}
	file := filepath.Join(t.TempDir(), "checkpoint")
	if err := os.WriteFile(file, []byte(first), 0o600); err != nil {
		t.Fatal(err)
	}
	addUser(t, p, "某甲")
	second, err := verified(t, p, file)
	if err != nil || second == first {
		t.Fatalf("%q, %v", second, err)
	}
	if third, err := verified(t, p, second); err != nil || third != second {
		t.Errorf("given as text: %q, %v", third, err)
	}
	for name, bad := range map[string]string{
		"an absent file": filepath.Join(t.TempDir(), "none"), "an edited one": strings.Replace(second, "\n1\n", "\n2\n", 1) + "x\n", "no checkpoint": "a\nb\n",
	} {
		if text, err := verified(t, p, bad); !fault.Is(err, fault.Invalid) || text != "" {
			t.Errorf("%s: printed %q, %v", name, text, err)
		}
	}
	if text, err := verified(t, here(t), second); !fault.Is(err, fault.Invalid) || text != "" {
		t.Errorf("a checkpoint of another installation: %q, %v", text, err)
	}
}

func TestVerify_FailsWithAChineseSentenceAndPrintsNothing(t *testing.T) {
	ctx := context.Background()
	p := here(t)
	addUser(t, p, "某甲")
	if _, err := verified(t, p, ""); err != nil {
		t.Fatal(err)
	}
	d, err := openData(ctx, p.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE audit_entry SET actor = 'system:nobody' WHERE action = 'user.create'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := verified(t, p, "")
	if text != "" || !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "“操作人”一栏与正文不符") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%q, %v", text, err)
	}
}

func TestBackup_RestoresAndVerifies(t *testing.T) {
	ctx := context.Background()
	p := here(t)
	addUser(t, p, "某甲")
	before, err := verified(t, p, "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	silent := func(run func(context.Context) error) error {
		t.Helper()
		text, err := output(t, func() error { return run(ctx) })
		if text != "" {
			t.Errorf("printed %q on stdout", text)
		}
		return err
	}
	if err := silent(backupCmd{Data: p.Data, To: file}.Run); err != nil {
		t.Fatal(err)
	}
	if err := silent(backupCmd{Data: p.Data, To: file}.Run); !fault.Is(err, fault.Conflict) {
		t.Errorf("over an existing file: %v", err)
	}
	back := here(t)
	if err := silent(restoreCmd{Data: back.Data, From: file}.Run); err != nil {
		t.Fatal(err)
	}
	if err := silent(restoreCmd{Data: back.Data, From: file}.Run); !fault.Is(err, fault.Conflict) {
		t.Errorf("over existing data: %v", err)
	}
	if _, err := verified(t, back, before); err != nil {
		t.Errorf("the restored log does not continue the old checkpoint: %v", err)
	}
	list, err := output(t, func() error { return (userListCmd{Place: back}).Run(ctx) })
	if err != nil || !strings.Contains(list, "某甲") {
		t.Errorf("%q, %v", list, err)
	}
}
