-- +goose Up
-- The public halves of the signing keys stand in the log itself (action
-- audit.key) and the secret half in the data folder, out of reach for whoever
-- can only write to the database.
DROP TABLE audit_key;
DROP INDEX audit_entry_actor;
DROP INDEX audit_entry_action;
DROP INDEX audit_entry_subject;
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor, at, id);
CREATE INDEX audit_entry_action ON audit_entry (action, at, id);
CREATE INDEX audit_entry_subject ON audit_entry (kind, subject, at, id);
