-- +goose Up
-- Marks (标记): an enterprise says that in a period an outlet did not run as
-- usual, or that its instrument did not measure. The row is the present state;
-- what was done stands in the timeline.
CREATE TABLE mark (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,                 -- marked, accepted: in force; rejected, withdrawn, undone: not
    outlet_id     TEXT NOT NULL REFERENCES outlet (id),
    enterprise_id TEXT NOT NULL,
    area          TEXT NOT NULL,
    kind          TEXT NOT NULL,                 -- of the table of kinds
    family        TEXT NOT NULL,                 -- operating, monitor
    effect        TEXT NOT NULL,                 -- invalid, stopped, exempt
    flag          TEXT NOT NULL,                 -- flag that marked values bear
    rules         TEXT NOT NULL,                 -- version of the table that it was set by
    factors       TEXT NOT NULL DEFAULT '',      -- codes, by comma; '' = all
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,
    reason        TEXT NOT NULL,
    work_order    TEXT NOT NULL DEFAULT '',
    documents     BIGINT NOT NULL DEFAULT 0,     -- files handed in
    proof_due     BIGINT NOT NULL DEFAULT 0,     -- without a document the mark is undone then; 0 = none needed
    warnings      TEXT NOT NULL DEFAULT '[]',    -- JSON: what was pointed out when it was set
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX mark_outlet ON mark (outlet_id, from_at);
CREATE INDEX mark_area ON mark (area, id);
CREATE INDEX mark_enterprise ON mark (enterprise_id, id);
CREATE INDEX mark_state ON mark (state, id);
CREATE INDEX mark_until ON mark (until_at);
