-- +goose Up
-- One row an act, written in the act's own transaction; seq is given later by
-- the sequencer, which appends the row to the Merkle tree.
CREATE TABLE audit_entry (
    id         TEXT PRIMARY KEY,          -- UUIDv7
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,             -- user id, or system:<part>
    action     TEXT NOT NULL,             -- e.g. issue.assign
    kind       TEXT NOT NULL DEFAULT '',  -- subject kind, e.g. issue
    subject    TEXT NOT NULL DEFAULT '',  -- subject id
    body       TEXT NOT NULL,             -- canonical JSON; what is hashed
    hash       BYTEA NOT NULL             -- SHA-256 of body
);
CREATE INDEX audit_entry_subject ON audit_entry (kind, subject, at);

CREATE TABLE audit_leaf (
    seq        BIGINT PRIMARY KEY,        -- position in the tree, from 0
    entry_id   TEXT NOT NULL UNIQUE REFERENCES audit_entry (id)
);

-- Stored hashes of the tree by their tlog index.
CREATE TABLE audit_node (
    idx        BIGINT PRIMARY KEY,
    hash       BYTEA NOT NULL
);

CREATE TABLE audit_checkpoint (
    size       BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    note       TEXT NOT NULL              -- signed note
);

CREATE TABLE audit_key (
    name       TEXT PRIMARY KEY,
    skey       TEXT NOT NULL,
    vkey       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
