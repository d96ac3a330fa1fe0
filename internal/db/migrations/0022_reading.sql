-- +goose Up
-- The readings on PostgreSQL. On SQLite these tables of main.db stay empty: the
-- same tables stand in one file a month (tele-YYYYMM.db), each with a writer of
-- its own.
CREATE TABLE tele_head (
    one BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO tele_head (one, seq) VALUES (1, 0);

-- Frames as received, in the order of commit, compressed by batch.
CREATE TABLE tele_batch (
    seq    BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    first  BIGINT NOT NULL,                      -- earliest and latest time of the data
    last   BIGINT NOT NULL,
    data   BYTEA NOT NULL
);

-- One packed row a frame, time first. kind is ST and CN.
CREATE TABLE tele_row (
    kind    BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    device  BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    version BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    hash    BIGINT NOT NULL,
    data    BYTEA NOT NULL,
    PRIMARY KEY (kind, time, device, part, version)
);

-- Frames of devices that are not registered yet.
CREATE TABLE tele_parked (
    mn      TEXT NOT NULL,
    kind    BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    version BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    hash    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    address TEXT NOT NULL,
    assumed BOOLEAN NOT NULL,
    raw     BYTEA NOT NULL,
    PRIMARY KEY (mn, kind, time, part, version)
);
CREATE INDEX tele_row_device ON tele_row (device, kind, time);
