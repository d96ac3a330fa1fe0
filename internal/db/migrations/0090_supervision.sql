-- +goose Up
-- Supervision of issues by rungs (督办), and leaders' instructions (批示).
CREATE TABLE supervision (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    issue_id    TEXT NOT NULL REFERENCES issue (id),
    held        TEXT NOT NULL,                    -- '' while it runs, then the id: an issue has one that runs
    rung        TEXT NOT NULL,
    state       TEXT NOT NULL,                    -- proposed, issued, answered, lifted, raised, declined
    area        TEXT NOT NULL,
    agency      TEXT NOT NULL,                    -- that is supervised
    person_id   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    demand      TEXT NOT NULL,
    paper       TEXT NOT NULL DEFAULT '',
    term        BIGINT NOT NULL,                  -- end of the clock that called for it; 0 = proposed by a person
    due_at      BIGINT NOT NULL DEFAULT 0,
    overdue     BOOLEAN NOT NULL DEFAULT FALSE,
    public      BOOLEAN NOT NULL,
    raised_from TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    signed_by   TEXT NOT NULL DEFAULT '',
    signed_at   BIGINT NOT NULL DEFAULT 0,
    answered_by TEXT NOT NULL DEFAULT '',
    ended_at    BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    UNIQUE (issue_id, held)
);
CREATE INDEX supervision_area ON supervision (area, id);
CREATE INDEX supervision_agency ON supervision (agency, id);
CREATE INDEX supervision_public ON supervision (signed_at, id) WHERE public AND signed_at > 0;

CREATE TABLE instruction (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    leader     TEXT NOT NULL,
    given_on   TEXT NOT NULL,
    text       TEXT NOT NULL,
    issue_id   TEXT NOT NULL,                     -- '' = none
    area       TEXT NOT NULL,
    agency     TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    state      TEXT NOT NULL,                     -- given, replied, done
    due_at     BIGINT NOT NULL,
    overdue    BOOLEAN NOT NULL DEFAULT FALSE,
    replied_by TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL,
    closed_at  BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX instruction_area ON instruction (area, id);
CREATE INDEX instruction_issue ON instruction (issue_id) WHERE issue_id <> '';

-- +goose Down
DROP TABLE instruction;
DROP TABLE supervision;
