-- +goose Up
-- Key pairs of the people who together may learn who reported (保密密钥). The
-- private part lies here wrapped under its owner's passphrase; the program
-- never sees it unwrapped.
CREATE TABLE seal_key (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES app_user (id),
    party        TEXT NOT NULL,                  -- desk, oversight
    state        TEXT NOT NULL,                  -- pending, active, retired, revoked
    recipient    TEXT NOT NULL UNIQUE,
    fingerprint  TEXT NOT NULL,
    wrapped      TEXT NOT NULL,                  -- age under a passphrase, base64; '' of an escrow key, which lies on paper
    escrow       BOOLEAN NOT NULL DEFAULT FALSE, -- the party's escrow key
    escrowed     TEXT NOT NULL DEFAULT '',       -- the private part sealed to the party's escrow key, base64
    escrowed_to  TEXT NOT NULL DEFAULT '',
    confirmed_by TEXT NOT NULL DEFAULT '',
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    seen_at      BIGINT NOT NULL,                -- last proof that the owner can use it
    drilled_at   BIGINT NOT NULL DEFAULT 0,
    challenge    TEXT NOT NULL DEFAULT '',       -- hash of what a drill asks for
    asked_at     BIGINT NOT NULL DEFAULT 0,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX seal_key_user ON seal_key (user_id);

-- Sealed content. Body is an age file under a key of its own; what opens it lies
-- in the shares: whole for the desk alone, or parted between the two parties.
CREATE TABLE seal_envelope (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,                    -- of the thing it belongs to, e.g. tip
    subject    TEXT NOT NULL,
    part       TEXT NOT NULL,                    -- contact, report, message, reply
    parted     BOOLEAN NOT NULL,
    body       BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX seal_envelope_subject ON seal_envelope (kind, subject, id);

CREATE TABLE seal_share (
    envelope_id TEXT NOT NULL REFERENCES seal_envelope (id),
    party       TEXT NOT NULL,                   -- desk, oversight, reporter
    key_id      TEXT NOT NULL,                   -- '' of the reporter
    sealed      BYTEA NOT NULL,
    PRIMARY KEY (envelope_id, party, key_id)
);
CREATE INDEX seal_share_key ON seal_share (key_id, envelope_id);

-- Requests to learn who reported (身份开启).
CREATE TABLE seal_opening (
    id           TEXT PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL,                  -- requested, approved, opened, refused, withdrawn, expired
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    envelope_id  TEXT NOT NULL,
    reason       TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    key_id       TEXT NOT NULL,                  -- the requester's key
    decided_by   TEXT NOT NULL DEFAULT '',
    decision     TEXT NOT NULL DEFAULT '',       -- why not
    share        BYTEA,                          -- the other party's share, sealed to the requester's key; gone once it ends
    expires_at   BIGINT NOT NULL,
    decided_at   BIGINT NOT NULL DEFAULT 0,
    opened_at    BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX seal_opening_subject ON seal_opening (kind, subject, id);
CREATE INDEX seal_opening_state ON seal_opening (state, expires_at);
