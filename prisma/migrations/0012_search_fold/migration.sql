-- The same folding by PostgreSQL's own Unicode rules, where it has them (17 and later): translate() compares each letter of
-- a text with each letter of its list, which made a search of thousands of entries slow. Where it has not, all stays.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_collation WHERE collname = 'pg_c_utf8') AND getdatabaseencoding() = 'UTF8' THEN
    CREATE OR REPLACE FUNCTION hub_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
      'SELECT replace(lower($1 COLLATE pg_c_utf8), ''ё'', ''е'')';
    REINDEX INDEX "outbox_lines_article_idx";
    REINDEX INDEX "outbox_external_number_idx";
    IF to_regclass('"integration_logs_text_idx"') IS NOT NULL THEN
      REINDEX INDEX "outbox_lines_text_idx";
      REINDEX INDEX "outbox_number_idx";
      REINDEX INDEX "integration_logs_text_idx";
    END IF;
  END IF;
END $$;
