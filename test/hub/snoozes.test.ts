import got from 'got';
import { afterEach, describe, expect, it } from 'vitest';
import { createSnooze, endSnooze, type NewSnooze } from '../../src/shared/snooze/operations.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { itemKey, LENINA, MIRA, shopsDataset } from '../support/shops-dataset.ts';

let hub: TestHub;
afterEach(() => hub.close());

/** Item 1 is short in both shops, and the first donor has all that they lack. */
const start = async (env: Record<string, string> = {}) => {
  hub = await startHub({ backend: 'postgres', dataset: shopsDataset(), env });
  for (const { key } of [LENINA, MIRA]) {
    const change = { warehouseKey: key, itemKey: itemKey(1), quantity: -15 };
    await got.post(`${hub.sandbox.controlUrl}/1c/stock`, { json: change });
  }
};
const snooze = async (change: Partial<NewSnooze> = {}) => {
  const made = await createSnooze(hub.services.db, {
    recipient: LENINA,
    item: { key: itemKey(1), name: 'Товар 1', article: 'A-1', characteristicKey: null },
    reason: 'ремонт зала',
    until: '2999-03-01',
    actor: 'Иванова',
    timezone: 'Europe/Moscow',
    ...change,
  });
  if (made.outcome !== 'done') throw new Error(`Not snoozed: ${made.outcome}`);
  return made.snooze;
};
/** Lets its day come. */
const runOut = (id: string, day = '2020-01-01') =>
  hub.services.db.prisma.snooze.update({ where: { id }, data: { until: new Date(day) } });
const transfers = async () => (await hub.observe.transfers()).map(({ recipient }) => recipient).sort();
const told = async () =>
  (await hub.services.db.prisma.integrationLog.findMany({ where: { step: 'snooze' }, orderBy: { id: 'asc' } })).map(
    ({ message, runId }) => ({ message, runId }),
  );

describe('a snoozed need', () => {
  it.each(['schedule', 'http'] as const)('is left out of a run by %s, and the line says why', async (trigger) => {
    await start();
    await snooze();
    const end = await hub.scan({ trigger, slot: trigger === 'schedule' ? new Date() : undefined });
    expect(end.counts).toMatchObject({ needs: 1, unmet: 1, documents: 1 });
    expect(await transfers()).toEqual(['Магазин Мира']);
    const line = await hub.services.db.prisma.runLine.findFirst({ where: { runId: end.runId, outcome: 'unmet' } });
    expect(line).toMatchObject({
      recipientName: 'Магазин Ленина',
      article: 'A-1',
      why: {
        skipped: 'snoozed',
        snooze: { reason: 'ремонт зала', author: 'Иванова', until: '2999-03-01' },
      },
    });
  });

  it('is ordered by a run that a person forces, and stays snoozed for the next', async () => {
    await start();
    const { id } = await snooze();
    await hub.scan({ force: true });
    expect(await transfers()).toEqual(['Магазин Ленина', 'Магазин Мира']);
    expect(await hub.services.db.prisma.snooze.findUniqueOrThrow({ where: { id } })).toMatchObject({ endedAt: null });
  });

  it('wakes on its day: is ordered again, and the journal says so exactly once', async () => {
    await start();
    const { id } = await snooze();
    await hub.scan();
    await runOut(id);
    // A dry run plans as it is, and leaves the word to a real one.
    expect((await hub.scan({ dryRun: true })).counts).toMatchObject({ needs: 1, unmet: 0 });
    expect(await told()).toHaveLength(1);

    const woken = await hub.scan();
    expect(await transfers()).toEqual(['Магазин Ленина', 'Магазин Мира']);
    await hub.scan();
    expect((await told()).slice(1)).toEqual([
      {
        message:
          'Проснулось: «Товар 1» (A-1) на складе «Магазин Ленина». Было отложено: «ремонт зала» (Иванова); снова заказывается.',
        runId: woken.runId,
      },
    ]);
    expect(await hub.services.db.prisma.snooze.findUniqueOrThrow({ where: { id } })).toMatchObject({
      endedReason: 'expired',
    });
  });

  it('wakes once when two scans begin at the same moment', async () => {
    await start();
    await runOut((await snooze()).id);
    await Promise.all((await Promise.all([hub.request(), hub.request()])).map((run) => hub.follow(run)));
    expect((await told()).filter(({ message }) => message.startsWith('Проснулось'))).toHaveLength(1);
    expect(await transfers()).toEqual(['Магазин Ленина', 'Магазин Мира']);
  });

  it('counts the days of the schedule’s zone: what is over in Kiritimati is not yet in Pago Pago', async () => {
    await start({ SCAN_TIMEZONE: 'Pacific/Pago_Pago' });
    const { id } = await snooze({ timezone: 'Pacific/Pago_Pago' });
    const day = (zone: string) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
    await runOut(id, day('Pacific/Kiritimati'));
    expect((await hub.scan()).counts).toMatchObject({ unmet: 1 });
    await runOut(id, day('Pacific/Pago_Pago'));
    expect((await hub.scan()).counts).toMatchObject({ unmet: 0, needs: 1 });
  });

  it('that is excluded never wakes by itself; when a person ends it, the next run orders', async () => {
    await start();
    const { id } = await snooze({ recipient: null, until: null });
    expect((await hub.scan()).counts).toMatchObject({ needs: 0, unmet: 2 });
    await endSnooze(hub.services.db, { id, actor: 'Петров' });
    await hub.scan();
    expect(await transfers()).toEqual(['Магазин Ленина', 'Магазин Мира']);
  });

  it('takes the place of a document that was waiting for approval', async () => {
    await start({ APPROVAL: 'manual' });
    expect((await hub.scan()).transfers).toEqual({ held: 2 });
    await snooze();
    expect((await hub.scan()).counts).toMatchObject({ superseded: 2, documents: 1 });
  });
});
