-- +goose Up
-- What stands behind an official value beside its number. value and converted are
-- rounded once for people; exact holds them to 15 digits for what is made of them.
ALTER TABLE hourly_value ADD COLUMN exact DOUBLE PRECISION;
ALTER TABLE hourly_value ADD COLUMN exact_converted DOUBLE PRECISION;
ALTER TABLE hourly_value ADD COLUMN own_flag TEXT NOT NULL DEFAULT '';   -- flag without marks
ALTER TABLE hourly_value ADD COLUMN guard TEXT NOT NULL DEFAULT '';      -- why it was not converted or does not count
ALTER TABLE hourly_value ADD COLUMN marks TEXT NOT NULL DEFAULT '';      -- ids of the marks that touch it, by comma
ALTER TABLE hourly_value ADD COLUMN exempt BOOLEAN NOT NULL DEFAULT FALSE; -- valid, but no evidence
ALTER TABLE hourly_value ADD COLUMN rules TEXT NOT NULL DEFAULT '';      -- version of the rules
ALTER TABLE hourly_value ADD COLUMN cause TEXT NOT NULL DEFAULT '';      -- why this version came
ALTER TABLE hourly_value ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hourly_value ADD COLUMN converted_here BOOLEAN NOT NULL DEFAULT FALSE; -- not by the station
ALTER TABLE daily_value ADD COLUMN exact DOUBLE PRECISION;
ALTER TABLE daily_value ADD COLUMN exact_converted DOUBLE PRECISION;
ALTER TABLE daily_value ADD COLUMN own_flag TEXT NOT NULL DEFAULT '';
ALTER TABLE daily_value ADD COLUMN guard TEXT NOT NULL DEFAULT '';
ALTER TABLE daily_value ADD COLUMN marks TEXT NOT NULL DEFAULT '';
ALTER TABLE daily_value ADD COLUMN exempt BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE daily_value ADD COLUMN rules TEXT NOT NULL DEFAULT '';
ALTER TABLE daily_value ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE daily_value ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_value ADD COLUMN converted_here BOOLEAN NOT NULL DEFAULT FALSE; -- not by the station

-- Which hours of a day came, were valid, bear a mark or say that the outlet
-- stood still: bit 0 is the hour from midnight, Beijing time. Written with the
-- hourly values, read for rates and calendars.
CREATE TABLE hour_tally (
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    day       BIGINT NOT NULL,
    received  BIGINT NOT NULL,
    valid     BIGINT NOT NULL,
    marked    BIGINT NOT NULL,
    stopped   BIGINT NOT NULL,
    PRIMARY KEY (outlet_id, factor, day)
);
CREATE INDEX hour_tally_day ON hour_tally (day);

-- Dated settings of an outlet that calculations need. Rows are added, never
-- changed; the newest that holds counts.
CREATE TABLE outlet_norm (
    id         TEXT PRIMARY KEY,
    outlet_id  TEXT NOT NULL REFERENCES outlet (id),
    valid_from BIGINT NOT NULL,
    oxygen     TEXT,                             -- reference oxygen in percent; NULL = nothing is converted
    source     TEXT NOT NULL DEFAULT '',         -- what the reference comes from
    flow_unit  TEXT NOT NULL DEFAULT '',         -- m3/s, m3/h, L/s; '' = that of the catalogue
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX outlet_norm_outlet ON outlet_norm (outlet_id, valid_from);
