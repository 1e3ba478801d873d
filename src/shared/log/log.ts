import { type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * Structured log. Lines are events: `log.info({ event: 'job.completed', outboxId, ms })`.
 * Ids and outcomes only: no payloads, no secrets. `redact` is the second lock, not the first.
 */
export function createLog(options: { level: string; pretty: boolean; name: string; destination?: 1 | 2 }): Log {
  const base = {
    name: options.name,
    level: options.level,
    redact: ['password', '*.password', 'token', '*.token', 'authorization', '*.authorization', 'headers', '*.headers'],
  };
  const fd = options.destination ?? 1;
  if (!options.pretty) return pino(base, pino.destination({ dest: fd, sync: true }));
  return pino({
    ...base,
    transport: { target: 'pino-pretty', options: { destination: fd, ignore: 'pid,hostname,name' } },
  });
}

/** For tests and for commands whose output is their own. */
export const silentLog: Log = pino({ level: 'silent' });
