-- crashes: starts in a row whose process died before it told an end. rested_under: the delivery that brought the row to
-- rest without success. maybe_made: an earlier start may have made the document, and no look since has shown otherwise.
ALTER TABLE "outbox"
  ADD COLUMN "crashes" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "rested_under" TEXT,
  ADD COLUMN "maybe_made" BOOLEAN NOT NULL DEFAULT false;

-- Rows of before: what was begun and not confirmed may be made.
UPDATE "outbox" SET "maybe_made" = true WHERE "kind" <> 'scan' AND "status" IN ('sending', 'unknown');

-- A need is planned anew where a row ends without its document, so no row may end so while its document may exist.
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_given_up_is_not_made"
  CHECK (NOT "maybe_made" OR "status" NOT IN ('failed', 'cancelled', 'superseded', 'held'));
