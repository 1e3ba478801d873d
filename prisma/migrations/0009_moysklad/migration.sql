-- Failing answers of МойСклад within the last minute, for the breaker that all processes share: it switches a user off
-- who gets the same refusal 200 times a minute.
CREATE TABLE "api_failures" (
    "id" BIGSERIAL NOT NULL,
    "budget" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_failures_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "api_failures_signature_idx" ON "api_failures"("budget", "signature", "at");

-- What 1C last said of the items that have limits: what the links are looked up by, without asking 1C.
CREATE TABLE "known_items" (
    "item_key" UUID NOT NULL,
    "characteristic_key" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "article" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "barcodes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "unit" TEXT NOT NULL,
    -- Base units in one pack of the item's limits, NULL where they name none.
    "pack" DECIMAL(15,3),
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_items_pkey" PRIMARY KEY ("item_key","characteristic_key")
);

-- problem: NULL where the item can be ordered; else no-value, missing, archived, many or unit. price: kopecks by the configured
-- price type, NULL unknown; kept when the product is lost, so that what is blocked can still be counted.
ALTER TABLE "item_links"
  ADD COLUMN "problem" TEXT,
  ADD COLUMN "archived" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "entity_name" TEXT,
  ADD COLUMN "unit" TEXT,
  ADD COLUMN "packs" DECIMAL(15,3)[] DEFAULT ARRAY[]::DECIMAL(15,3)[],
  ADD COLUMN "price" BIGINT;

UPDATE "item_links" SET "problem" = CASE "status" WHEN 'missing' THEN 'missing' WHEN 'many' THEN 'many' END;
