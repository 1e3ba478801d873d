import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/shared/log/log.ts';
import { createScheduler } from '../../src/workers/scheduler.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { addMonths } from '../support/journal.ts';
import { startHubProcess } from '../support/process.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

/** An entry of two years ago, in a month of its own. */
async function withOldJournal(of: TestHub): Promise<void> {
  await addMonths(of.services.db, 25);
  const entry = { level: 'info', system: 'hub', step: 's', status: 'ok', message: 'old' };
  await of.services.db.prisma.integrationLog.create({
    data: { ...entry, ts: new Date(Date.now() - 700 * 86_400_000) },
  });
}

const old = (of: TestHub) => of.services.db.prisma.integrationLog.count({ where: { message: 'old' } });

describe.each(backends())('dropping what is old, with jobs in %s,', (backend) => {
  it('stands on the schedule for every night, and comes back when the queue store was emptied', async () => {
    hub = await startHub({ backend, work: false });
    const { services } = hub;
    const clock = { now: () => new Date('2026-11-22T00:00:00Z'), sleep: () => new Promise<void>(() => undefined) };
    const scheduler = createScheduler({ ...services, log: silentLog, clock });
    const queue = services.store.queue('maintenance');
    const standing = async () => (await queue.getJobSchedulers()).find(({ key }) => key === 'prune');
    await scheduler.runOnce();
    expect(await standing()).toMatchObject({ pattern: '30 3 * * *', tz: 'Europe/Moscow', name: 'prune.v1' });
    await queue.obliterate({ force: true });
    await scheduler.runOnce();
    expect(await standing()).toBeDefined();
  });

  it('is done by whoever serves maintenance, and leaves what the last scan has made and planned', async () => {
    hub = await startHub({ backend });
    await withOldJournal(hub);
    const { runId } = await hub.scan();
    const { db, store } = hub.services;
    const documents = await db.prisma.outboxRow.count({ where: { runId } });
    await store.queue('maintenance').add('prune.v1', {});
    const entry = await until('the journal tells of it', () =>
      db.prisma.integrationLog.findFirst({ where: { step: 'prune' } }),
    );
    expect(entry.message).toMatch(/^Удалено то, что старше 365 дн\. \(RETENTION_DAYS\): записей журнала: 1 /);
    expect(await old(hub)).toBe(0);
    expect(await db.prisma.outboxRow.count({ where: { runId } })).toBe(documents);
  });
});

describe('hub prune', () => {
  it('prints with --dry-run what would go and drops nothing; without it drops that', async () => {
    hub = await startHub({ backend: 'postgres', work: false });
    await withOldJournal(hub);
    const run = async (args: string[], env: Record<string, string> = {}) => {
      const process = startHubProcess(['prune', ...args], { ...hub!.env, ...env });
      const [code] = (await once(process.child, 'close')) as [number | null];
      return { code, printed: process.output() };
    };
    const preview = await run(['--dry-run']);
    expect(preview.printed).toMatch(/Would go:[\s\S]*journal: integration_logs_\d{4}_\d{2}/);
    expect([preview.code, await old(hub)]).toEqual([0, 1]);
    const forGood = await run([], { RETENTION_DAYS: '0' });
    expect(forGood.printed).toMatch(/RETENTION_DAYS=0[\s\S]*Nothing had to go/);
    expect([forGood.code, await old(hub)]).toEqual([0, 1]);
    const real = await run([]);
    expect(real.printed).toMatch(/Too old is what happened before [\s\S]*Gone:/);
    expect([real.code, await old(hub)]).toEqual([0, 0]);
  }, 120_000);
});
