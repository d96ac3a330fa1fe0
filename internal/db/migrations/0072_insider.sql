-- +goose Up
-- Reports of insiders (内部知情人举报). Everything told lies sealed in
-- seal_envelope; here is only what routes and proves.
CREATE TABLE insider (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL,                 -- received, forwarded, kept
    proof      BYTEA NOT NULL,                -- hash of what the receipt proves
    reply_to   TEXT NOT NULL,                 -- recipient of the desk's answers, derived from the receipt
    once       TEXT NOT NULL UNIQUE,          -- the sending of one form
    clue_id    TEXT NOT NULL DEFAULT '',      -- the sanitised clue
    follows    TEXT NOT NULL DEFAULT '',
    issue_id   TEXT NOT NULL DEFAULT '',
    stage      TEXT NOT NULL,
    closed     BOOLEAN NOT NULL DEFAULT FALSE,
    note       TEXT NOT NULL DEFAULT '',
    agency     TEXT NOT NULL DEFAULT '',
    due_at     BIGINT NOT NULL DEFAULT 0,
    closed_at  BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX insider_clue ON insider (clue_id) WHERE clue_id <> '';
