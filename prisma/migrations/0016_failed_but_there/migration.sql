-- A row that failed may turn out to have its document after all: the reconciler found it outside. Its outcome is unknown
-- from then on, so that its need stays covered and no plan takes its place.
CREATE OR REPLACE FUNCTION check_outbox_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> NEW.status AND NOT (OLD.status::text || '>' || NEW.status::text = ANY (ARRAY[
    'held>pending', 'held>cancelled', 'held>superseded',
    'pending>queued', 'pending>sending', 'pending>cancelled',
    'queued>pending', 'queued>sending', 'queued>cancelled',
    'sending>done', 'sending>failed', 'sending>unknown', 'sending>queued', 'sending>pending',
    'unknown>sending', 'unknown>pending', 'unknown>done',
    'failed>pending', 'failed>sending', 'failed>cancelled', 'failed>superseded', 'failed>unknown'
  ])) AND NOT (OLD.status = 'done' AND NEW.status = 'pending' AND NEW.document_generation > OLD.document_generation) THEN
    RAISE EXCEPTION 'outbox row % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;

-- What was asked about such rows before.
UPDATE "outbox" SET "status" = 'unknown', "maybe_made" = true, "rested_under" = coalesce("rested_under", 'reconcile')
WHERE "status" = 'failed' AND "question_code" IN ('transfer-made-though-failed', 'order-made-though-failed');
