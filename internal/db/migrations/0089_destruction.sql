-- +goose Up
-- Destroying who reported once it is no longer needed (到期销毁): proposed by one,
-- approved by another. The lines stay as the proof.
CREATE TABLE destruction (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    held        TEXT NOT NULL UNIQUE,             -- '' while it waits, then the id: one waits at a time
    state       TEXT NOT NULL,                    -- proposed, destroyed, refused, withdrawn
    reason      TEXT NOT NULL,
    digest      TEXT NOT NULL DEFAULT '',         -- SHA-256 over the lines destroyed
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by  TEXT NOT NULL DEFAULT '',
    decided_at  BIGINT NOT NULL DEFAULT 0,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE destruction_line (
    destruction_id TEXT NOT NULL REFERENCES destruction (id),
    kind           TEXT NOT NULL,                 -- tip, insider
    subject        TEXT NOT NULL,
    number         TEXT NOT NULL,                 -- of the report
    closed_at      BIGINT NOT NULL,
    sealed         BIGINT NOT NULL DEFAULT 0,     -- envelopes destroyed
    plain          BOOLEAN NOT NULL DEFAULT FALSE, -- a contact in clear was emptied
    digest         TEXT NOT NULL DEFAULT '',      -- SHA-256 over the envelopes' ciphertext
    outcome        TEXT NOT NULL DEFAULT '',      -- destroyed, spared
    PRIMARY KEY (destruction_id, subject)
);
