-- The journal by month (UTC), so that what is too old goes with its table and nothing is ever deleted row by row. Its
-- parts leave no gap: «past» holds all that is older than the first month, «future» all that is newer than the last one, so
-- that an insert finds its place whatever its clock says. A DEFAULT partition would do that too, but then nothing could be
-- read in the order of the parts, and every page would open all of them. docs/adr/0007-journal-by-month.md.
LOCK TABLE "integration_logs" IN ACCESS EXCLUSIVE MODE;

DROP TRIGGER "integration_logs_append_only" ON "integration_logs";
DROP TRIGGER "integration_logs_no_truncate" ON "integration_logs";

-- The table of before becomes the part «past» where it stands: no row of it is copied.
ALTER TABLE "integration_logs" RENAME TO "integration_logs_past";
ALTER TABLE "integration_logs_past" RENAME CONSTRAINT "integration_logs_pkey" TO "integration_logs_past_pkey";
ALTER INDEX "integration_logs_ts_id_idx" RENAME TO "integration_logs_past_ts_id_idx";
ALTER INDEX "integration_logs_run_id_id_idx" RENAME TO "integration_logs_past_run_id_id_idx";
ALTER INDEX "integration_logs_outbox_id_id_idx" RENAME TO "integration_logs_past_outbox_id_id_idx";
ALTER INDEX "integration_logs_facets_idx" RENAME TO "integration_logs_past_facets_idx";
ALTER INDEX IF EXISTS "integration_logs_text_idx" RENAME TO "integration_logs_past_text_idx";

CREATE TABLE "integration_logs" (
    "id" BIGINT NOT NULL DEFAULT nextval('integration_logs_id_seq'),
    "ts" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "level" TEXT NOT NULL,
    "system" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "run_id" UUID,
    "outbox_id" UUID,
    "message" TEXT NOT NULL,
    "details" JSONB,
    "payload" JSONB,

    -- PostgreSQL wants what it is divided by in every key. Ids come from one sequence and are unique by it.
    CONSTRAINT "integration_logs_pkey" PRIMARY KEY ("id", "ts")
) PARTITION BY RANGE ("ts");
ALTER SEQUENCE "integration_logs_id_seq" OWNED BY "integration_logs"."id";

CREATE FUNCTION hub_journal_text(message text, details jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT $1 || ' ' || coalesce((CASE jsonb_typeof($2) WHEN 'object'
    THEN $2 - '{key,worker,ms,start,found,posted,lines,together}'::text[] ELSE $2 END)::text, '')
$$;

-- Every part gets these by itself.
CREATE INDEX "integration_logs_ts_id_idx" ON "integration_logs"("ts" DESC, "id" DESC);
CREATE INDEX "integration_logs_run_id_id_idx" ON "integration_logs"("run_id", "id");
CREATE INDEX "integration_logs_outbox_id_id_idx" ON "integration_logs"("outbox_id", "id");
CREATE INDEX "integration_logs_facets_idx" ON "integration_logs"("system", "step", "status", "level", "ts" DESC, "id" DESC);
DO $$
BEGIN
  -- Only where 0011 could have it. Keys, names of processes and figures of the try itself are no longer searched for part by part:
  -- they are the same for every entry or random, and were most of the work of writing one (a key is found by its document). What is
  -- new waits in a list that every search reads too, 32 MB at most, some ten thousand entries: autovacuum puts it in order in the
  -- background, so that no document waits for its entry's trigrams.
  IF to_regclass('"integration_logs_past_text_idx"') IS NOT NULL THEN
    DROP INDEX "integration_logs_past_text_idx";
    CREATE INDEX "integration_logs_text_idx" ON "integration_logs"
      USING gin (hub_fold(hub_journal_text("message", "details")) gin_trgm_ops) WITH (gin_pending_list_limit = 32768);
  END IF;
END $$;

-- Append-only, as before. Every part gets the trigger for rows from here; the one against TRUNCATE it must be given.
CREATE TRIGGER "integration_logs_append_only" BEFORE UPDATE OR DELETE ON "integration_logs"
  FOR EACH ROW EXECUTE FUNCTION refuse_journal_change();
CREATE TRIGGER "integration_logs_no_truncate" BEFORE TRUNCATE ON "integration_logs"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();

-- The parts, each from `low` to before `high`; NULL: without end. One that is dropped at this moment is left out.
CREATE FUNCTION hub_journal_parts() RETURNS TABLE (part regclass, low timestamptz, high timestamptz)
LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT child.oid::regclass, bounds[1]::timestamptz, bounds[2]::timestamptz
  FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid
    CROSS JOIN regexp_match(
      pg_get_expr(child.relpartbound, child.oid),
      'FROM \((?:''([^'']+)''|MINVALUE)\) TO \((?:''([^'']+)''|MAXVALUE)\)'
    ) AS bounds
  WHERE inhparent = 'integration_logs'::regclass AND bounds IS NOT NULL
  ORDER BY 2 NULLS FIRST
$$;

CREATE FUNCTION hub_journal_guard(part text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE TRIGGER "integration_logs_no_truncate" BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()',
    part);
END $$;

-- Makes one part, guarded. It must not overlap with another.
CREATE FUNCTION hub_journal_part(name text, low timestamptz, high timestamptz) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
BEGIN
  EXECUTE format(
    'CREATE TABLE %I PARTITION OF integration_logs FOR VALUES FROM (%s) TO (%s)
      WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 2000)',
    name, coalesce(quote_literal(low), 'MINVALUE'), coalesce(quote_literal(high), 'MAXVALUE'));
  PERFORM hub_journal_guard(name);
