-- +goose Up
-- An uploaded file; its content is kept once by SHA-256 in the blob store.
CREATE TABLE file (
    id          TEXT PRIMARY KEY,
    sha256      TEXT NOT NULL,              -- hex
    name        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    type        TEXT NOT NULL,              -- media type, found by looking inside
    area        TEXT NOT NULL DEFAULT '',   -- of the person who uploaded it
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    linked      BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX file_sha256 ON file (sha256);
CREATE INDEX file_pending ON file (created_by, created_at) WHERE linked = FALSE;

-- What a file belongs to. One is attached once; it is never given on.
CREATE TABLE file_link (
    file_id  TEXT NOT NULL REFERENCES file (id),
    kind     TEXT NOT NULL,                 -- subject kind, e.g. issue
    subject  TEXT NOT NULL,                 -- subject id
    at       BIGINT NOT NULL,
    PRIMARY KEY (file_id, kind, subject)
);
CREATE INDEX file_link_subject ON file_link (kind, subject);
