-- +goose Up
-- Conversations of enterprises with the duty room (咨询). What was said stands in the
-- timeline.
CREATE TABLE consult (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    area          TEXT NOT NULL,
    topic         TEXT NOT NULL,
    title         TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX consult_area ON consult (area, id);
CREATE INDEX consult_enterprise ON consult (enterprise_id, id);

-- Whom one may call at an enterprise (联系人).
CREATE TABLE enterprise_contact (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    name          TEXT NOT NULL,
    duty          TEXT NOT NULL,
    phone         TEXT NOT NULL,
    hours         TEXT NOT NULL,              -- when to call
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX enterprise_contact_enterprise ON enterprise_contact (enterprise_id, id);
