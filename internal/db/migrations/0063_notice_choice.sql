-- +goose Up
-- What each person wants of the channels; nobody's row means the usual.
CREATE TABLE notice_choice (
    user_id    TEXT PRIMARY KEY REFERENCES app_user (id),
    choice     TEXT NOT NULL,                   -- JSON: channels off by urgency, quiet hours, digest
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

ALTER TABLE delivery ADD COLUMN digest BOOLEAN NOT NULL DEFAULT FALSE; -- goes in one message with the others of its person
