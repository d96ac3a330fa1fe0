-- +goose Up
-- What the enterprise says of an alarm: given, accepted or rejected; '' = nothing yet.
ALTER TABLE alarm ADD COLUMN explained TEXT NOT NULL DEFAULT '';
