-- +goose Up
-- The words of papers, for searching. PostgreSQL keeps the pairs here, SQLite
-- keeps them in search_pairs under n.
CREATE TABLE search_text (
    kind  TEXT NOT NULL,               -- clue, issue …
    id    TEXT NOT NULL,
    n     BIGINT NOT NULL DEFAULT 0,
    pairs TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, id)
);
CREATE INDEX search_text_n ON search_text (n) WHERE n > 0;

-- +goose Down
DROP TABLE search_text;
