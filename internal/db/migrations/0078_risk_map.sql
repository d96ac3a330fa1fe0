-- +goose Up
-- The risk map (风险预警图): monthly values and happenings that are entered with
-- their document, and the editions, whose facts are frozen.
CREATE TABLE risk_value (
    id         TEXT PRIMARY KEY,
    area       TEXT NOT NULL,                   -- unit
    month      BIGINT NOT NULL,                 -- 12 × year + month − 1
    kind       TEXT NOT NULL,                   -- water, air, complaints, exceedances
    value      TEXT NOT NULL,                   -- decimal text
    document   TEXT NOT NULL,                   -- where it stands
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX risk_value_month ON risk_value (month, id);

CREATE TABLE risk_item (
    id            TEXT PRIMARY KEY,
    area          TEXT NOT NULL,
    kind          TEXT NOT NULL,                -- discovery, event, mass_incident
    on_date       TEXT NOT NULL,                -- 2026-09-03
    level         TEXT NOT NULL DEFAULT '',     -- of discovery: provincial, national
    what          TEXT NOT NULL DEFAULT '',     -- of discovery: how it was brought up
    grade         TEXT NOT NULL DEFAULT '',     -- of an event
    self_found    BOOLEAN NOT NULL DEFAULT FALSE,
    title         TEXT NOT NULL,
    document      TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    withdrawn_at  BIGINT NOT NULL DEFAULT 0,    -- 0 = stands
    withdrawn_for TEXT NOT NULL DEFAULT ''
);

CREATE INDEX risk_item_date ON risk_item (on_date, id);

CREATE TABLE risk_map (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    month      BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    state      TEXT NOT NULL,                   -- draft, signed, superseded, discarded
    reason     TEXT NOT NULL DEFAULT '',        -- why it is revised
    source     TEXT NOT NULL,                   -- of the rules
    choices    TEXT NOT NULL,                   -- JSON: what the document leaves open, as decided then
    facts      TEXT NOT NULL,                   -- a facts file
    result     TEXT NOT NULL,                   -- JSON
    backing    TEXT NOT NULL,                   -- JSON: the rows behind each unit
    drafted_by TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    signed_by  TEXT NOT NULL DEFAULT '',
    signed_at  BIGINT NOT NULL DEFAULT 0,
    version    BIGINT NOT NULL DEFAULT 1,
    UNIQUE (month, revision)
);

CREATE INDEX risk_map_state ON risk_map (state, month);
