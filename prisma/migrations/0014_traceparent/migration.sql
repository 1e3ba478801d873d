-- What a row's delivery goes on from, so that a trace survives the time between its writing and its relaying.
ALTER TABLE "outbox" ADD COLUMN "traceparent" TEXT;
