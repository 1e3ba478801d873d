-- Every step of a row writes each index of the outbox anew. This one is served by the facets (what is at rest) and by the next (what moves).
DROP INDEX "outbox_status_created_at_idx";

-- What the relay takes, in its order: a whole run has one created_at, and was sorted again for every batch.
DROP INDEX "outbox_moving_idx";
CREATE INDEX "outbox_moving_idx" ON "outbox"("status", "created_at", "id") WHERE "status" IN ('pending', 'queued', 'sending', 'unknown');
