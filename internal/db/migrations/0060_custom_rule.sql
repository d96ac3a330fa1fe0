-- +goose Up
-- Rules that officers write (自定义规则). The row is the draft and what is in
-- force; published texts stand in custom_version and never change.
CREATE TABLE custom_rule (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    title      TEXT NOT NULL,
    area       TEXT NOT NULL,
    spec       TEXT NOT NULL,                  -- JSON, the draft
    author     TEXT NOT NULL,                  -- who wrote the draft last
    live       BIGINT NOT NULL DEFAULT 0,      -- newest published version; 0 = none yet
    enabled    BOOLEAN NOT NULL DEFAULT FALSE, -- it judges
    failures   BIGINT NOT NULL DEFAULT 0,      -- hours that it could not judge within its limit
    failed_at  BIGINT NOT NULL DEFAULT 0,
    failure    TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX custom_rule_area ON custom_rule (area, id);

CREATE TABLE custom_version (
    rule_id      TEXT NOT NULL,
    number       BIGINT NOT NULL,
    title        TEXT NOT NULL,
    spec         TEXT NOT NULL,                -- JSON
    reason       TEXT NOT NULL,
    author       TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, number)
);

-- Trials of a draft on history. spec says what was tried.
CREATE TABLE custom_trial (
    id          TEXT PRIMARY KEY,
    rule_id     TEXT NOT NULL,
    spec        TEXT NOT NULL,
    state       TEXT NOT NULL,                 -- waiting, running, done, failed, cancelled
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    outlets     BIGINT NOT NULL DEFAULT 0,
    done        BIGINT NOT NULL DEFAULT 0,
    result      TEXT NOT NULL DEFAULT '',      -- JSON
    trouble     TEXT NOT NULL DEFAULT '',
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX custom_trial_rule ON custom_trial (rule_id, id);
