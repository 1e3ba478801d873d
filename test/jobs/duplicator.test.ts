import { afterEach, describe, expect, it } from 'vitest';
import { createAttemptDesk } from '../../src/jobs/attempt-desk.ts';
import { createCreateOrder } from '../../src/jobs/create-order/create-order.handler.ts';
import { createCreateTransfer } from '../../src/jobs/create-transfer/create-transfer.handler.ts';
import { createQuarantine } from '../../src/jobs/quarantine.ts';
import { createRunScan } from '../../src/jobs/run-scan/run-scan.handler.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { jobId, newId } from '../../src/shared/outbox/ids.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

type Kind = 'scan' | 'transfer' | 'order';

/** What a new process would bring along; `dieAt` kills it there: it stops on the spot and tells nothing. */
function life(of: TestHub, dieAt: string | null) {
  const dead = new AbortController();
  const reached: string[] = [];
  const process = { db: of.services.db, owner: `p-${newId()}`, leaseMs: 60_000 };
  const deps = {
    ...process,
    log: silentLog,
    desk: createAttemptDesk(process),
    maxAttempts: 8,
    quarantine: createQuarantine(),
    abandoned: dead.signal,
    checkpoint: (name: string) => {
      reached.push(name);
      if (name !== dieAt) return;
      dead.abort();
      throw new Error(`SIGKILL at ${name}`);
    },
  };
  const { onec, moysklad, clock, config } = of.services;
  const handlers = {
    scan: createRunScan({ ...deps, onec, moysklad, clock, config }),
    transfer: createCreateTransfer({ ...deps, onec, config }),
    order: createCreateOrder({ ...deps, moysklad, config }),
  };
  return {
    reached,
    run: (kind: Kind, outboxId: string) =>
      handlers[kind](
        { outboxId },
        { jobId: jobId(outboxId, 1), attemptsMade: 0, signal: new AbortController().signal },
      ),
  };
}

const rowOf = async (of: TestHub, kind: Kind) =>
  (await of.services.db.prisma.outboxRow.findFirstOrThrow({ where: { kind } })).id;

/** A hub without workers, with one need; everything before `kind` has been worked. */
async function upTo(kind: Kind): Promise<string> {
  const needs = kind === 'order' ? { moved: 0, ordered: 1 } : { moved: 1, ordered: 0 };
  hub = await startHub({ backend: 'postgres', work: false, dataset: smallDataset(needs) });
  await hub.request();
  const scan = await rowOf(hub, 'scan');
  if (kind === 'scan') return scan;
  await life(hub, null).run('scan', scan);
  return rowOf(hub, kind);
}

const documents = async (of: TestHub) => (await of.observe.transfers()).length + (await of.observe.orders()).length;
const expireLease = (of: TestHub, id: string) =>
  of.services.db.prisma
    .$executeRaw`update outbox set lease_until = clock_timestamp() - interval '1 ms' where id = ${id}::uuid`;

describe.each(['transfer', 'order'] as const)('the handler of a %s', (kind) => {
  it('run twice for one row makes one document', async () => {
    const id = await upTo(kind);
    await life(hub!, null).run(kind, id);
    await life(hub!, null).run(kind, id);
    expect(await documents(hub!)).toBe(1);
    expect(await hub!.services.db.prisma.outboxRow.findUnique({ where: { id } })).toMatchObject({
      status: 'done',
      starts: 1,
    });
  });

  it('run by ten processes at the same moment makes one document', async () => {
    const id = await upTo(kind);
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => life(hub!, null).run(kind, id)));
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.name] : []));
    expect(errors.every((name) => name === 'HandBack')).toBe(true);
    expect(await documents(hub!)).toBe(1);
  });
});

const points: Record<Kind, string[]> = {
  scan: ['attempt.begun', 'scan.read', 'attempt.worked', 'attempt.recorded'],
  transfer: [
    'attempt.begun',
    'transfer.sent',
    'transfer.posted',
    'transfer.compared',
    'attempt.worked',
    'attempt.recorded',
  ],
  order: ['attempt.begun', 'order.looked', 'order.sent', 'order.compared', 'attempt.worked', 'attempt.recorded'],
};
const deaths = Object.entries(points).flatMap(([kind, names]) => names.map((point) => ({ kind: kind as Kind, point })));

describe('killed', () => {
  it.each(deaths)(
    'at $point, a $kind is finished by the next process, and its document made once',
    async ({ kind, point }) => {
      const id = await upTo(kind);
      const victim = life(hub!, point);
      await expect(victim.run(kind, id)).rejects.toThrow(`SIGKILL at ${point}`);
      expect(victim.reached.at(-1)).toBe(point);
      await expireLease(hub!, id);
      await life(hub!, null).run(kind, id);
      const row = await hub!.services.db.prisma.outboxRow.findUniqueOrThrow({ where: { id } });
      expect(row).toMatchObject({ status: 'done', attempts: 0, maybeMade: false });
      if (kind === 'scan') {
        expect(await hub!.services.db.prisma.outboxRow.count({ where: { kind: 'transfer' } })).toBe(1);
        expect(await hub!.services.db.prisma.runLine.count()).toBe(1);
      } else {
        expect(await documents(hub!)).toBe(1);
      }
    },
  );

  it.each(['transfer', 'order'] as const)(
    'twice at every pair of points, a %s is still made once',
    async (kind) => {
      const pairs = points[kind]
        .slice(0, -1)
        .flatMap((first) => ['attempt.begun', 'attempt.worked'].map((second) => [first, second]));
      for (const [first, second] of pairs as [string, string][]) {
        const id = await upTo(kind);
        for (const point of [first, second]) {
          await expect(life(hub!, point).run(kind, id)).rejects.toThrow(`SIGKILL at ${point}`);
          await expireLease(hub!, id);
        }
        await life(hub!, null).run(kind, id);
        expect(await documents(hub!), `${first}, then ${second}`).toBe(1);
        await hub!.close();
        hub = undefined;
      }
    },
    120_000,
  );
});
