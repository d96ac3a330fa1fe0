-- +goose Up
-- Following up and helping units that are not green (跟踪问效、定点帮扶).
CREATE TABLE risk_task (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,                  -- track, help
    area        TEXT NOT NULL,                  -- unit
    month       BIGINT NOT NULL,                -- 12 × year + month − 1
    edition_id  TEXT NOT NULL,                  -- the signed map that called for it
    state       TEXT NOT NULL,                  -- open, working, reported, closed, dropped
    reason      TEXT NOT NULL,
    due_at      BIGINT NOT NULL DEFAULT 0,      -- 0 = nothing is due
    overdue     BOOLEAN NOT NULL DEFAULT FALSE,
    helped      BIGINT NOT NULL DEFAULT 0,      -- visits
    person      TEXT NOT NULL DEFAULT '',       -- named person who answers for it
    reported_by TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',       -- effective, partly, none
    effect      TEXT NOT NULL DEFAULT '',       -- better, same, worse: by the newest signed month
    effect_month BIGINT NOT NULL DEFAULT 0,     -- that month, 0 = none yet
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX risk_task_area ON risk_task (area, state);
