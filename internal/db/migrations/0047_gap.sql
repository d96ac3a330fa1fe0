-- +goose Up
-- How each device sends each kind of data, and up to where that was looked at.
CREATE TABLE device_rhythm (
    device_id TEXT NOT NULL REFERENCES device (id),
    cn        BIGINT NOT NULL,                   -- 2011, 2051, 2061, 2031
    last_at   BIGINT NOT NULL,                   -- the last slot, come or missed
    pace      BIGINT NOT NULL,                   -- slots are so many bases apart; 0 = being learned
    seen      BIGINT NOT NULL,
    least     BIGINT NOT NULL,
    other     BIGINT NOT NULL,
    streak    BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (device_id, cn)
);

-- What came and what did not, by day (midnight in Beijing). Due = came + late + missing.
CREATE TABLE device_day (
    device_id TEXT NOT NULL,
    cn        BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    came      BIGINT NOT NULL DEFAULT 0,         -- in time
    late      BIGINT NOT NULL DEFAULT 0,         -- after it was missed
    missing   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, day, cn)
);

-- Unbroken runs of slots that did not come.
CREATE TABLE device_gap (
    id            TEXT PRIMARY KEY,
    device_id     TEXT NOT NULL,
    outlet_id     TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    area          TEXT NOT NULL,
    cn            BIGINT NOT NULL,
    first_at      BIGINT NOT NULL,               -- first and last missing slot
    last_at       BIGINT NOT NULL,
    step          BIGINT NOT NULL,               -- microseconds between slots
    slots         BIGINT NOT NULL,
    state         TEXT NOT NULL,                 -- open, asked, closed, lost
    attempts      BIGINT NOT NULL DEFAULT 0,     -- call-backs sent
    next_at       BIGINT NOT NULL,               -- when to look again
    command_id    TEXT NOT NULL DEFAULT '',      -- the last call-back
    reason        TEXT NOT NULL DEFAULT '',      -- why it is lost, or not back yet
    found_at      BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL DEFAULT 0,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX device_gap_next ON device_gap (state, next_at);
CREATE INDEX device_gap_device ON device_gap (device_id, cn, last_at);
CREATE INDEX device_gap_outlet ON device_gap (outlet_id, first_at);
