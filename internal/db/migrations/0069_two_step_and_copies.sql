-- +goose Up
-- Every opening of a protected document, by the mark that its copy bears (阅件编号).
CREATE TABLE marked_copy (
    code    TEXT PRIMARY KEY,             -- without the check symbol
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    part    TEXT NOT NULL DEFAULT '',
    label   TEXT NOT NULL DEFAULT '',     -- the document's number
    area    TEXT NOT NULL DEFAULT '',
    reader  TEXT NOT NULL,
    session TEXT NOT NULL DEFAULT '',
    at      BIGINT NOT NULL
);

CREATE INDEX marked_copy_at ON marked_copy (at, code);

CREATE INDEX marked_copy_subject ON marked_copy (subject, at);

CREATE INDEX marked_copy_reader ON marked_copy (reader, at);
-- Two-step sign-in (两步验证). The secret is sealed with the key of the data folder.
ALTER TABLE app_user ADD COLUMN otp_at BIGINT NOT NULL DEFAULT 0; -- when it was switched on, 0 = off

CREATE TABLE app_otp (
    user_id   TEXT PRIMARY KEY REFERENCES app_user (id),
    secret    BYTEA NOT NULL,
    last_step BIGINT NOT NULL DEFAULT 0,   -- of the last code used; it and all before count no more
    made_at   BIGINT NOT NULL
);

CREATE TABLE app_recovery (
    user_id TEXT NOT NULL REFERENCES app_user (id),
    hash    BYTEA NOT NULL,
    PRIMARY KEY (user_id, hash)
);
