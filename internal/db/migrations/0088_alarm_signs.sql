-- +goose Up
-- also: the signs of a suspicion besides the strongest, which rule and factor name,
-- "rule factor" a line: it is silent when a silence speaks of each.
ALTER TABLE alarm ADD COLUMN also TEXT NOT NULL DEFAULT '';