END $$;

CREATE FUNCTION hub_journal_month(at timestamptz, more integer DEFAULT 0) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT (date_trunc('month', at AT TIME ZONE 'UTC') + make_interval(months => more)) AT TIME ZONE 'UTC'
$$;

-- Makes the months up to the one that is `ahead` months after `at`, and gives the months made. What has landed in «future» and
-- belongs to one of them moves there. Waits 2 s for whoever uses the journal, then fails with lock_not_available: nobody
-- who writes is held up for longer, and there are months to try again in.
CREATE FUNCTION hub_journal_partitions(ahead integer, at timestamptz DEFAULT now()) RETURNS integer
LANGUAGE plpgsql SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  until timestamptz := hub_journal_month(at, ahead + 1);
  edge timestamptz;
  made integer := 0;
BEGIN
  SELECT low INTO edge FROM hub_journal_parts() WHERE high IS NULL;
  IF edge >= until THEN RETURN 0; END IF;
  LOCK TABLE integration_logs IN ACCESS EXCLUSIVE MODE;
  -- Another may have made them meanwhile.
  SELECT low INTO STRICT edge FROM hub_journal_parts() WHERE high IS NULL;
  IF edge >= until THEN RETURN 0; END IF;
  ALTER TABLE integration_logs DETACH PARTITION integration_logs_future;
  ALTER TABLE integration_logs_future RENAME TO integration_logs_stray;
  WHILE edge < until LOOP
    PERFORM hub_journal_part('integration_logs_' || to_char(edge, 'YYYY_MM'), edge, hub_journal_month(edge, 1));
    edge := hub_journal_month(edge, 1);
    made := made + 1;
  END LOOP;
  PERFORM hub_journal_part('integration_logs_future', edge, NULL);
  INSERT INTO integration_logs SELECT * FROM integration_logs_stray;
  DROP TABLE integration_logs_stray;
  RETURN made;
END $$;

-- Drops the parts that are older than `before` as a whole, and gives how many. «past» then reaches up to the oldest part that
-- stays. The month of now is never dropped, whatever is asked for. Waits as hub_journal_partitions does.
CREATE FUNCTION hub_journal_drop(before timestamptz) RETURNS integer
LANGUAGE plpgsql SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  latest timestamptz := least(before, hub_journal_month(now()));
  edge timestamptz;
  old record;
  dropped integer := 0;
BEGIN
  LOCK TABLE integration_logs IN ACCESS EXCLUSIVE MODE;
  SELECT max(high) INTO edge FROM hub_journal_parts() WHERE high <= latest;
  IF edge IS NULL THEN RETURN 0; END IF;
  FOR old IN SELECT part FROM hub_journal_parts() WHERE high <= edge LOOP
    EXECUTE format('DROP TABLE %s', old.part);
    dropped := dropped + 1;
  END LOOP;
  PERFORM hub_journal_part('integration_logs_past', NULL, edge);
  RETURN dropped;
END $$;

DO $$
DECLARE
  edge timestamptz := hub_journal_month(now(), 1);
BEGIN
  IF NOT EXISTS (SELECT FROM integration_logs_past) THEN
    DROP TABLE integration_logs_past;
    edge := hub_journal_month(now());
    PERFORM hub_journal_part('integration_logs_past', NULL, edge);
    PERFORM hub_journal_part('integration_logs_future', edge, NULL);
  ELSE
    PERFORM hub_journal_part('integration_logs_future', edge, NULL);
    -- Written by a clock that is fast: few, if any.
    WITH ahead AS (DELETE FROM integration_logs_past WHERE ts >= edge RETURNING *)
    INSERT INTO integration_logs SELECT * FROM ahead;
    ALTER TABLE integration_logs_past DROP CONSTRAINT integration_logs_past_pkey;
    ALTER TABLE integration_logs_past ADD CONSTRAINT integration_logs_past_pkey PRIMARY KEY (id, ts);
    EXECUTE format('ALTER TABLE integration_logs ATTACH PARTITION integration_logs_past FOR VALUES FROM (MINVALUE) TO (%L)', edge);
    PERFORM hub_journal_guard('integration_logs_past');
  END IF;
  PERFORM hub_journal_partitions(3);
END $$;
