-- +goose Up
-- Running numbers of papers, e.g. WZ-W-2026: taken inside the transaction that
-- uses them, so that a series has no holes.
CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    n    BIGINT NOT NULL
);
