-- +goose Up
-- What the desk knows of a report beside the report itself: the door that it came
-- through, the clock until it is accepted or refused, what the reporter said of the
-- outcome. One row a report; reports older than this have none, and no clock.
CREATE TABLE tip_desk (
    tip_id      TEXT PRIMARY KEY REFERENCES tip (id),
    door        TEXT NOT NULL DEFAULT '{}',      -- JSON, the door's own questions and answers
    entered_by  TEXT NOT NULL DEFAULT '',        -- user who took it down, '' = the reporter
    received_at BIGINT NOT NULL,                 -- when the reporter spoke
    accept_by   BIGINT NOT NULL DEFAULT 0,       -- 0 = no clock
    answer      TEXT NOT NULL DEFAULT '',        -- accepted, refused, elsewhere
    answered_at BIGINT NOT NULL DEFAULT 0,
    body        TEXT NOT NULL DEFAULT '',        -- which body should take it, of elsewhere
    reason      TEXT NOT NULL DEFAULT '',        -- as the reporter is told
    platform    TEXT NOT NULL DEFAULT '',        -- the other system that sent it
    outside     TEXT NOT NULL DEFAULT '',        -- its number there
    outside_due BIGINT NOT NULL DEFAULT 0,       -- its deadline there
    handed      BOOLEAN NOT NULL DEFAULT FALSE,  -- the receipt went through a clerk's hands
    score       TEXT NOT NULL DEFAULT '',        -- the reporter's last word: solved, partly, unsolved
    rated_at    BIGINT NOT NULL DEFAULT 0,
    reopened    BIGINT NOT NULL DEFAULT 0        -- how often the reporter had it taken up again
);
CREATE INDEX tip_desk_accept ON tip_desk (accept_by) WHERE answer = '' AND accept_by > 0;
CREATE UNIQUE INDEX tip_desk_outside ON tip_desk (platform, outside) WHERE outside <> '';
