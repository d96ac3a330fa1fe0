-- +goose Up
-- Alarms (预警): one open row for each outlet, rule and factor.
CREATE TABLE alarm (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    rule        TEXT NOT NULL,
    level       TEXT NOT NULL,                 -- notice, exceed, grave
    state       TEXT NOT NULL,
    outlet_id   TEXT NOT NULL REFERENCES outlet (id),
    enterprise_id TEXT NOT NULL,
    area        TEXT NOT NULL,
    factor      TEXT NOT NULL,
    limit_value TEXT NOT NULL,                 -- decimal text of the limit that was broken
    basis       TEXT NOT NULL,                 -- standard and article of the limit
    value       TEXT NOT NULL,                 -- newest value that broke it
    peak        TEXT NOT NULL,                 -- worst value
    times       BIGINT NOT NULL DEFAULT 1,     -- values that broke it
    started_at  BIGINT NOT NULL,               -- event time of the first
    last_at     BIGINT NOT NULL,               -- event time of the newest
    ended_at    BIGINT NOT NULL DEFAULT 0,     -- event time of the return under the limit; 0 = lasts
    summary     TEXT NOT NULL,
    clue_id     TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX alarm_open ON alarm (outlet_id, rule, factor) WHERE state <> 'cleared';
CREATE INDEX alarm_area ON alarm (area, id);
CREATE INDEX alarm_outlet ON alarm (outlet_id, started_at);
CREATE INDEX alarm_enterprise ON alarm (enterprise_id, id);
CREATE INDEX alarm_state ON alarm (state, id);

-- Where each rule stands in each stream of values.
CREATE TABLE rule_cursor (
    stream TEXT PRIMARY KEY,                   -- realtime, hour, day
    seq    BIGINT NOT NULL
);

-- The window of a rule at an outlet while it is of interest: values that broke a
-- limit, or an alarm that lasts. No row means that all was calm.
CREATE TABLE rule_window (
    rule      TEXT NOT NULL,
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    samples   TEXT NOT NULL,                   -- JSON
    PRIMARY KEY (rule, outlet_id, factor)
);
