-- +goose Up
-- Devices (数采仪). num is the short key of the readings; an MN that moves to
-- another outlet gets a new row, so that old readings keep their place.
CREATE TABLE device (
    id            TEXT PRIMARY KEY,
    num           BIGINT NOT NULL UNIQUE,
    mn            TEXT NOT NULL,
    outlet_id     TEXT NOT NULL REFERENCES outlet (id),
    password      TEXT NOT NULL DEFAULT '',      -- PW of the frames; '' = any
    protocol      TEXT NOT NULL DEFAULT '',      -- 2005, 2017, 2025; '' = as the frames say
    rtd_interval  BIGINT NOT NULL DEFAULT 60,    -- seconds between realtime uploads
    answer_always BOOLEAN NOT NULL DEFAULT FALSE,
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX device_mn ON device (mn) WHERE active;
CREATE INDEX device_outlet ON device (outlet_id);

-- Counters and cursors of the telemetry path: who has read the batches up to
-- where, and the last number given to hourly and daily values.
CREATE TABLE tele_cursor (
    consumer TEXT PRIMARY KEY,
    seq      BIGINT NOT NULL
);
INSERT INTO tele_cursor (consumer, seq) VALUES ('hourly_value', 0), ('daily_value', 0);

-- Bytes that are not data: bad frames, noise, wrong passwords.
CREATE TABLE quarantine (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    address TEXT NOT NULL,
    reason  TEXT NOT NULL,
    mn      TEXT NOT NULL DEFAULT '',
    area    TEXT NOT NULL DEFAULT '',            -- of the device that the MN names, when it is known
    size    BIGINT NOT NULL,
    raw     BYTEA NOT NULL,
    dropped BIGINT NOT NULL DEFAULT 0,           -- runs of the address not kept just before, over the rate
    note    TEXT NOT NULL DEFAULT '',
    noted_by TEXT NOT NULL DEFAULT '',
    noted_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX quarantine_at ON quarantine (at);

-- Official hourly and daily values, one number a column, readable by any SQL
-- tool. A correction is a new version; seq orders all changes for readers.
CREATE TABLE hourly_value (
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    at        BIGINT NOT NULL,                   -- start of the hour
    version   BIGINT NOT NULL,
    value     DOUBLE PRECISION,
    converted DOUBLE PRECISION,                  -- 折算
    min       DOUBLE PRECISION,
    max       DOUBLE PRECISION,
    total     DOUBLE PRECISION,                  -- Cou
    count     BIGINT NOT NULL,                   -- valid values that it is made of; 0 = as reported
    due       BIGINT NOT NULL,                   -- values expected; 0 = not known
    flag      TEXT NOT NULL,                     -- N = valid
    source    TEXT NOT NULL,                     -- report, minute, realtime, hour
    batch     BIGINT NOT NULL,                   -- batch of readings that caused it
    reading   BIGINT NOT NULL,                   -- version of the reading, where reported
    seq       BIGINT NOT NULL,
    PRIMARY KEY (outlet_id, factor, at, version)
);
CREATE UNIQUE INDEX hourly_value_seq ON hourly_value (seq);
CREATE INDEX hourly_value_at ON hourly_value (at);

CREATE TABLE daily_value (
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    at        BIGINT NOT NULL,                   -- start of the day, Beijing time
    version   BIGINT NOT NULL,
    value     DOUBLE PRECISION,
    converted DOUBLE PRECISION,
    min       DOUBLE PRECISION,
    max       DOUBLE PRECISION,
    total     DOUBLE PRECISION,
    count     BIGINT NOT NULL,
    due       BIGINT NOT NULL,
    flag      TEXT NOT NULL,
    source    TEXT NOT NULL,
    batch     BIGINT NOT NULL,
    reading   BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    PRIMARY KEY (outlet_id, factor, at, version)
);
CREATE UNIQUE INDEX daily_value_seq ON daily_value (seq);
CREATE INDEX daily_value_at ON daily_value (at);

-- Hours and days of an outlet that must be computed, and when.
CREATE TABLE value_due (
    period    TEXT NOT NULL,                     -- hour, day
    outlet_id TEXT NOT NULL,
    at        BIGINT NOT NULL,
    run_at    BIGINT NOT NULL,
    batch     BIGINT NOT NULL,
    PRIMARY KEY (period, outlet_id, at)
);
CREATE INDEX value_due_run ON value_due (run_at);
