-- +goose Up
CREATE INDEX clue_created ON clue (created_at);
CREATE INDEX clue_updated ON clue (updated_at);
CREATE INDEX issue_created ON issue (created_at);
CREATE INDEX issue_closed ON issue (closed_at) WHERE closed_at > 0;
