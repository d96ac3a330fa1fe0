-- +goose Up
-- Keys of HJ 212-2025, sealed with the key file device.key, which is in no
-- database and no backup.
CREATE TABLE device_key (
    id         TEXT PRIMARY KEY,
    device_id  TEXT NOT NULL REFERENCES device (id),
    state      TEXT NOT NULL,                    -- offered, current, previous
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    command_id TEXT NOT NULL DEFAULT ''          -- that offers it
);
CREATE UNIQUE INDEX device_key_state ON device_key (device_id, state);
