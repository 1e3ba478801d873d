-- People who are logged in to the console. Only the digest of the cookie's token is kept.
CREATE TABLE "console_sessions" (
    "token_digest" BYTEA NOT NULL,
    "person" TEXT NOT NULL,
    -- Of the person's password hash: who gets another password is logged out everywhere.
    "hash_digest" BYTEA NOT NULL,
    "csrf" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "console_sessions_pkey" PRIMARY KEY ("token_digest")
);

-- Tries to log in that have not succeeded (yet).
CREATE TABLE "login_attempts" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "address" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "login_attempts_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "login_attempts_at_idx" ON "login_attempts"("at");

-- What each worker last told of itself: a process that dies tells nothing more.
CREATE TABLE "worker_states" (
    "owner" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "busy" INTEGER NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "last_fetch_at" TIMESTAMPTZ(3),
    "stalled_since" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_states_pkey" PRIMARY KEY ("owner", "queue")
);

-- What is wrong now or was, and what people were told of it.
CREATE TABLE "alarms" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "told_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_told_at" TIMESTAMPTZ(3),

    CONSTRAINT "alarms_pkey" PRIMARY KEY ("id")
);
-- One open alarm for one thing.
CREATE UNIQUE INDEX "alarms_open_idx" ON "alarms"("code", "subject") WHERE "resolved_at" IS NULL;
CREATE INDEX "alarms_since_idx" ON "alarms"("since" DESC);

-- What a person did, by person and by kind of act.
CREATE INDEX "operator_actions_actor_id_idx" ON "operator_actions"("actor", "id" DESC);
