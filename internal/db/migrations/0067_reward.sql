-- +goose Up
-- What reporters are paid (举报奖励). A reward is one act with all who reported
-- it; an award is what one report gets. Neither knows who a reporter is.
CREATE TABLE reward (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL,
    issue_id    TEXT NOT NULL REFERENCES issue (id),
    area        TEXT NOT NULL,
    act         TEXT NOT NULL,
    document    TEXT NOT NULL,                 -- number of the penalty's paper
    total       BIGINT NOT NULL,               -- fen
    sheet       TEXT NOT NULL,                 -- JSON: input, rule rows used, steps, shares
    round       BIGINT NOT NULL DEFAULT 1,     -- how often it was decided
    proposer    TEXT NOT NULL,
    reviewer    TEXT NOT NULL DEFAULT '',
    approver    TEXT NOT NULL DEFAULT '',      -- the first of the two
    due_at      BIGINT NOT NULL,               -- by when reporters must be told
    granted_at  BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX reward_issue ON reward (issue_id);

CREATE INDEX reward_area ON reward (area, id);

CREATE TABLE reward_budget (
    id          TEXT PRIMARY KEY,
    year        BIGINT NOT NULL,
    area        TEXT NOT NULL,
    amount      BIGINT NOT NULL,               -- fen
    document    TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    UNIQUE (year, area)
);

CREATE TABLE reward_award (
    id          TEXT PRIMARY KEY,
    reward_id   TEXT NOT NULL REFERENCES reward (id),
    round       BIGINT NOT NULL,
    tip_id      TEXT NOT NULL REFERENCES tip (id),
    report      TEXT NOT NULL,                 -- the report's number
    area        TEXT NOT NULL,
    part        TEXT NOT NULL,
    amount      BIGINT NOT NULL,               -- fen
    words       TEXT NOT NULL,                 -- why so much, or why nothing
    state       TEXT NOT NULL,
    way         TEXT NOT NULL DEFAULT '',      -- how it is handed over
    honour      TEXT NOT NULL DEFAULT '',      -- '' not offered, offered, yes, no
    voucher     TEXT NOT NULL DEFAULT '',
    place       TEXT NOT NULL DEFAULT '',
    code        BYTEA,                         -- hash of the collection code
    code_at     BIGINT NOT NULL DEFAULT 0,
    tries       BIGINT NOT NULL DEFAULT 0,     -- wrong codes since the last one was drawn
    due_from    BIGINT NOT NULL DEFAULT 0,
    due_term    TEXT NOT NULL DEFAULT '',      -- 60d, 10w
    due_at      BIGINT NOT NULL DEFAULT 0,     -- derived from the two
    told_at     BIGINT NOT NULL,
    paid_at     BIGINT NOT NULL DEFAULT 0,
    paid_by     TEXT NOT NULL DEFAULT '',
    budget_id   TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX reward_award_reward ON reward_award (reward_id, id);

CREATE INDEX reward_award_tip ON reward_award (tip_id, id);

CREATE INDEX reward_award_area ON reward_award (area, id);

CREATE INDEX reward_award_budget ON reward_award (budget_id, state);
