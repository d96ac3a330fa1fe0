-- +goose Up
-- Ways of reporting that are closed for the moment, and that were (紧急关闭).
CREATE TABLE halt (
    id          TEXT PRIMARY KEY,
    door        TEXT NOT NULL,
    held        TEXT NOT NULL UNIQUE,             -- the door while it is closed, then the id: one door is closed once
    state       TEXT NOT NULL,                    -- closed, proposed, reopened
    reason      TEXT NOT NULL,                    -- what the public reads
    note        TEXT NOT NULL DEFAULT '',
    proposed_by TEXT NOT NULL DEFAULT '',
    closed_by   TEXT NOT NULL,
    closed_at   BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL DEFAULT 0,        -- 0 = still closed
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX halt_ended ON halt (ended_at, closed_at);
