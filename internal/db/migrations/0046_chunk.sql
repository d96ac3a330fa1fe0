-- +goose Up
-- Finished days in columns: one chunk a kind, device and day, and another one for
-- late data. On SQLite tele_chunk and tele_closed of main.db stay empty, as the
-- other tables of readings do.
CREATE TABLE tele_chunk (
    kind    BIGINT NOT NULL,
    device  BIGINT NOT NULL,
    day     BIGINT NOT NULL,                     -- midnight in Beijing
    version BIGINT NOT NULL,
    closing BIGINT NOT NULL,                     -- the closing that wrote it
    rows    BIGINT NOT NULL,
    first   BIGINT NOT NULL,                     -- earliest and latest time of the data
    last    BIGINT NOT NULL,
    hash    BYTEA NOT NULL,
    keys    BYTEA NOT NULL,
    data    BYTEA NOT NULL,
    PRIMARY KEY (kind, device, day, version)
);
CREATE INDEX tele_chunk_day ON tele_chunk (day, kind, device, version);

-- Days of which rows may stand in chunks.
CREATE TABLE tele_closed (
    day     BIGINT PRIMARY KEY,
    closing BIGINT NOT NULL
);

-- Closings that are done, written with their entry in the audit log.
CREATE TABLE tele_day (
    day     BIGINT NOT NULL,
    closing BIGINT NOT NULL,
    through BIGINT NOT NULL,                     -- rows up to this batch stand in chunks
    chunks  BIGINT NOT NULL,
    rows    BIGINT NOT NULL,
    root    BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    cleared BOOLEAN NOT NULL,                    -- those rows are removed
    PRIMARY KEY (day, closing)
);

-- Counts the turns of closings, so that writers of several nodes notice them.
ALTER TABLE tele_head ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
