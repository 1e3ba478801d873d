-- Since when a row waits: since a person let it go or put it back, however old it is. NULL: since it was written.
ALTER TABLE "outbox" ADD COLUMN "released_at" TIMESTAMPTZ(3);

CREATE FUNCTION note_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.released_at := clock_timestamp();
  RETURN NEW;
END $$;

-- Whatever does it: one act or many, the API, a scan that lets approved lines go, or a job retried in Bull Board.
CREATE TRIGGER "outbox_released" BEFORE UPDATE OF "status" ON "outbox" FOR EACH ROW
  WHEN (NEW.status IN ('pending', 'sending') AND (
    OLD.status IN ('held', 'failed', 'done')
    OR (OLD.status = 'unknown' AND (NEW.status = 'pending' OR OLD.rested_under IS NOT NULL))
  ))
  EXECUTE FUNCTION note_release();

-- How many documents an alarm is about, and how many people were told of: what has doubled since is told again.
ALTER TABLE "alarms" ADD COLUMN "size" INTEGER, ADD COLUMN "told_size" INTEGER;

-- How each way to tell alarms fared when it was last used.
CREATE TABLE "alarm_channels" (
    "name" TEXT NOT NULL,
    "tried_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    -- NULL: the last try got through.
    "error" TEXT,

    CONSTRAINT "alarm_channels_pkey" PRIMARY KEY ("name")
);
