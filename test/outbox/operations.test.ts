import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followRun } from '../../src/cli/follow-run.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { cancelRows } from '../../src/shared/outbox/act-on-many.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { approveRow, cancelRow, retryRow } from '../../src/shared/outbox/operations.ts';
import { createOutboxFixture, type OutboxFixture, STATUSES, type Status } from './fixture.ts';

let outbox: OutboxFixture;
beforeAll(async () => {
  outbox = await createOutboxFixture();
});
afterAll(() => outbox.drop());

const acts = {
  approve: { act: approveRow, from: ['held'], to: 'pending' },
  retry: { act: retryRow, from: ['failed', 'unknown'], to: 'pending' },
  cancel: { act: cancelRow, from: ['held', 'pending', 'queued', 'failed'], to: 'cancelled' },
} satisfies Record<string, { act: typeof approveRow; from: Status[]; to: Status }>;

const cases = Object.entries(acts).flatMap(([action, { act, from, to }]) =>
  STATUSES.map((status) => ({ action, act, status, to, may: (from as Status[]).includes(status) })),
);

describe('an operator', () => {
  it.each(cases.filter(({ may }) => may))(
    'may $action a row that is $status, and the journal and the audit say so',
    async (one) => {
      const id = await outbox.row(one.status);
      expect(await one.act(outbox.db, { outboxId: id, actor: 'Анна' })).toEqual({
        outcome: 'done',
        status: one.to,
        reason: null,
      });
      expect(await outbox.journal(id)).toMatchObject([
        { step: 'operator', message: expect.stringContaining('(Анна)') },
      ]);
      expect(await outbox.db.prisma.operatorAction.findMany({ where: { outboxId: id } })).toMatchObject([
        { actor: 'Анна', action: one.action, outcome: 'done', details: { before: one.status } },
      ]);
    },
  );

  it.each(cases.filter(({ may }) => !may))(
    'may not $action a row that is $status, is told why, and that is kept too',
    async (one) => {
      const id = await outbox.row(one.status);
      const result = await one.act(outbox.db, { outboxId: id, actor: 'Анна' });
      expect(result).toEqual({
        outcome: 'skipped',
        status: one.status,
        reason: expect.stringMatching(/^[А-Я].*только/),
      });
      expect(await outbox.journal(id)).toEqual([]);
      expect(await outbox.db.prisma.operatorAction.findMany({ where: { outboxId: id } })).toMatchObject([
        { outcome: 'skipped' },
      ]);
    },
  );

  it.each([
    ['alone', (outboxId: string) => cancelRow(outbox.db, { outboxId, actor: 'Анна' })],
    ['among many', (outboxId: string) => cancelRows(outbox.db, { outboxIds: [outboxId], actor: 'Анна' })],
  ])('who cancels a scan %s ends its run, so that whoever follows it hears why', async (_, cancel) => {
    const id = await outbox.row('queued', { kind: 'scan' });
    await cancel(id);
    const { runId } = await outbox.read(id);
    const end = await followRun(outbox.db, runId, { clock: systemClock }, () => undefined);
    expect(end).toMatchObject({ status: 'failed', error: expect.stringContaining('отменена человеком') });
    const run = await outbox.db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
    expect(run).toMatchObject({ errorCode: 'cancelled', finishedAt: expect.any(Date) });
  });

  it('who cancels a document leaves its run as it is', async () => {
    const id = await outbox.row('queued');
    const { runId } = await outbox.read(id);
    await outbox.db.prisma.run.update({ where: { id: runId }, data: { status: 'completed' } });
    await cancelRow(outbox.db, { outboxId: id, actor: 'Анна' });
    expect((await outbox.db.prisma.run.findUniqueOrThrow({ where: { id: runId } })).status).toBe('completed');
  });

  it('is told that a row does not exist', async () => {
    expect(await retryRow(outbox.db, { outboxId: newId(), actor: 'Анна' })).toEqual({
      outcome: 'not-found',
      status: null,
      reason: null,
    });
  });

  it('pressing retry ten times at once puts the row back once', async () => {
    const id = await outbox.row('failed', { attempts: 8 });
    const results = await Promise.all(
      Array.from({ length: 10 }, () => retryRow(outbox.db, { outboxId: id, actor: 'Анна' })),
    );
    expect(results.filter((one) => one.outcome === 'done')).toHaveLength(1);
    expect(await outbox.read(id)).toMatchObject({ status: 'pending', generation: 2, attempts: 0 });
  });

  it('who retries and one who cancels at the same moment: exactly one order of events, never both half', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await outbox.row('failed');
      const by = { outboxId: id, actor: 'Анна' };
      const [, cancelled] = await Promise.all([retryRow(outbox.db, by), cancelRow(outbox.db, by)]);
      expect(cancelled.outcome).toBe('done');
      expect((await outbox.read(id)).status).toBe('cancelled');
    }
  });

  it('keeps the key of the document in a retry, so that one that was made after all is found', async () => {
    const id = await outbox.row('unknown', { maybeMade: true });
    const before = await outbox.read(id);
    await retryRow(outbox.db, { outboxId: id, actor: 'Анна' });
    expect(await outbox.read(id)).toMatchObject({
      documentKey: before.documentKey,
      documentGeneration: 1,
      maybeMade: true,
    });
  });
});
