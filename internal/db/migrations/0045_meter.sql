-- +goose Up
-- Mappings of meters' payloads, by profile of devices. A version never changes.
CREATE TABLE meter_profile (
    id         TEXT NOT NULL,
    version    BIGINT NOT NULL,
    name       TEXT NOT NULL,
    area       TEXT NOT NULL,                    -- who may revise it
    mapping    TEXT NOT NULL,                    -- JSON
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);

-- Meters and gateways of working conditions (用电、工况监控). num is the short key
-- of the readings, apart from those of devices; secret is the SHA-256 of random
-- text of full entropy.
CREATE TABLE meter (
    id            TEXT PRIMARY KEY,
    num           BIGINT NOT NULL UNIQUE,
    mn            TEXT NOT NULL,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    name          TEXT NOT NULL,
    profile_id    TEXT NOT NULL,
    report_every  BIGINT NOT NULL,               -- seconds between readings
    secret        BYTEA NOT NULL,
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX meter_mn ON meter (mn) WHERE active;
CREATE INDEX meter_enterprise ON meter (enterprise_id);

-- When meters came and went.
CREATE TABLE meter_event (
    id       TEXT PRIMARY KEY,
    meter_id TEXT NOT NULL REFERENCES meter (id),
    at       BIGINT NOT NULL,
    kind     TEXT NOT NULL,                      -- online, offline
    reason   TEXT NOT NULL,                      -- connect, disconnect, lost, silent, protocol, taken, will
    address  TEXT NOT NULL DEFAULT '',
    will     TEXT NOT NULL DEFAULT ''            -- what the meter asked to be told of its loss
);
CREATE INDEX meter_event_meter ON meter_event (meter_id, at);
