-- +goose Up
-- How many others said of a public report that they see the same.
ALTER TABLE tip ADD COLUMN echoes BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tip_shown ON tip (kind, shown_lat) WHERE review = 'shown';
