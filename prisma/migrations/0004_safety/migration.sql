-- hold_reason: why the hub itself wants a person to look at this document first. Kept after the approval.
ALTER TABLE "outbox" ADD COLUMN "hold_reason" TEXT;

-- force: a person said that the snapshot is right although it looks partial, and that snoozes do not count.
ALTER TABLE "runs" ADD COLUMN "force" BOOLEAN NOT NULL DEFAULT false;

-- What was let go for an item on a warehouse: the item's own history.
CREATE INDEX "outbox_lines_item_idx" ON "outbox_lines"("recipient_key", "item_key");

-- Limits that a person has seen or that came in small steps. A jump is not learnt from 1C, only from an approval.
CREATE TABLE "known_limits" (
    "warehouse_key" UUID NOT NULL,
    "item_key" UUID NOT NULL,
    "characteristic_key" UUID NOT NULL,
    "minimum" DECIMAL(15,3) NOT NULL,
    "maximum" DECIMAL(15,3),
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_limits_pkey" PRIMARY KEY ("warehouse_key", "item_key", "characteristic_key")
);

-- How much 1C told of each warehouse in the last run that trusted it.
CREATE TABLE "snapshot_counts" (
    "warehouse_key" UUID NOT NULL,
    "warehouse_name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "balances" INTEGER NOT NULL,
    "limits" INTEGER NOT NULL,
    "run_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "snapshot_counts_pkey" PRIMARY KEY ("warehouse_key")
);

-- What people told the hub not to order: until a date, or (until NULL) for good.
CREATE TABLE "snoozes" (
    "id" UUID NOT NULL,
    "recipient_key" UUID,
    "recipient_name" TEXT,
    "item_key" UUID,
    "item_name" TEXT,
    "article" TEXT,
    "characteristic_key" UUID,
    "reason" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "until" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "ended_reason" TEXT,

    CONSTRAINT "snoozes_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "snoozes_scope" CHECK (
      ("recipient_key" IS NOT NULL OR "item_key" IS NOT NULL) AND ("characteristic_key" IS NULL OR "item_key" IS NOT NULL)
    ),
    CONSTRAINT "snoozes_ended" CHECK (("ended_at" IS NULL) = ("ended_reason" IS NULL))
);

-- One snooze at a time for one place; NULL is a place too.
CREATE UNIQUE INDEX "snoozes_active_idx" ON "snoozes"(
  coalesce("recipient_key", '00000000-0000-0000-0000-000000000000'::uuid),
  coalesce("item_key", '00000000-0000-0000-0000-000000000000'::uuid),
  coalesce("characteristic_key"::text, '')
) WHERE "ended_at" IS NULL;
CREATE INDEX "snoozes_created_at_idx" ON "snoozes"("created_at" DESC);
