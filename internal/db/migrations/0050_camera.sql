-- +goose Up
-- Cameras of video platforms (排放口视频): links to them, no pictures.
CREATE TABLE camera (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = of the enterprise at large
    name          TEXT NOT NULL,
    place         TEXT NOT NULL,                 -- outlet, station, treatment, other
    code          TEXT NOT NULL DEFAULT '',      -- GB/T 28181
    platform      TEXT NOT NULL DEFAULT '',
    channel       TEXT NOT NULL DEFAULT '',
    live          TEXT NOT NULL DEFAULT '',      -- link templates
    playback      TEXT NOT NULL DEFAULT '',
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX camera_enterprise ON camera (enterprise_id);
CREATE INDEX camera_outlet ON camera (outlet_id) WHERE outlet_id <> '';
