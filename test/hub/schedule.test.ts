import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/shared/log/log.ts';
import { createScheduler } from '../../src/workers/scheduler.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

const nine = new Date('2026-11-23T06:00:00Z');

/** A scheduler of another process, with a clock that stands where the test puts it. */
const schedulerAt = (of: TestHub, now: Date) =>
  createScheduler({
    db: of.services.db,
    store: of.services.store,
    log: silentLog,
    config: of.services.config,
    clock: { now: () => now, sleep: () => new Promise(() => undefined) },
  });

const runs = (of: TestHub) => of.services.db.prisma.run.findMany({ where: { trigger: 'schedule' } });

describe.each(backends())('the schedule, with jobs in %s,', (backend) => {
  it('gives one run for a slot, however many processes tick', async () => {
    hub = await startHub({ backend, work: false });
    const many = Array.from({ length: 5 }, () => schedulerAt(hub!, new Date(nine.getTime() + 2_000)));
    const passes = await Promise.all(many.map((one) => one.runOnce()));
    expect(passes.filter((pass) => pass.started)).toHaveLength(1);
    expect((await runs(hub)).map((run) => run.slot)).toEqual([nine]);
  });

  it('does not start a slot that is long past', async () => {
    hub = await startHub({ backend, work: false });
    expect(await schedulerAt(hub, new Date(nine.getTime() + 16 * 60_000)).runOnce()).toMatchObject({ started: false });
    expect(await runs(hub)).toHaveLength(0);
  });

  it('puts its job back when the queue store was emptied, and leaves one that stands alone', async () => {
    hub = await startHub({ backend, work: false });
    const scheduler = schedulerAt(hub, new Date(nine.getTime() - 3_600_000));
    const queue = hub.services.store.queue('scan');
    expect(await scheduler.runOnce()).toEqual({ started: false, restored: true });
    expect(await scheduler.runOnce()).toEqual({ started: false, restored: false });
    await queue.obliterate({ force: true });
    expect(await scheduler.runOnce()).toEqual({ started: false, restored: true });
    const [standing] = await queue.getJobSchedulers();
    expect(standing).toMatchObject({ pattern: '0 9 * * 1-5', tz: 'Europe/Moscow' });
  });

  it('takes over a changed expression', async () => {
    hub = await startHub({ backend, work: false });
    await schedulerAt(hub, nine).runOnce();
    const changed = { ...hub.services.config, schedule: { cron: '30 7 * * *', timezone: 'Asia/Omsk' } };
    const other = createScheduler({
      ...hub.services,
      config: changed,
      clock: { now: () => nine, sleep: () => new Promise(() => undefined) },
    });
    expect(await other.runOnce()).toMatchObject({ restored: true });
    expect(await hub.services.store.queue('scan').getJobSchedulers()).toEqual([
      expect.objectContaining({ pattern: '30 7 * * *', tz: 'Asia/Omsk' }),
    ]);
  });

  it('ticks through the queue into a scan of its own', async () => {
    hub = await startHub({ backend, env: { SCAN_SCHEDULE: '* * * * *' } });
    const slot = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    await hub.services.store.queue('scan').add('start-scheduled-scan.v1', {});
    const run = await until('the scheduled run', async () => (await runs(hub!))[0]);
    expect([slot.getTime(), slot.getTime() + 60_000]).toContain(run.slot?.getTime());
    expect((await hub.follow(run.id)).counts).toMatchObject({ needs: 10 });
  });
});
