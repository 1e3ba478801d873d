-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "run_status" AS ENUM ('queued', 'running', 'completed', 'failed');

-- CreateEnum
CREATE TYPE "outbox_status" AS ENUM ('held', 'pending', 'queued', 'sending', 'unknown', 'done', 'failed', 'cancelled', 'superseded');

-- CreateEnum
CREATE TYPE "outbox_kind" AS ENUM ('scan', 'transfer', 'order');

-- CreateTable
CREATE TABLE "runs" (
    "id" UUID NOT NULL,
    "status" "run_status" NOT NULL DEFAULT 'queued',
    "trigger" TEXT NOT NULL,
    "requested_by" TEXT,
    "dry_run" BOOLEAN NOT NULL DEFAULT false,
    "warehouse" TEXT,
    "slot" TIMESTAMPTZ(3),
    "phase" TEXT,
    "progress" JSONB NOT NULL DEFAULT '{}',
    "counts" JSONB NOT NULL DEFAULT '{}',
    "warnings" JSONB NOT NULL DEFAULT '[]',
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "snapshot_started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_lines" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "recipient_key" UUID NOT NULL,
    "recipient_name" TEXT NOT NULL,
    "item_key" UUID NOT NULL,
    "item_name" TEXT NOT NULL,
    "article" TEXT NOT NULL,
    "characteristic_key" UUID NOT NULL,
    "characteristic_name" TEXT NOT NULL DEFAULT '',
    "unit" TEXT NOT NULL,
    "minimum" DECIMAL(15,3) NOT NULL,
    "maximum" DECIMAL(15,3),
    "free" DECIMAL(15,3) NOT NULL,
    "on_order" DECIMAL(15,3) NOT NULL,
    "hub_expected" DECIMAL(15,3) NOT NULL,
    "projected" DECIMAL(15,3) NOT NULL,
    "need" DECIMAL(15,3) NOT NULL,
    "transferred" DECIMAL(15,3) NOT NULL,
    "ordered" DECIMAL(15,3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "why" JSONB NOT NULL,

    CONSTRAINT "run_lines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL,
    "kind" "outbox_kind" NOT NULL,
    "status" "outbox_status" NOT NULL DEFAULT 'pending',
    "run_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "document_generation" INTEGER NOT NULL DEFAULT 1,
    "document_key" UUID NOT NULL,
    "queue" TEXT NOT NULL,
    "sender_key" UUID,
    "sender_name" TEXT,
    "recipient_key" UUID,
    "recipient_name" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "starts" INTEGER NOT NULL DEFAULT 0,
    "error_code" TEXT,
    "error_message" TEXT,
    "external_key" TEXT,
    "external_number" TEXT,
    "external_url" TEXT,
    "posted" BOOLEAN,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "job_seen_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_lines" (
    "id" UUID NOT NULL,
    "outbox_id" UUID NOT NULL,
    "run_line_id" UUID NOT NULL,
    "line_number" INTEGER NOT NULL,
    "recipient_key" UUID NOT NULL,
    "sender_key" UUID,
    "item_key" UUID NOT NULL,
    "item_name" TEXT NOT NULL,
    "article" TEXT NOT NULL,
    "code" TEXT NOT NULL DEFAULT '',
    "characteristic_key" UUID NOT NULL,
    "quantity" DECIMAL(15,3) NOT NULL,
    "received" DECIMAL(15,3) NOT NULL DEFAULT 0,
    "closed_at" TIMESTAMPTZ(3),
    "closed_reason" TEXT,

    CONSTRAINT "outbox_lines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "integration_logs" (
    "id" BIGSERIAL NOT NULL,
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

    CONSTRAINT "integration_logs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator_actions" (
    "id" BIGSERIAL NOT NULL,
    "ts" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "run_id" UUID,
    "outbox_id" UUID,
    "outcome" TEXT NOT NULL,
    "details" JSONB,

    CONSTRAINT "operator_actions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "item_links" (
    "item_key" UUID NOT NULL,
    "characteristic_key" UUID NOT NULL,
    "match_by" TEXT NOT NULL,
    "match_value" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "entity_type" TEXT,
    "entity_id" UUID,
    "matches" INTEGER NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "item_links_pkey" PRIMARY KEY ("item_key","characteristic_key")
);

-- CreateTable
CREATE TABLE "known_warehouses" (
    "key" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_warehouses_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "system_states" (
    "system" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "reason_code" TEXT,
    "reason" TEXT,
    "next_probe_at" TIMESTAMPTZ(3),

    CONSTRAINT "system_states_pkey" PRIMARY KEY ("system")
);

-- CreateTable
CREATE TABLE "api_calls" (
    "id" BIGSERIAL NOT NULL,
    "budget" TEXT NOT NULL,
    "units" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_calls_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "runs_slot_key" ON "runs"("slot");

-- CreateIndex
CREATE INDEX "runs_created_at_idx" ON "runs"("created_at" DESC);

-- CreateIndex
CREATE INDEX "run_lines_run_id_recipient_name_article_idx" ON "run_lines"("run_id", "recipient_name", "article");

-- CreateIndex
CREATE INDEX "run_lines_article_idx" ON "run_lines"("article");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_document_key_key" ON "outbox"("document_key");

-- CreateIndex
CREATE INDEX "outbox_run_id_status_idx" ON "outbox"("run_id", "status");

-- CreateIndex
CREATE INDEX "outbox_status_created_at_idx" ON "outbox"("status", "created_at");

-- CreateIndex
CREATE INDEX "outbox_lines_run_line_id_idx" ON "outbox_lines"("run_line_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_lines_outbox_id_line_number_key" ON "outbox_lines"("outbox_id", "line_number");

-- CreateIndex
CREATE INDEX "integration_logs_ts_id_idx" ON "integration_logs"("ts" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "integration_logs_run_id_id_idx" ON "integration_logs"("run_id", "id");

-- CreateIndex
CREATE INDEX "integration_logs_outbox_id_id_idx" ON "integration_logs"("outbox_id", "id");

-- CreateIndex
CREATE INDEX "operator_actions_ts_idx" ON "operator_actions"("ts" DESC);

-- CreateIndex
CREATE INDEX "api_calls_budget_started_at_idx" ON "api_calls"("budget", "started_at");

-- AddForeignKey
ALTER TABLE "run_lines" ADD CONSTRAINT "run_lines_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox_lines" ADD CONSTRAINT "outbox_lines_outbox_id_fkey" FOREIGN KEY ("outbox_id") REFERENCES "outbox"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox_lines" ADD CONSTRAINT "outbox_lines_run_line_id_fkey" FOREIGN KEY ("run_line_id") REFERENCES "run_lines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- The ledger: lines that still wait for goods. Prisma has no partial indexes.
CREATE INDEX "outbox_lines_open_idx" ON "outbox_lines"("recipient_key", "item_key") WHERE "closed_at" IS NULL;

-- What the relay and the sweep look for: rows that are not at rest.
CREATE INDEX "outbox_moving_idx" ON "outbox"("status", "created_at") WHERE "status" IN ('pending', 'queued', 'sending', 'unknown');

-- The journal is append-only, whoever is connected.
CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'integration_logs is append-only: % refused', TG_OP;
END $$;

CREATE TRIGGER "integration_logs_append_only" BEFORE UPDATE OR DELETE ON "integration_logs"
  FOR EACH ROW EXECUTE FUNCTION refuse_journal_change();
CREATE TRIGGER "integration_logs_no_truncate" BEFORE TRUNCATE ON "integration_logs"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();

-- The outbox row's life. A step that is not in this list is impossible, whatever the code does.
CREATE FUNCTION check_outbox_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> NEW.status AND NOT (OLD.status::text || '>' || NEW.status::text = ANY (ARRAY[
    'held>pending', 'held>cancelled', 'held>superseded',
    'pending>queued', 'pending>sending', 'pending>cancelled',
    'queued>pending', 'queued>sending', 'queued>cancelled',
    'sending>done', 'sending>failed', 'sending>unknown', 'sending>queued', 'sending>pending',
    'unknown>sending', 'unknown>pending', 'unknown>done',
    'failed>pending', 'failed>sending', 'failed>cancelled', 'failed>superseded'
  ])) AND NOT (OLD.status = 'done' AND NEW.status = 'pending' AND NEW.document_generation > OLD.document_generation) THEN
    RAISE EXCEPTION 'outbox row % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER "outbox_step" BEFORE UPDATE ON "outbox" FOR EACH ROW EXECUTE FUNCTION check_outbox_step();

-- A document that is done has been confirmed by the other system under a key of its own.
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_done_is_confirmed"
  CHECK ("status" <> 'done' OR "kind" = 'scan' OR ("external_key" IS NOT NULL AND "confirmed_at" IS NOT NULL));

-- One row is enough to wake every relay; the payload stays empty because NOTIFY is only a hint.
CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hub_outbox', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "outbox_inserted" AFTER INSERT ON "outbox" FOR EACH STATEMENT EXECUTE FUNCTION wake_relay();
