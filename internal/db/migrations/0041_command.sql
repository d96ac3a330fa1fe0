-- +goose Up
-- How a device is spoken to: time-outs of its link, what is done by itself.
-- No row means the defaults.
CREATE TABLE device_link (
    device_id    TEXT PRIMARY KEY REFERENCES device (id),
    link         TEXT NOT NULL DEFAULT '',       -- '' mobile (10 s x 3), adsl (5 s x 3), nbiot (30 s x 5)
    over_time    BIGINT NOT NULL DEFAULT 0,      -- seconds; 0 = as the link
    re_count     BIGINT NOT NULL DEFAULT 0,      -- repeats; 0 = as the link
    min_interval BIGINT NOT NULL DEFAULT 10,     -- minutes of minute data
    greet        BOOLEAN NOT NULL DEFAULT FALSE, -- set clock, time-outs and intervals at the first connection
    callback     BOOLEAN NOT NULL DEFAULT FALSE, -- call missing data back
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

-- Commands to devices. secret holds sealed parameters (passwords, keys) until
-- the exchange is over; no other column ever holds one.
CREATE TABLE device_command (
    id          TEXT PRIMARY KEY,
    device_id   TEXT NOT NULL,                   -- '' for a logger that has no MN yet
    mn          TEXT NOT NULL,                   -- MN of the frames
    route       TEXT NOT NULL,                   -- whose connection carries it
    outlet_id   TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    area        TEXT NOT NULL,
    name        TEXT NOT NULL,                   -- in the catalogue
    cn          BIGINT NOT NULL,
    params      TEXT NOT NULL,                   -- JSON, without secrets
    secret      BYTEA,
    origin      TEXT NOT NULL,                   -- person, notice, greeting, callback, renewal
    state       TEXT NOT NULL,
    rank        TEXT NOT NULL,                   -- order within a device
    qn          TEXT NOT NULL DEFAULT '',
    attempts    BIGINT NOT NULL DEFAULT 0,
    due_at      BIGINT NOT NULL,                 -- when the present wait ends
    expires_at  BIGINT NOT NULL,                 -- when it is given up unsent
    range_from  BIGINT NOT NULL DEFAULT 0,       -- data asked for
    range_to    BIGINT NOT NULL DEFAULT 0,
    answer      BIGINT NOT NULL DEFAULT 0,       -- QnRtn
    outcome     BIGINT NOT NULL DEFAULT 0,       -- ExeRtn
    result      TEXT NOT NULL DEFAULT '',        -- JSON, values that the device sent
    note        TEXT NOT NULL DEFAULT '',        -- why it ended as it did
    frames      BIGINT NOT NULL DEFAULT 0,       -- data frames that came for it
    asked_by    TEXT NOT NULL,
    asked_name  TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL DEFAULT 0,
    accepted_at BIGINT NOT NULL DEFAULT 0,
    ended_at    BIGINT NOT NULL DEFAULT 0,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX device_command_open ON device_command (state, route, rank);
CREATE INDEX device_command_device ON device_command (device_id, id);
CREATE INDEX device_command_area ON device_command (area, id);

-- What was said to devices and what they answered, secrets masked. Uploads stand
-- in the readings; here are exchanges alone.
CREATE TABLE device_exchange (
    id         TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,
    device_id  TEXT NOT NULL,
    mn         TEXT NOT NULL,
    direction  TEXT NOT NULL,                    -- in, out
    cn         BIGINT NOT NULL,
    qn         TEXT NOT NULL,
    command_id TEXT NOT NULL DEFAULT '',
    address    TEXT NOT NULL,
    text       TEXT NOT NULL
);
CREATE INDEX device_exchange_device ON device_exchange (device_id, id);
CREATE INDEX device_exchange_command ON device_exchange (command_id, id);
CREATE INDEX device_exchange_at ON device_exchange (at);

-- Loggers that reported their hardware and wait for an MN (HJ 212-2025).
CREATE TABLE device_hardware (
    id       TEXT PRIMARY KEY,                   -- i23005, the logger's own number
    cpu      TEXT NOT NULL,
    mac1     TEXT NOT NULL,
    mac2     TEXT NOT NULL,
    address  TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    mn       TEXT NOT NULL DEFAULT ''            -- given to it
);
