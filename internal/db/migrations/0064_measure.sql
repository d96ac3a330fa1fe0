-- +goose Up
-- The bureau's answers to alarms (监管措施): remote warning (warning), check on
-- site (check), key supervision (supervision).
CREATE TABLE measure (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    alarm_id      TEXT NOT NULL REFERENCES alarm (id),
    enterprise_id TEXT NOT NULL,
    outlet_id     TEXT NOT NULL,
    area          TEXT NOT NULL,
    person        TEXT NOT NULL DEFAULT '',      -- who checks on site
    due_at        BIGINT NOT NULL,               -- end of the term, or of supervision
    overdue       BOOLEAN NOT NULL DEFAULT FALSE,
    words         TEXT NOT NULL DEFAULT '',
    result        TEXT NOT NULL DEFAULT '',      -- of a check: true, false, unclear
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX measure_alarm ON measure (alarm_id);
CREATE INDEX measure_enterprise ON measure (enterprise_id, created_at);
CREATE INDEX measure_area ON measure (area, id);

-- What an alarm proved to be: '' = not decided, true, false.
ALTER TABLE alarm ADD COLUMN verdict TEXT NOT NULL DEFAULT '';

-- Tellings of the last two days, for quotas; merged ones wait for the summary.
CREATE TABLE alarm_told (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL,
    outlet_id     TEXT NOT NULL,
    area          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    merged        BOOLEAN NOT NULL
);
CREATE INDEX alarm_told_enterprise ON alarm_told (enterprise_id, at);
