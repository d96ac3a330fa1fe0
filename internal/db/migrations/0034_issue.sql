-- +goose Up
CREATE TABLE issue (
    id               TEXT PRIMARY KEY,
    number           TEXT NOT NULL UNIQUE,
    state            TEXT NOT NULL,
    title            TEXT NOT NULL,
    body             TEXT NOT NULL DEFAULT '',
    severity         TEXT NOT NULL,
    category         TEXT NOT NULL,
    area             TEXT NOT NULL,
    address          TEXT NOT NULL DEFAULT '',
    lng              DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat              DOUBLE PRECISION NOT NULL DEFAULT 0,
    enterprise_id    TEXT NOT NULL DEFAULT '',
    enterprise_name  TEXT NOT NULL DEFAULT '',
    outlet_id        TEXT NOT NULL DEFAULT '',
    desk_area        TEXT NOT NULL,              -- the level whose desk must assign it
    lead_agency      TEXT NOT NULL DEFAULT '',
    person_id        TEXT NOT NULL DEFAULT '',   -- the responsible person
    measures         TEXT NOT NULL DEFAULT '',
    clock            TEXT NOT NULL DEFAULT '',   -- which clock runs
    due_at           BIGINT NOT NULL DEFAULT 0,  -- its end; derived from the timeline
    rectify_by       BIGINT NOT NULL DEFAULT 0,  -- end of the rectification term; derived from the timeline
    extension_days   BIGINT NOT NULL DEFAULT 0,  -- asked for and not yet answered
    rectifier_id     TEXT NOT NULL DEFAULT '',   -- who handed in the rectification
    rectifier_agency TEXT NOT NULL DEFAULT '',
    file_number      TEXT NOT NULL DEFAULT '',   -- of the closing record
    created_by       TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    closed_at        BIGINT NOT NULL DEFAULT 0,
    version          BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX issue_state ON issue (state, id);
CREATE INDEX issue_area ON issue (area, state);
CREATE INDEX issue_due ON issue (due_at) WHERE due_at > 0;
CREATE INDEX issue_lead ON issue (lead_agency, id) WHERE lead_agency <> '';
CREATE INDEX issue_person ON issue (person_id) WHERE person_id <> '';
CREATE INDEX issue_enterprise ON issue (enterprise_id, id) WHERE enterprise_id <> '';

CREATE TABLE issue_assist (
    issue_id TEXT NOT NULL REFERENCES issue (id),
    agency   TEXT NOT NULL,
    PRIMARY KEY (issue_id, agency)
);
CREATE INDEX issue_assist_agency ON issue_assist (agency);
