-- +goose Up
CREATE TABLE notice (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES app_user (id),
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL,               -- subject kind
    subject TEXT NOT NULL,
    title   TEXT NOT NULL,
    text    TEXT NOT NULL DEFAULT '',
    link    TEXT NOT NULL DEFAULT '',    -- page of the console, e.g. /issues/<id>
    read_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notice_user ON notice (user_id, id);
CREATE INDEX notice_unread ON notice (user_id) WHERE read_at = 0;
