-- +goose Up
-- What the values by which units are known to run said hour by hour. It is made
-- from the readings and can be made again.
CREATE TABLE facility_hour (
    device BIGINT NOT NULL,
    factor TEXT NOT NULL,
    at     BIGINT NOT NULL,                      -- start of the hour
    mean   DOUBLE PRECISION NOT NULL,
    low    DOUBLE PRECISION NOT NULL,
    high   DOUBLE PRECISION NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (device, factor, at)
);

-- Hours in which something came since they were made.
CREATE TABLE facility_hour_due (
    device BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (device, at)
);
