-- +goose Up
CREATE TABLE job (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    dedup        TEXT,                     -- at most one unfinished job of a kind has this key
    payload      TEXT NOT NULL,            -- JSON
    state        TEXT NOT NULL,            -- ready, leased, done, dead
    run_at       BIGINT NOT NULL,
    attempt      BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL DEFAULT 10,
    lease_until  BIGINT NOT NULL DEFAULT 0,
    lease_owner  TEXT NOT NULL DEFAULT '',
    last_error   TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    finished_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX job_due ON job (run_at) WHERE state IN ('ready', 'leased');
CREATE UNIQUE INDEX job_dedup ON job (kind, dedup) WHERE state IN ('ready', 'leased') AND dedup IS NOT NULL;
