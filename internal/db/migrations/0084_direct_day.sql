-- +goose Up
-- How many single messages to people without an account went out on a day (直发短信):
-- all together, and to each address, which stands here as a mark until the day is over.
CREATE TABLE direct_day (
    kind TEXT NOT NULL,                -- of channel
    day  TEXT NOT NULL,
    mark TEXT NOT NULL,                -- '' = all together
    sent BIGINT NOT NULL,
    PRIMARY KEY (kind, day, mark)
);
