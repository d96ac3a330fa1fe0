-- +goose Up
CREATE INDEX clue_referred ON clue (referred_to) WHERE referred_to <> '';
