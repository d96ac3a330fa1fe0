-- +goose Up
-- How notices leave the program in other words than its own (消息模板), by what they are
-- about and by kind of channel. The newest version holds; none is ever changed.
CREATE TABLE notice_template (
    kind       TEXT NOT NULL,
    channel    TEXT NOT NULL,
    number     BIGINT NOT NULL,
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    reset      BOOLEAN NOT NULL,             -- back to the program's own
    reason     TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, channel, number)
);
