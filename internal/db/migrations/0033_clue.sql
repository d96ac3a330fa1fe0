-- +goose Up
CREATE TABLE clue (
    id              TEXT PRIMARY KEY,
    number          TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL,
    source          TEXT NOT NULL,               -- alarm, phone, visit, patrol …
    source_id       TEXT NOT NULL DEFAULT '',    -- the source's own id: the same thing is handed in once
    title           TEXT NOT NULL,
    body            TEXT NOT NULL DEFAULT '',
    area            TEXT NOT NULL,
    address         TEXT NOT NULL DEFAULT '',
    lng             DOUBLE PRECISION NOT NULL DEFAULT 0,   -- WGS84; 0, 0 = not known
    lat             DOUBLE PRECISION NOT NULL DEFAULT 0,
    category        TEXT NOT NULL DEFAULT '',
    enterprise_id   TEXT NOT NULL DEFAULT '',
    enterprise_name TEXT NOT NULL DEFAULT '',    -- as the source named it
    outlet_id       TEXT NOT NULL DEFAULT '',
    contact         TEXT NOT NULL DEFAULT '',    -- how to reach who told us; shown to the desk only, every look is logged
    evidence        TEXT NOT NULL DEFAULT '',    -- JSON of the source
    owner_id        TEXT NOT NULL DEFAULT '',    -- who took it; '' = the desk of the area
    clock           TEXT NOT NULL DEFAULT '',    -- which clock runs
    due_at          BIGINT NOT NULL DEFAULT 0,   -- derived from the timeline
    issue_id        TEXT NOT NULL DEFAULT '',    -- where it went: adopted or merged into
    merged_into     TEXT NOT NULL DEFAULT '',    -- the clue it was merged into
    referred_to     TEXT NOT NULL DEFAULT '',    -- the agency it was referred to
    created_by      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX clue_source ON clue (source, source_id) WHERE source_id <> '';
CREATE INDEX clue_state ON clue (state, id);
CREATE INDEX clue_due ON clue (due_at) WHERE due_at > 0;
CREATE INDEX clue_area ON clue (area, id);
CREATE INDEX clue_enterprise ON clue (enterprise_id, created_at) WHERE enterprise_id <> '';
CREATE INDEX clue_place ON clue (lat, lng) WHERE lat <> 0;
CREATE INDEX clue_issue ON clue (issue_id) WHERE issue_id <> '';
CREATE INDEX clue_owner ON clue (owner_id) WHERE owner_id <> '';
CREATE INDEX clue_creator ON clue (created_by, id);
CREATE INDEX clue_merged ON clue (merged_into) WHERE merged_into <> '';
