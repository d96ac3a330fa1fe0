-- +goose Up
-- What decides whether a clue is shown stands in the index, so that counting
-- reads no clue; and each reason to take a clue for similar has an index.
DROP INDEX clue_state;
CREATE INDEX clue_state ON clue (state, id, area, owner_id, created_by, referred_to, source_id);
DROP INDEX clue_due;
CREATE INDEX clue_due ON clue (due_at, id, area, owner_id, created_by, referred_to, source_id) WHERE due_at > 0;
DROP INDEX clue_place;
CREATE INDEX clue_place ON clue (lat, lng, created_at) WHERE lat <> 0;
CREATE INDEX clue_name ON clue (enterprise_name, created_at) WHERE enterprise_name <> '';
CREATE INDEX clue_outlet ON clue (outlet_id, created_at) WHERE outlet_id <> '';

-- +goose Down
DROP INDEX clue_outlet;
DROP INDEX clue_name;
DROP INDEX clue_place;
CREATE INDEX clue_place ON clue (lat, lng) WHERE lat <> 0;
DROP INDEX clue_due;
CREATE INDEX clue_due ON clue (due_at) WHERE due_at > 0;
DROP INDEX clue_state;
CREATE INDEX clue_state ON clue (state, id);
