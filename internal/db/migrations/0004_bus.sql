-- +goose Up
-- The outbox: events written in the transaction that caused them. seq is given
-- by the writer under a lock, so that readers never meet a gap that fills later.
CREATE TABLE bus_event (
    seq     BIGINT PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    at      BIGINT NOT NULL,
    topic   TEXT NOT NULL,                -- e.g. issue.assigned
    kind    TEXT NOT NULL,                -- subject kind
    subject TEXT NOT NULL,                -- subject id
    area    TEXT NOT NULL DEFAULT '',
    body    TEXT NOT NULL                 -- JSON
);

CREATE TABLE bus_head (
    one  BIGINT PRIMARY KEY,
    seq  BIGINT NOT NULL
);
INSERT INTO bus_head (one, seq) VALUES (1, 0);

CREATE TABLE bus_cursor (
    consumer TEXT PRIMARY KEY,
    seq      BIGINT NOT NULL,
    at       BIGINT NOT NULL
);
