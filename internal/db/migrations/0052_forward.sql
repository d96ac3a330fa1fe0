-- +goose Up
-- Other platforms that get our raw frames. The queue is a cursor over the
-- readings: see tele_cursor.
CREATE TABLE forward_target (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    address    TEXT NOT NULL,                    -- host:port
    state      TEXT NOT NULL,                    -- running, paused, ended
    area       TEXT NOT NULL,                    -- frames of this area
    enterprises TEXT NOT NULL DEFAULT '[]',      -- JSON; [] = all of the area
    devices    TEXT NOT NULL DEFAULT '[]',       -- JSON, MNs; [] = all
    mapping    TEXT NOT NULL DEFAULT '{}',       -- JSON, MN here → MN there
    kinds      TEXT NOT NULL DEFAULT '[]',       -- JSON, commands; [] = all data
    sent       BIGINT NOT NULL DEFAULT 0,
    skipped    BIGINT NOT NULL DEFAULT 0,        -- refused by the other side for good
    done_at    BIGINT NOT NULL DEFAULT 0,        -- receipt of the newest frame answered
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
