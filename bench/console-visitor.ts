import { createApp } from '../src/api/app.ts';
import { ownJournal } from '../src/api/journal/journal-source.ts';
import { systemClock } from '../src/shared/clock/clock.ts';
import { readConfig } from '../src/shared/config/config.ts';
import { openDatabase } from '../src/shared/db/database.ts';
import { diagnoseMigrations } from '../src/shared/db/migrations.ts';
import { silentLog } from '../src/shared/log/log.ts';
import { hashPassword } from '../src/shared/people/password.ts';

const PASSWORD = 'bench of the console';

export interface BenchVisitor {
  get(path: string): Promise<Response>;
  close(): Promise<void>;
}

/** Somebody who is logged in to a console over this database. Queues and outside systems are not asked by the pages measured. */
export async function openConsole(url: string): Promise<BenchVisitor> {
  const db = openDatabase({ url });
  const { environment, admin, queues, schedule } = readConfig({ NODE_ENV: 'test', DATABASE_URL: url }, 'database');
  const people = [{ name: 'bench', role: 'operator' as const, hash: await hashPassword(PASSWORD) }];
  const nobody = () => {
    throw new Error('not part of this bench');
  };
  const app = createApp({
    config: { environment, queues, schedule, admin: { ...admin, people } },
    db,
    queues: {} as never,
    queueHealth: async () => ({ backend: 'postgres', ok: true }),
    onec: { listWarehouses: async () => [], check: nobody } as never,
    moysklad: { check: nobody } as never,
    checks: { '1c': nobody, moysklad: nobody },
    journal: ownJournal(db),
    notifier: { channels: [], send: async () => [] },
    diagnose: () => diagnoseMigrations(url),
    log: silentLog,
    clock: systemClock,
    version: 'bench',
  });
  const answer = await app.request('/console/login', {
    method: 'POST',
    body: new URLSearchParams({ name: 'bench', password: PASSWORD }),
  });
  const cookie = answer.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  return {
    get: async (path) => app.request(path, { headers: { Cookie: cookie } }),
    close: () => db.close(),
  };
}
