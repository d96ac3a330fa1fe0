-- +goose Up
-- The pollutant permit of an enterprise (排污许可证) or its registration.
CREATE TABLE enterprise_permit (
    enterprise_id TEXT PRIMARY KEY REFERENCES enterprise (id),
    number        TEXT NOT NULL DEFAULT '',
    valid_from    BIGINT NOT NULL,
    valid_until   BIGINT NOT NULL,               -- the first moment after it
    updated_by    TEXT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

-- What an enterprise must do by when (应尽义务), made from dated rules and from
-- what is stored about it. The row is the present state; what was done stands in
-- the timeline.
CREATE TABLE obligation (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = of the whole enterprise
    area          TEXT NOT NULL,
    rule          TEXT NOT NULL,
    title         TEXT NOT NULL,                 -- as the next two, as they read when it was made
    basis         TEXT NOT NULL,
    todo          TEXT NOT NULL,
    period        TEXT NOT NULL,                 -- 2026-11, 2026Q4, 2026H2, 2026; for a permit the day of its end
    from_at       BIGINT NOT NULL,               -- the period
    until_at      BIGINT NOT NULL,
    soon_at       BIGINT NOT NULL,               -- from here on it is shown as near
    due_at        BIGINT NOT NULL,               -- its last second
    state         TEXT NOT NULL,                 -- open, reported, done, waived, void
    done_at       BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX obligation_once ON obligation (enterprise_id, outlet_id, rule, period);
CREATE INDEX obligation_state ON obligation (state, due_at, id);
CREATE INDEX obligation_area ON obligation (area, due_at, id);
