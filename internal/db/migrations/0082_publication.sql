-- +goose Up
-- What is told to the public (信息公开): calls for clues, exposure, progress, cases.
-- The working copy stands here; readers get editions.
CREATE TABLE publication (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,                  -- call, exposure, progress, case
    state       TEXT NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,                  -- as written
    hide        TEXT NOT NULL DEFAULT '',       -- names that must not be read
    enterprise  TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL,
    category    TEXT NOT NULL DEFAULT '',
    issue_id    TEXT NOT NULL DEFAULT '',
    until_at    BIGINT NOT NULL DEFAULT 0,      -- of a call: the end of its last day
    bounty_fen  BIGINT NOT NULL DEFAULT 0,
    budget      TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',
    cause       TEXT NOT NULL DEFAULT '',       -- of a correction in hand
    conceal     BOOLEAN NOT NULL DEFAULT FALSE, -- of a correction in hand
    ground      TEXT NOT NULL DEFAULT '',       -- of an item taken back
    edition     BIGINT NOT NULL DEFAULT 0,      -- that is public, 0 = none was
    writers     TEXT NOT NULL DEFAULT '',       -- since the last edition, ids by blanks
    reviewed_by TEXT NOT NULL DEFAULT '',
    public_at   BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX publication_area ON publication (area, id);

CREATE INDEX publication_issue ON publication (issue_id);

-- Exactly what readers got, masked; source is what it was written as.
CREATE TABLE publication_edition (
    publication_id TEXT NOT NULL REFERENCES publication (id),
    edition        BIGINT NOT NULL,
    title          TEXT NOT NULL,
    body           TEXT NOT NULL,
    enterprise     TEXT NOT NULL DEFAULT '',
    outcome        TEXT NOT NULL DEFAULT '',
    cause          TEXT NOT NULL DEFAULT '',
    source         TEXT NOT NULL,
    masked         BIGINT NOT NULL DEFAULT 0,
    until_at       BIGINT NOT NULL DEFAULT 0,
    bounty_fen     BIGINT NOT NULL DEFAULT 0,
    reviewed_by    TEXT NOT NULL,
    public_at      BIGINT NOT NULL,
    concealed      BOOLEAN NOT NULL DEFAULT FALSE, -- corrected, and may no longer be read
    PRIMARY KEY (publication_id, edition)
);

CREATE INDEX publication_edition_public ON publication_edition (public_at, publication_id);

-- Reports that answered a call; the tie says nothing of who reported.
CREATE TABLE call_answer (
    call_id    TEXT NOT NULL REFERENCES publication (id),
    edition    BIGINT NOT NULL,                 -- that stood there: what it promised holds
    tip_id     TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE INDEX call_answer_call ON call_answer (call_id, created_at);
