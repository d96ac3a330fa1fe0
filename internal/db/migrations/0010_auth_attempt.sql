-- +goose Up
-- Failed sign-ins are counted by what was typed and by where it came from,
-- whether or not such a login exists: a lock must not tell which logins are
-- real. subject is a SHA-256 in hex, because people type passwords into the
-- wrong box.
CREATE TABLE app_attempt (
    subject  TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL DEFAULT '',   -- '' = no such login, or an address
    failed   BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE INDEX app_attempt_user ON app_attempt (user_id);

ALTER TABLE app_user DROP COLUMN failed;
ALTER TABLE app_user DROP COLUMN locked_until;
ALTER TABLE app_user ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;
