-- +goose Up
-- Silences (静默) and quiet hours (免打扰时段): where, for how long, why and by whose
-- word nobody is told of alarms. Official exceedances are never silenced.
CREATE TABLE silence (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,                 -- set, lifted, over
    kind          TEXT NOT NULL,                 -- silence, plan
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = any, as the next
    enterprise_id TEXT NOT NULL DEFAULT '',
    area          TEXT NOT NULL,
    rule          TEXT NOT NULL DEFAULT '',
    factor        TEXT NOT NULL DEFAULT '',
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,
    weekdays      TEXT NOT NULL DEFAULT '',      -- a plan's days, 1 = Monday, by comma; '' = the whole time
    begin_minute  BIGINT NOT NULL DEFAULT 0,     -- of the day, Beijing time
    end_minute    BIGINT NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL,
    words         TEXT NOT NULL,
    follows       TEXT NOT NULL DEFAULT '',      -- the silence that this one extends
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX silence_until ON silence (state, until_at);
CREATE INDEX silence_area ON silence (area, id);

-- Why nobody is told of an alarm at present: '', silence or plan, and which.
ALTER TABLE alarm ADD COLUMN quiet TEXT NOT NULL DEFAULT '';
ALTER TABLE alarm ADD COLUMN quiet_by TEXT NOT NULL DEFAULT '';
