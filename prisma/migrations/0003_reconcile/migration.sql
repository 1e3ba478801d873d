-- question: what the reconciler asks a person about this document, until the other system shows that it is settled.
ALTER TABLE "outbox"
  ADD COLUMN "question_code" TEXT,
  ADD COLUMN "question" TEXT,
  ADD COLUMN "asked_at" TIMESTAMPTZ(3);

-- goods_key: МойСклад's product or variant that the line was ordered as, so that its position is known again whatever
-- happens to articles later. shipments: cumulative quantities with the time each was first seen, [{"at": …, "shipped": …}].
ALTER TABLE "outbox_lines"
  ADD COLUMN "goods_key" UUID,
  ADD COLUMN "shipments" JSONB NOT NULL DEFAULT '[]';

-- Documents that ask something: few, and looked for by people.
CREATE INDEX "outbox_asking_idx" ON "outbox"("asked_at") WHERE "question_code" IS NOT NULL;

-- What was closed lately, looked at again in case its document comes back.
CREATE INDEX "outbox_lines_given_up_idx" ON "outbox_lines"("closed_at") WHERE "closed_reason" IN ('deleted', 'cancelled');
