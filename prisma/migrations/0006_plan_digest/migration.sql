-- plan_digest: sha256 over the canonical JSON of the pure plan; two runs with one digest decided the same from the same
-- numbers. scope: what was planned, «all» or the key of the one warehouse, so that runs can be compared with their like.
ALTER TABLE "runs"
  ADD COLUMN "plan_digest" TEXT,
  ADD COLUMN "scope" TEXT;

-- Runs of before: of those for one warehouse, the warehouse's key is on their lines.
UPDATE "runs" SET "scope" = 'all' WHERE "status" = 'completed' AND "warehouse" IS NULL;
UPDATE "runs" SET "scope" = (SELECT l."recipient_key"::text FROM "run_lines" l WHERE l."run_id" = "runs"."id" LIMIT 1)
WHERE "status" = 'completed' AND "warehouse" IS NOT NULL;

-- The run before, of the same scope.
CREATE INDEX "runs_scope_idx" ON "runs"("scope", "created_at" DESC) WHERE "status" = 'completed';
