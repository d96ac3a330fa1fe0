-- +goose Up
-- How the files of other hotlines are read, kept by name.
CREATE TABLE order_mapping (
    name       TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    spec       TEXT NOT NULL,                    -- JSON
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
