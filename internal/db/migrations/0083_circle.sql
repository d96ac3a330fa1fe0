-- +goose Up
-- Who may read one sensitive report (知悉范围): the people named, and nobody else whatever their role.
CREATE TABLE circle (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,                    -- tip, insider
    subject    TEXT NOT NULL,
    held       TEXT NOT NULL UNIQUE,             -- the subject while in force, then the id: one circle at a time
    number     TEXT NOT NULL,                    -- of the report
    area       TEXT NOT NULL,
    state      TEXT NOT NULL,                    -- held, lifted
    reason     TEXT NOT NULL,
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0,        -- 0 = in force
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX circle_ended ON circle (ended_at, set_at);

CREATE INDEX circle_subject ON circle (subject);

CREATE TABLE circle_member (
    circle_id TEXT NOT NULL REFERENCES circle (id),
    user_id   TEXT NOT NULL,
    added_by  TEXT NOT NULL,
    added_at  BIGINT NOT NULL,
    PRIMARY KEY (circle_id, user_id)
);

CREATE INDEX circle_member_user ON circle_member (user_id);
-- What threatens a reporter and what is done about it (风险评估与安全措施). The body is
-- sealed with the key of the data folder before it is written.
CREATE TABLE safety_plan (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    held        TEXT NOT NULL UNIQUE,             -- the subject while it runs, then the id
    area        TEXT NOT NULL,
    state       TEXT NOT NULL,                    -- running, ended
    level       TEXT NOT NULL,
    body        BYTEA NOT NULL,
    responsible TEXT NOT NULL,
    review_at   BIGINT NOT NULL,                  -- half past eight of the day on which it is looked at again
    made_by     TEXT NOT NULL,
    made_at     BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX safety_plan_subject ON safety_plan (subject);
