-- +goose Up
-- Raw frames of many batches in one block; on SQLite it stands in the month files.
CREATE TABLE tele_block (
    seq    BIGINT PRIMARY KEY,                   -- first and last batch
    upto   BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    first  BIGINT NOT NULL,                      -- earliest and latest time of the data
    last   BIGINT NOT NULL,
    hash   BYTEA NOT NULL,
    data   BYTEA NOT NULL
);

-- How far the blocks of a shard stand in the audit log.
CREATE TABLE tele_seal (
    shard TEXT PRIMARY KEY,
    upto  BIGINT NOT NULL
);
