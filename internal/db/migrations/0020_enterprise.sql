-- +goose Up
-- Who is watched: enterprises, their outlets and the dated limits at them.
CREATE TABLE enterprise (
    id           TEXT PRIMARY KEY,
    code         TEXT NOT NULL DEFAULT '',   -- unified social credit code; '' = not known
    name         TEXT NOT NULL,
    area         TEXT NOT NULL,
    address      TEXT NOT NULL DEFAULT '',
    lng          DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat          DOUBLE PRECISION NOT NULL DEFAULT 0,
    industry     TEXT NOT NULL DEFAULT '',
    permit_class TEXT NOT NULL DEFAULT '',
    contact      TEXT NOT NULL DEFAULT '',
    synthetic    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX enterprise_code ON enterprise (code) WHERE code <> '';
CREATE INDEX enterprise_area ON enterprise (area);

CREATE TABLE outlet (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    code          TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL,             -- gas, water, rain
    area          TEXT NOT NULL,
    lng           DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat           DOUBLE PRECISION NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX outlet_code ON outlet (enterprise_id, code) WHERE code <> '';
CREATE INDEX outlet_enterprise ON outlet (enterprise_id);
CREATE INDEX outlet_area ON outlet (area);

-- A limit is never edited, only ended and succeeded. Numbers are TEXT: decimal
-- digits as the standard prints them.
CREATE TABLE outlet_limit (
    id         TEXT PRIMARY KEY,
    outlet_id  TEXT NOT NULL REFERENCES outlet (id),
    factor     TEXT NOT NULL,
    upper      TEXT,
    lower      TEXT,
    statistic  TEXT NOT NULL,                -- realtime, hour, day
    standard   TEXT NOT NULL,
    article    TEXT NOT NULL DEFAULT '',
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL DEFAULT 0,    -- 0 = open
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_by   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outlet_limit_outlet ON outlet_limit (outlet_id, factor, statistic, valid_from);
