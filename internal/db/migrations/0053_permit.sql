-- +goose Up
-- What a pollutant permit says about an outlet beside its limits: how it must be
-- monitored, and how much it may emit in a year.
CREATE TABLE outlet_permit (
    outlet_id  TEXT PRIMARY KEY REFERENCES outlet (id),
    monitor    TEXT NOT NULL DEFAULT '',         -- auto, manual, none; '' = not written
    basis      TEXT NOT NULL DEFAULT '',         -- number and page of the permit
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

-- Numbers are TEXT: decimal digits as the permit prints them.
CREATE TABLE outlet_load (
    outlet_id TEXT NOT NULL REFERENCES outlet (id),
    factor    TEXT NOT NULL,
    tonnes    TEXT NOT NULL,                     -- permitted a year
    PRIMARY KEY (outlet_id, factor)
);
