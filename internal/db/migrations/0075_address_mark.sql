-- +goose Up
-- What is known of where people are reached (地址验证): proven by a code, or refused by
-- the other side for good. A row speaks of the address in it alone.
CREATE TABLE address_mark (
    user_id    TEXT NOT NULL,
    kind       TEXT NOT NULL,                -- of channel
    address    TEXT NOT NULL,
    proven_at  BIGINT NOT NULL DEFAULT 0,
    bad_at     BIGINT NOT NULL DEFAULT 0,
    trouble    TEXT NOT NULL DEFAULT '',
    code       TEXT NOT NULL DEFAULT '',     -- hash of the code that was sent last
    code_at    BIGINT NOT NULL DEFAULT 0,
    tries      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, kind)
);
-- Addresses that are on file already have been used.
INSERT INTO address_mark (user_id, kind, address, proven_at) SELECT id, 'mail', email, 1 FROM app_user WHERE email <> '';
