-- +goose Up
-- What was done to each thing that has a flow, in order; only ever added to.
CREATE TABLE timeline (
    id         TEXT PRIMARY KEY,            -- UUIDv7, in the order of writing
    kind       TEXT NOT NULL,               -- clue, issue, alarm …
    subject    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor_id   TEXT NOT NULL,               -- user id, or system:<part>
    actor_name TEXT NOT NULL,               -- as it was then
    behalf_id  TEXT NOT NULL DEFAULT '',    -- the person on leave for whom the actor stood in
    verb       TEXT NOT NULL,
    title      TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    note       TEXT NOT NULL DEFAULT '',
    data       TEXT NOT NULL,               -- JSON: the form as filled in, ids
    shown      TEXT NOT NULL,               -- JSON: the form as a person reads it, names of that day
    files      TEXT NOT NULL DEFAULT '[]',  -- JSON: ids of the files handed in with it
    once       TEXT NOT NULL DEFAULT ''     -- key of what may happen once only, e.g. overdue:<due>
);
CREATE INDEX timeline_subject ON timeline (kind, subject, id);
CREATE INDEX timeline_verb ON timeline (kind, verb, at);
CREATE UNIQUE INDEX timeline_once ON timeline (kind, subject, once) WHERE once <> '';
