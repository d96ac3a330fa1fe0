-- +goose Up
-- Stations of the environment (环境质量监测站点): air, sections of rivers, sources
-- of drinking water, lakes.
CREATE TABLE ambient_station (
    id         TEXT PRIMARY KEY,
    num        BIGINT NOT NULL UNIQUE,            -- short key of its values
    code       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,                     -- air, section, source, lake
    level      TEXT NOT NULL,                     -- air: urban, functional, …; water: national, provincial, …
    method     TEXT NOT NULL,                     -- auto, manual
    purpose    TEXT NOT NULL,                     -- assess: its values count for its area
    area       TEXT NOT NULL,
    water      TEXT NOT NULL DEFAULT '',          -- river, lake or reservoir
    still      BOOLEAN NOT NULL DEFAULT FALSE,    -- a lake or reservoir: its limits of phosphorus
    address    TEXT NOT NULL DEFAULT '',
    lng        DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat        DOUBLE PRECISION NOT NULL DEFAULT 0,
    mn         TEXT NOT NULL DEFAULT '',          -- of its data logger, '' = none
    milligrams BOOLEAN NOT NULL DEFAULT FALSE,    -- the logger of an air station reports mg/m³
    since      BIGINT NOT NULL,                   -- first day, days since 1970 in Beijing
    until      BIGINT NOT NULL DEFAULT 0,         -- first day without it, 0 = stands
    synthetic  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX ambient_station_mn ON ambient_station (mn) WHERE mn <> '';
CREATE INDEX ambient_station_area ON ambient_station (area, code);

-- The class that a station's function asks for, from a day on until the next one.
CREATE TABLE ambient_function (
    station_id TEXT NOT NULL REFERENCES ambient_station (id),
    valid_from BIGINT NOT NULL,                   -- day
    class      BIGINT NOT NULL,                   -- water 1 to 5, air 1 or 2, 0 = none
    basis      TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (station_id, valid_from)
);

-- Hourly values, a day of a factor a row. A row grows by hours that were not there;
-- an hour that is there changes only by a further version with a reason.
CREATE TABLE ambient_day (
    station    BIGINT NOT NULL,
    factor     TEXT NOT NULL,
    day        BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    hours      BYTEA NOT NULL,                    -- packed
    source     TEXT NOT NULL,                     -- hj212, sheet, api
    reason     TEXT NOT NULL DEFAULT '',          -- of versions behind the first
    author     TEXT NOT NULL DEFAULT '',          -- '' = the device
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (station, factor, day, version)
);

-- What the days come to, computed from the newest versions in the transaction that
-- writes them.
CREATE TABLE ambient_month (
    station BIGINT NOT NULL,
    factor  TEXT NOT NULL,
    month   BIGINT NOT NULL,                      -- 12 × year + month − 1
    days    BYTEA NOT NULL,                       -- packed
    PRIMARY KEY (station, factor, month)
);

-- Results of the laboratory for a month (手工监测).
CREATE TABLE ambient_manual (
    station    BIGINT NOT NULL,
    month      BIGINT NOT NULL,
    factor     TEXT NOT NULL,
    version    BIGINT NOT NULL,
    value      TEXT NOT NULL,
    below      BOOLEAN NOT NULL DEFAULT FALSE,    -- not found; the value is the limit of detection
    reason     TEXT NOT NULL DEFAULT '',
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (station, month, factor, version)
);
