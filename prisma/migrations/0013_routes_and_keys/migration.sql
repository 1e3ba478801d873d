-- The newest document of each route, state and kind. Both keys stand in as nil where there is none (scans; orders have no
-- donor), so that the index can be skipped through from one route to the next. Seconds for a million rows.
CREATE INDEX "outbox_route_idx" ON "outbox"(
  (coalesce("recipient_key", '00000000-0000-0000-0000-000000000000'::uuid)),
  (coalesce("sender_key", '00000000-0000-0000-0000-000000000000'::uuid)),
  "status", "kind", "id" DESC
);

-- The document with a key of the other system.
CREATE INDEX "outbox_external_key_idx" ON "outbox" USING hash ("external_key") WHERE "external_key" IS NOT NULL;
