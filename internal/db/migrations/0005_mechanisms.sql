-- +goose Up
-- A key enqueued again while its job runs: it runs once more afterwards.
ALTER TABLE job ADD COLUMN again BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX job_dead ON job (finished_at) WHERE state = 'dead';
CREATE INDEX job_done ON job (finished_at) WHERE state = 'done';

-- Schedules as rows: whichever node sees one due fires it, once in the cluster.
CREATE TABLE job_schedule (
    name     TEXT PRIMARY KEY,        -- also the kind of the job it enqueues
    spec     TEXT NOT NULL,           -- every 1h0m0s, or daily 08:30 (Asia/Shanghai)
    next_at  BIGINT NOT NULL,
    fired_at BIGINT NOT NULL DEFAULT 0
);

-- One node at a time works for a consumer.
ALTER TABLE bus_cursor ADD COLUMN lease_owner TEXT NOT NULL DEFAULT '';
ALTER TABLE bus_cursor ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
CREATE INDEX bus_event_at ON bus_event (at);

-- Entries not yet in the tree. The sequencer empties it; an entry that is in
-- neither this table nor audit_leaf did not come through the program.
CREATE TABLE audit_pending (
    entry_id TEXT PRIMARY KEY
);
INSERT INTO audit_pending (entry_id)
    SELECT id FROM audit_entry WHERE id NOT IN (SELECT entry_id FROM audit_leaf);

-- The one head of the tree; its lease says which node appends.
CREATE TABLE audit_head (
    one         BIGINT PRIMARY KEY,
    origin      TEXT NOT NULL,        -- place and installation, first line of every checkpoint
    size        BIGINT NOT NULL,
    lease_owner TEXT NOT NULL DEFAULT '',
    lease_until BIGINT NOT NULL DEFAULT 0
);
INSERT INTO audit_head (one, origin, size) VALUES (1, '', 0);
CREATE INDEX audit_entry_actor ON audit_entry (actor, id);
CREATE INDEX audit_entry_action ON audit_entry (action, id);

-- What a witness outside has been given, and whether it took it.
CREATE TABLE audit_witness (
    name    TEXT NOT NULL,
    size    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    note    TEXT NOT NULL,
    PRIMARY KEY (name, size)
);
