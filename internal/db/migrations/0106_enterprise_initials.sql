-- +goose Up
-- initials: the first letters of the name in pinyin, by which people look it up;
-- '' = not worked out yet, '-' = the name has none.
ALTER TABLE enterprise ADD COLUMN initials TEXT NOT NULL DEFAULT '';
CREATE INDEX enterprise_plain ON enterprise (id) WHERE initials = '';

-- +goose Down
DROP INDEX enterprise_plain;
ALTER TABLE enterprise DROP COLUMN initials;
