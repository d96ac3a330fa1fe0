-- +goose Up
-- Production and treatment units (产污设施、治污设施) of an enterprise.
CREATE TABLE facility_unit (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    code          TEXT NOT NULL,                 -- of the permit: MF0001, TA001
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL,                 -- production, treatment, main
    outlet_id     TEXT NOT NULL DEFAULT '',      -- where it discharges to
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX facility_unit_code ON facility_unit (enterprise_id, code);

-- Which treats which.
CREATE TABLE facility_treats (
    treatment_id  TEXT NOT NULL REFERENCES facility_unit (id),
    production_id TEXT NOT NULL REFERENCES facility_unit (id),
    PRIMARY KEY (treatment_id, production_id)
);

-- The values by which a unit's state is known. device is the short key of a
-- meter's or data logger's readings.
CREATE TABLE facility_channel (
    id        TEXT PRIMARY KEY,
    unit_id   TEXT NOT NULL REFERENCES facility_unit (id),
    device    BIGINT NOT NULL,
    mn        TEXT NOT NULL,
    factor    TEXT NOT NULL,
    on_above  TEXT NOT NULL,                     -- runs from this value on
    off_below TEXT NOT NULL                      -- stands below this one; between them nothing changes
);
CREATE INDEX facility_channel_unit ON facility_channel (unit_id);

-- Since when a unit runs or stands: one row for each change.
CREATE TABLE facility_state (
    unit_id TEXT NOT NULL REFERENCES facility_unit (id),
    since   BIGINT NOT NULL,                     -- moment of the reading
    state   TEXT NOT NULL,                       -- on, off
    factor  TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (unit_id, since)
);
