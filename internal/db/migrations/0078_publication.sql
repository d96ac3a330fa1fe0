-- +goose Up
-- What is told to the public (信息公开): calls for clues, exposure, progress, cases.
CREATE TABLE publication (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,                 -- call, exposure, progress, case
    state       TEXT NOT NULL,                 -- draft, review, public, ended, withdrawn, dropped
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,                 -- as written; readers get it masked
    hide        TEXT NOT NULL DEFAULT '',      -- names that must not be read
    enterprise  TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL,
    category    TEXT NOT NULL DEFAULT '',
    issue_id    TEXT NOT NULL DEFAULT '',
    until_at    BIGINT NOT NULL DEFAULT 0,     -- of a call: the end of its last day
    bounty_fen  BIGINT NOT NULL DEFAULT 0,
    budget      TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT '',
    written_by  TEXT NOT NULL,
    reviewed_by TEXT NOT NULL DEFAULT '',
    public_at   BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX publication_public ON publication (state, kind, public_at, id);

CREATE INDEX publication_area ON publication (area, id);

-- Reports that answered a call; the tie says nothing of who reported.
CREATE TABLE call_answer (
    call_id    TEXT NOT NULL REFERENCES publication (id),
    tip_id     TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE INDEX call_answer_call ON call_answer (call_id, created_at);
