-- +goose Up
-- What makes an enterprise weigh more (监管属性), and what receives its water.
CREATE TABLE enterprise_standing (
    enterprise_id TEXT PRIMARY KEY,
    size          TEXT NOT NULL,
    lists         TEXT NOT NULL,              -- supervision lists that name it, by comma
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE outlet_receiving (
    outlet_id TEXT PRIMARY KEY,
    water     TEXT NOT NULL,
    class     TEXT NOT NULL                   -- of its function
);

-- Why an alarm weighs more than others of its level (重点级), as the place's table
-- said on the day of its data: one reason a line; '' = it does not.
ALTER TABLE alarm ADD COLUMN grade_why TEXT NOT NULL DEFAULT '';
ALTER TABLE alarm ADD COLUMN grade_up BOOLEAN NOT NULL DEFAULT FALSE;
