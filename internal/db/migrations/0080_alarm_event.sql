-- +goose Up
-- Several alarms of one happening (预警事件). What people do about it is done to its
-- alarms, all at once; the event has no answers of its own.
CREATE TABLE alarm_event (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    grouped_by    TEXT NOT NULL DEFAULT '',      -- the rule that made it; '' = a person did
    state         TEXT NOT NULL,                 -- active, closed, dissolved
    enterprise_id TEXT NOT NULL,
    area          TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX alarm_event_enterprise ON alarm_event (enterprise_id, state);
CREATE INDEX alarm_event_area ON alarm_event (area, id);

-- apart: a person took it out of an event, so that no rule puts it into one.
ALTER TABLE alarm ADD COLUMN event_id TEXT NOT NULL DEFAULT '';
ALTER TABLE alarm ADD COLUMN apart BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX alarm_of_event ON alarm (event_id) WHERE event_id <> '';
