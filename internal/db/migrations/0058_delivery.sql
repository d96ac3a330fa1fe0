-- +goose Up
-- Notices leave the program by channels. A delivery is one message to one
-- receiver by one channel, written with its notice and worked off by the courier.
ALTER TABLE notice ADD COLUMN urgency TEXT NOT NULL DEFAULT 'ordinary'; -- ordinary, important, urgent

CREATE TABLE notice_channel (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,                   -- mail, …
    name       TEXT NOT NULL,
    state      TEXT NOT NULL,                   -- running, paused, ended
    settings   TEXT NOT NULL,                   -- JSON by field name, without the secrets
    secrets    BYTEA,                           -- sealed JSON of the secret fields
    least      TEXT NOT NULL,                   -- the least urgency that it carries
    ready_at   BIGINT NOT NULL DEFAULT 0,       -- nothing is sent before: pace, wish of the other side, trouble
    failures   BIGINT NOT NULL DEFAULT 0,       -- how often in a row the other side was out of reach
    error      TEXT NOT NULL DEFAULT '',        -- the last trouble, '' when all is well
    error_at   BIGINT NOT NULL DEFAULT 0,
    sent_at    BIGINT NOT NULL DEFAULT 0,       -- the last success
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1        -- of what people set
);

CREATE TABLE delivery (
    id           TEXT PRIMARY KEY,              -- also names the message to the other side, on every attempt
    channel_id   TEXT NOT NULL REFERENCES notice_channel (id),
    channel_kind TEXT NOT NULL,
    source       TEXT NOT NULL,                 -- what it stems from, once a channel: a notice, a test
    user_id      TEXT NOT NULL DEFAULT '',      -- '' = not to one person
    kind         TEXT NOT NULL,                 -- subject kind, as of the notice
    subject      TEXT NOT NULL DEFAULT '',
    area         TEXT NOT NULL DEFAULT '',
    urgency      TEXT NOT NULL,
    address      TEXT NOT NULL DEFAULT '',
    title        TEXT NOT NULL,
    text         TEXT NOT NULL DEFAULT '',
    link         TEXT NOT NULL DEFAULT '',
    state        TEXT NOT NULL,                 -- queued, sending, sent, failed, given_up, suppressed
    reason       TEXT NOT NULL DEFAULT '',      -- why suppressed or given up
    attempts     BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT NOT NULL,               -- next attempt; while sending, when the sender counts as dead
    expires_at   BIGINT NOT NULL,               -- no attempt after
    holder       TEXT NOT NULL DEFAULT '',      -- process that sends
    error        TEXT NOT NULL DEFAULT '',      -- of the last attempt
    receipt      TEXT NOT NULL DEFAULT '',      -- what the other side said when it took it
    created_at   BIGINT NOT NULL,
    sent_at      BIGINT NOT NULL DEFAULT 0,
    updated_at   BIGINT NOT NULL
);

CREATE UNIQUE INDEX delivery_source ON delivery (channel_id, source);
CREATE INDEX delivery_due ON delivery (next_at) WHERE state IN ('queued', 'failed', 'sending');
CREATE INDEX delivery_subject ON delivery (kind, subject);
CREATE INDEX delivery_user ON delivery (user_id, created_at);
