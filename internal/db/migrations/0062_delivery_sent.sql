-- +goose Up
-- Limits of a day count what a channel has sent since midnight.
CREATE INDEX delivery_sent ON delivery (channel_id, sent_at);
