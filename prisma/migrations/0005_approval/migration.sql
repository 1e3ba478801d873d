-- What a person made of a line while its document was held. planned_quantity: what the plan said; NULL where nobody
-- edited the line. edit_forced: the person insisted on a broken pack, or on more than the donor had offered.
ALTER TABLE "outbox_lines"
  ADD COLUMN "planned_quantity" DECIMAL(15,3),
  ADD COLUMN "edited_by" TEXT,
  ADD COLUMN "edited_at" TIMESTAMPTZ(3),
  ADD COLUMN "edit_reason" TEXT,
  ADD COLUMN "edit_forced" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "approved_by" TEXT,
  ADD COLUMN "approved_at" TIMESTAMPTZ(3);

-- An edit without its author, its reason or what it replaced explains nothing.
ALTER TABLE "outbox_lines" ADD CONSTRAINT "outbox_lines_edit_is_complete"
  CHECK (num_nulls("planned_quantity", "edited_by", "edited_at", "edit_reason") IN (0, 4));
ALTER TABLE "outbox_lines" ADD CONSTRAINT "outbox_lines_approval_is_complete"
  CHECK (num_nulls("approved_by", "approved_at") IN (0, 2));
