-- +goose Up
-- Reports from the public. What others may read stands in the shown columns
-- alone, written by a reviewer.
CREATE TABLE tip (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    mode        TEXT NOT NULL,                   -- public, anonymous
    channel     TEXT NOT NULL,                   -- web, open311
    kind        TEXT NOT NULL,
    body        TEXT NOT NULL,
    suspect     TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL,
    address     TEXT NOT NULL DEFAULT '',
    lng         DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat         DOUBLE PRECISION NOT NULL DEFAULT 0,
    answers     TEXT NOT NULL DEFAULT '[]',      -- JSON [{code, values}]
    media_url   TEXT NOT NULL DEFAULT '',
    files       TEXT NOT NULL DEFAULT '[]',      -- JSON, ids
    proof       BYTEA NOT NULL,                  -- verifier of the receipt's secret
    once        TEXT NOT NULL DEFAULT '',        -- the sending of one form
    clue_id     TEXT NOT NULL REFERENCES clue (id),
    follows     TEXT NOT NULL DEFAULT '',        -- the clue that decides, after merging
    issue_id    TEXT NOT NULL DEFAULT '',
    stage       TEXT NOT NULL,
    closed      BOOLEAN NOT NULL DEFAULT FALSE,
    note        TEXT NOT NULL DEFAULT '',
    agency      TEXT NOT NULL DEFAULT '',
    due_at      BIGINT NOT NULL DEFAULT 0,
    closed_at   BIGINT NOT NULL DEFAULT 0,
    review      TEXT NOT NULL,                   -- fresh, shown, held
    shown_body  TEXT NOT NULL DEFAULT '',
    shown_place TEXT NOT NULL DEFAULT '',
    shown_lng   DOUBLE PRECISION NOT NULL DEFAULT 0,
    shown_lat   DOUBLE PRECISION NOT NULL DEFAULT 0,
    shown_media TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tip_once ON tip (once) WHERE once <> '';
CREATE INDEX tip_clue ON tip (clue_id);
CREATE INDEX tip_follows ON tip (follows);
CREATE INDEX tip_issue ON tip (issue_id);
CREATE INDEX tip_created ON tip (created_at);

-- Programs that may send reports through GeoReport v2.
CREATE TABLE open311_key (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    hash       BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);
