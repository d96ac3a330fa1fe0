-- +goose Up
-- Other platforms that get our frames as received. The queue is a cursor over the
-- readings: everything behind it waits.
CREATE TABLE forward_target (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    address     TEXT NOT NULL,                   -- host:port
    state       TEXT NOT NULL,                   -- running, paused, ended
    area        TEXT NOT NULL,                   -- frames of outlets in this area
    devices     TEXT NOT NULL DEFAULT '[]',      -- JSON [{mn, as}]; [] = all of the area
    kinds       TEXT NOT NULL DEFAULT '[]',      -- JSON, commands; [] = all data
    password    BYTEA,                           -- sealed PW of the other platform, NULL = as received
    seq         BIGINT NOT NULL,                 -- batches up to here are done
    done        BIGINT NOT NULL DEFAULT 0,       -- frames done of the next batch
    sent        BIGINT NOT NULL DEFAULT 0,
    skipped     BIGINT NOT NULL DEFAULT 0,       -- never answered while others were
    done_at     BIGINT NOT NULL DEFAULT 0,       -- receipt of the newest frame done
    error       TEXT NOT NULL DEFAULT '',        -- the last trouble, '' when all is well
    error_at    BIGINT NOT NULL DEFAULT 0,
    connected   BOOLEAN NOT NULL DEFAULT FALSE,
    owner       TEXT NOT NULL DEFAULT '',        -- process that sends
    owned_until BIGINT NOT NULL DEFAULT 0,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1        -- of what people set
);
