-- +goose Up
-- What is on file about an enterprise's production and monitoring (在案事项):
-- orders to stop, and changes put on record.
CREATE TABLE filing (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,                 -- filed, in_force, ended, rejected, withdrawn
    kind          TEXT NOT NULL,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = all of the enterprise
    area          TEXT NOT NULL,
    document      TEXT NOT NULL DEFAULT '',      -- number of the paper
    reason        TEXT NOT NULL,
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL DEFAULT 0,     -- 0 = until it is lifted; of changes always 0
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX filing_enterprise ON filing (enterprise_id, from_at);

CREATE INDEX filing_area ON filing (area, id);
