-- +goose Up
-- What areas set on built-in rules (规则设置): one row for a rule and an area, the
-- draft in it. What was published stands in rule_setting_version and never changes;
-- it holds for data from from_at on.
CREATE TABLE rule_setting (
    id         TEXT PRIMARY KEY,
    rule       TEXT NOT NULL,
    area       TEXT NOT NULL,
    state      TEXT NOT NULL,
    draft      TEXT NOT NULL,                  -- JSON, by name; what is not in it is not set
    author     TEXT NOT NULL,                  -- of the draft
    live       BIGINT NOT NULL DEFAULT 0,      -- newest published version; 0 = none yet
    in_force   BOOLEAN NOT NULL DEFAULT FALSE, -- the area sets something
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    UNIQUE (rule, area)
);

CREATE TABLE rule_setting_version (
    setting_id   TEXT NOT NULL,
    number       BIGINT NOT NULL,
    rule         TEXT NOT NULL,
    area         TEXT NOT NULL,
    settings     TEXT NOT NULL,                -- JSON
    withdrawn    BOOLEAN NOT NULL,             -- the area sets nothing from then on
    reason       TEXT NOT NULL,
    author       TEXT NOT NULL,
    published_by TEXT NOT NULL,
    from_at      BIGINT NOT NULL,
    PRIMARY KEY (setting_id, number)
);
