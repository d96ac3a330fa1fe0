-- +goose Up
-- The highest level that an alarm ever had: levels fall, and people hear by the
-- highest. '' = the level that stands there.
ALTER TABLE alarm ADD COLUMN highest TEXT NOT NULL DEFAULT '';
