-- What is searched is compared in lower case, with ё as е. PostgreSQL's own lower() leaves Cyrillic alone in databases made
-- with the C locale.
CREATE FUNCTION hub_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT lower(translate($1, 'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁё', 'абвгдежзийклмнопрстуфхцчшщъыьэюяее'))
$$;

-- Parts of words by trigrams. Where the extension cannot be had, a search works too, but reads on until it has found enough.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "outbox_lines_text_idx" ON "outbox_lines" USING gin (hub_fold("article" || ' ' || "item_name") gin_trgm_ops);
  CREATE INDEX "outbox_number_idx" ON "outbox" USING gin (hub_fold("external_number") gin_trgm_ops) WHERE "external_number" IS NOT NULL;
  CREATE INDEX "integration_logs_text_idx" ON "integration_logs"
    USING gin (hub_fold("message" || ' ' || coalesce("details"::text, '')) gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
  RAISE NOTICE 'pg_trgm is not available: searches will be slow on large tables (%)', SQLERRM;
END $$;

-- Words too short for trigrams are taken for whole articles and numbers.
CREATE INDEX "outbox_lines_article_idx" ON "outbox_lines"(hub_fold("article"));
CREATE INDEX "outbox_external_number_idx" ON "outbox"(hub_fold("external_number")) WHERE "external_number" IS NOT NULL;

-- The newest of each state and kind, by id; the newest of each cause; what was made lately.
CREATE INDEX "outbox_facets_idx" ON "outbox"("status", "kind", "id" DESC);
CREATE INDEX "outbox_cause_idx" ON "outbox"("error_code", "id" DESC) WHERE "error_code" IS NOT NULL;
CREATE INDEX "outbox_confirmed_idx" ON "outbox"("confirmed_at") WHERE "confirmed_at" IS NOT NULL;

-- The newest of each kind of entry. There are few kinds, so any choice among them is a merge of their newest.
CREATE INDEX "integration_logs_facets_idx" ON "integration_logs"("system", "step", "status", "level", "ts" DESC, "id" DESC);
