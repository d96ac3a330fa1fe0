-- +goose Up
-- Who hears of an alarm, step by step: the agency of the enterprise's trade once
-- it has been told, and since when the alarm has its level; 0 = from the start.
ALTER TABLE alarm ADD COLUMN sector TEXT NOT NULL DEFAULT '';
ALTER TABLE alarm ADD COLUMN level_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX alarm_sector ON alarm (sector, id) WHERE sector <> '';
