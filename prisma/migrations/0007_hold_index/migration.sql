-- Documents that the hub itself held: few, and every scan asks which of them a person let go.
CREATE INDEX "outbox_hold_idx" ON "outbox"("created_at") WHERE "hold_reason" IS NOT NULL;
