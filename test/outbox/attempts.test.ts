import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttemptDeps, type AttemptWork, attempt } from '../../src/jobs/attempt.ts';
import { createAttemptDesk } from '../../src/jobs/attempt-desk.ts';
import { POISON_CRASHES } from '../../src/jobs/attempt-failure.ts';
import { createQuarantine } from '../../src/jobs/quarantine.ts';
import { replaceEarlier } from '../../src/jobs/run-scan/replace-earlier.ts';
import { AtRest, HandBack } from '../../src/shared/errors/hand-back.ts';
import { notNow, outcomeUnknown, refused, retryLater } from '../../src/shared/errors/outcome.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { endDone } from '../../src/shared/outbox/attempt-batch.ts';
import { beginAttempt, endAttempt, renewLeases } from '../../src/shared/outbox/attempt-store.ts';
import { jobId, newId } from '../../src/shared/outbox/ids.ts';
import { cancelRow, retryRow } from '../../src/shared/outbox/operations.ts';
import { noteDown } from '../../src/shared/outbox/system-gate.ts';
import { createOutboxFixture, type OutboxFixture } from './fixture.ts';

let outbox: OutboxFixture;
beforeAll(async () => {
  outbox = await createOutboxFixture();
});
afterAll(() => outbox.drop());

const LEASE_MS = 60_000;
const begin = (id: string, owner: string, { generation = 1, attemptsMade = 0, alone = false } = {}) =>
  beginAttempt(outbox.db.prisma, {
    outboxId: id,
    jobId: jobId(id, generation),
    attemptsMade,
    owner,
    leaseMs: LEASE_MS,
    alone,
  });

/** One whole try, as a worker would make it. */
function run(
  id: string,
  work: AttemptWork['work'],
  { generation = 1, attemptsMade = 0, signal = new AbortController().signal, deps = {} as Partial<AttemptDeps> } = {},
): Promise<void> {
  const process = { db: outbox.db, owner: deps.owner ?? `p-${newId()}`, leaseMs: LEASE_MS };
  return attempt(
    {
      ...process,
      log: silentLog,
      desk: createAttemptDesk(process),
      maxAttempts: 3,
      quarantine: createQuarantine(),
      ...deps,
    },
    id,
    { jobId: jobId(id, generation), attemptsMade, signal },
    { system: '1c', step: 'create-transfer', work },
  );
}
const made = async () => ({
  externalKey: 'k',
  externalNumber: '1',
  externalUrl: null,
  posted: true,
  entry: { message: 'Создан' },
});
const fails = (error: Error) => () => Promise.reject(error);
const facts = (code: string) => ({ code, message: `Причина ${code}`, system: '1c' as const });

describe('beginning an attempt', () => {
  it('is granted to exactly one of twenty jobs that ask at the same moment', async () => {
    for (const status of ['pending', 'queued', 'unknown', 'failed'] as const) {
      const id = await outbox.row(status);
      const begins = await Promise.all(Array.from({ length: 20 }, (_, n) => begin(id, `p${n}`)));
      expect(begins.filter((one) => one.state === 'begun')).toHaveLength(1);
      expect(begins.filter((one) => one.state === 'busy')).toHaveLength(19);
      expect((await outbox.read(id)).starts).toBe(1);
    }
  });

  it('is granted to exactly one of many when the lease of a dead process has run out', async () => {
    const id = await outbox.row('queued');
    await begin(id, 'dead');
    await outbox.expireLease(id);
    const begins = await Promise.all(Array.from({ length: 20 }, (_, n) => begin(id, `p${n}`)));
    expect(begins.filter((one) => one.state === 'begun')).toMatchObject([{ lookFirst: true, crashedOwner: 'dead' }]);
    expect(await outbox.read(id)).toMatchObject({ starts: 2, crashes: 1, maybeMade: true });
  });

  it('tells a job that comes too early how long to wait, at most one lease', async () => {
    const id = await outbox.row('queued');
    await begin(id, 'p1');
    const busy = await begin(id, 'p2');
    expect(busy).toMatchObject({ state: 'busy' });
    if (busy.state === 'busy') {
      expect(busy.waitMs).toBeGreaterThan(LEASE_MS / 2);
      expect(busy.waitMs).toBeLessThanOrEqual(LEASE_MS);
    }
  });

  it.each(['held', 'done', 'cancelled', 'superseded'] as const)(
    'never happens for a row that is %s',
    async (status) => {
      const id = await outbox.row(status);
      expect(await begin(id, 'p1')).toEqual({ state: 'nothing-to-do', status });
      expect((await outbox.read(id)).starts).toBe(0);
    },
  );

  it('never happens for a row that is gone', async () => {
    expect(await begin(newId(), 'p1')).toEqual({ state: 'nothing-to-do', status: 'gone' });
  });

  it.each(['pending', 'queued', 'unknown'] as const)(
    'does nothing for an old generation of a row that is %s',
    async (status) => {
      const id = await outbox.row(status);
      await outbox.db.prisma.outboxRow.update({ where: { id }, data: { generation: 2 } });
      expect(await begin(id, 'p1', { generation: 1 })).toEqual({ state: 'nothing-to-do', status });
      expect(await begin(id, 'p1', { generation: 2 })).toMatchObject({ state: 'begun' });
    },
  );

  it('does nothing for an old generation even when the lease of the newer has run out', async () => {
    const id = await outbox.row('queued');
    await outbox.db.prisma.outboxRow.update({ where: { id }, data: { generation: 2 } });
    await begin(id, 'dead', { generation: 2 });
    await outbox.expireLease(id);
    expect(await begin(id, 'p1', { generation: 1 })).toEqual({ state: 'nothing-to-do', status: 'sending' });
  });
});

describe('attempts of one process that begin and end at the same moment', () => {
  const together = () => {
    const process = { db: outbox.db, owner: `p-${newId()}`, leaseMs: LEASE_MS };
    return { owner: process.owner, desk: createAttemptDesk(process) };
  };

  it('make each row once, each with its own end, its own lines and its own journal', async () => {
    const deps = together();
    const ids = await Promise.all(Array.from({ length: 30 }, () => outbox.row('queued')));
    let worked = 0;
    const one = (id: string, at: number) =>
      run(
        id,
        async ({ row }) => {
          worked += 1;
          if (at % 3 === 0) throw retryLater(facts('later'));
          return { ...(await made()), externalKey: row.document_key, externalNumber: `N-${at}` };
        },
        { deps },
      );
    const ends = await Promise.allSettled(ids.map(one));
    expect(worked).toBe(30);
    for (const [at, id] of ids.entries()) {
      const failed = at % 3 === 0;
      expect(ends[at]!.status).toBe(failed ? 'rejected' : 'fulfilled');
      expect(await outbox.read(id)).toMatchObject(
        failed ? { status: 'queued', attempts: 1 } : { status: 'done', externalNumber: `N-${at}`, posted: true },
      );
      expect(await outbox.journal(id)).toMatchObject([{ status: failed ? 'retry' : 'ok' }]);
    }
  });

  it('are told together whose document is made already, and of any other row that it is not', async () => {
    const { desk } = together();
    const [first, second] = [await outbox.row('done'), await outbox.row('done')];
    const others = await Promise.all(
      (['queued', 'sending', 'failed', 'cancelled'] as const).map((one) => outbox.row(one)),
    );
    const asked = [first, ...others, newId(), second];
    expect(await Promise.all(asked.map(desk.isDone))).toEqual([true, ...Array(5).fill(false), true]);
  });

  it('are for one row only one attempt, however often its job was delivered', async () => {
    const deps = together();
    const id = await outbox.row('queued');
    let worked = 0;
    let release = () => {};
    const others = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async () => {
      worked += 1;
      await others;
      return made();
    };
    const runs = Array.from({ length: 3 }, () => run(id, work, { deps }));
    let refusals = 0;
    for (const one of runs) {
      one.catch(() => {
        refusals += 1;
        if (refusals === 2) release();
      });
    }
    const ends = await Promise.allSettled(runs);
    expect(worked).toBe(1);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(HandBack);
    expect(await outbox.read(id)).toMatchObject({ status: 'done', starts: 1 });
  });

  it('do not fail for one among them that the database refuses', async () => {
    const deps = together();
    const ids = await Promise.all(Array.from({ length: 5 }, () => outbox.row('queued')));
    // A document without a key of the other system is not confirmed, and the database knows it.
    const keyless = async () => ({ ...(await made()), externalKey: null });
    const ends = await Promise.allSettled(ids.map((id, at) => run(id, at === 2 ? keyless : made, { deps })));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const rows = await Promise.all(ids.map((id) => outbox.read(id)));
    expect(rows.map(({ status }) => status)).toEqual(['done', 'done', 'sending', 'done', 'done']);
  });

  it('tell that a system answers again, once', async () => {
    const deps = together();
    await outbox.db.transaction((tx) => noteDown(tx, '1c', facts('onec-down')));
    const ids = await Promise.all(Array.from({ length: 6 }, () => outbox.row('queued')));
    await Promise.all(ids.map((id) => run(id, made, { deps })));
    expect(await outbox.db.prisma.systemState.findUnique({ where: { system: '1c' } })).toMatchObject({ state: 'up' });
    expect(await outbox.db.prisma.integrationLog.count({ where: { step: 'gate', status: 'ok' } })).toBe(1);
  });
});

describe('a process that lost its lease', () => {
  it('can neither renew it nor record any end', async () => {
    const id = await outbox.row('queued');
    await begin(id, 'slow');
    await outbox.expireLease(id);
    await begin(id, 'other');
    const { prisma } = outbox.db;
    expect(await renewLeases(prisma, [id], 'slow', LEASE_MS)).toBe(0);
    const document = { id, kind: 'transfer' as const, key: 'k', number: null, url: null, posted: true };
    const entry = {
      level: 'info',
      system: '1c',
      step: 'create-transfer',
      status: 'ok',
      outboxId: id,
      message: 'Создан',
    } as const;
    expect((await endDone(prisma, 'slow', [{ document, entry }])).kept).toEqual(new Set());
    const bad = { spend: true, errorCode: 'x', errorMessage: 'x', maybeMade: false, restedUnder: 'x' };
    expect(await endAttempt(prisma, id, 'slow', { status: 'failed', ...bad })).toBe(false);
    expect(await outbox.read(id)).toMatchObject({ status: 'sending', leaseOwner: 'other', attempts: 0 });
    expect(await outbox.journal(id)).toEqual([]);
  });

  it.each([
    ['success', made],
    ['a refusal', fails(refused(facts('no')))],
    ['a failure', fails(retryLater(facts('later')))],
  ])('hands its job back after %s and leaves the row to the other', async (_what, work) => {
    const id = await outbox.row('queued');
    const lost = run(id, async () => {
      await outbox.expireLease(id);
      expect(await begin(id, 'other')).toMatchObject({ state: 'begun' });
      return work();
    });
    await expect(lost).rejects.toSatisfy((error) => error instanceof HandBack && error.reason === 'busy');
    expect(await outbox.read(id)).toMatchObject({ status: 'sending', leaseOwner: 'other' });
    expect((await outbox.journal(id)).map((one) => one.status)).toEqual([]);
  });

  it('has its work aborted', async () => {
    const id = await outbox.row('queued');
    const lost = run(
      id,
      async ({ signal }) => {
        await outbox.expireLease(id);
        await begin(id, 'other');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return made();
      },
      { deps: { leaseMs: 300 } },
    );
    await expect(lost).rejects.toBeInstanceOf(HandBack);
  });
});

describe('an attempt ends', () => {
  it('done: confirmed, with the key of the other system, in one transaction with its journal entry', async () => {
    const id = await outbox.row('queued');
    await run(id, made);
    const row = await outbox.read(id);
    expect(row).toMatchObject({ status: 'done', externalKey: 'k', posted: true, leaseOwner: null, attempts: 0 });
    expect(row.confirmedAt).not.toBeNull();
    expect(await outbox.journal(id)).toMatchObject([{ status: 'ok', message: 'Создан' }]);
  });

  it('done and its journal entry both or neither', async () => {
    const id = await outbox.row('queued');
    const broken = async () => ({ ...(await made()), alongside: () => Promise.reject(new Error('disk full')) });
    await expect(run(id, broken)).rejects.toThrow('disk full');
    expect(await outbox.read(id)).toMatchObject({ status: 'sending', confirmedAt: null });
    expect(await outbox.journal(id)).toEqual([]);
  });

  it('retry: queued again, one try spent, until the tries are used up and a person must act', async () => {
    const id = await outbox.row('queued');
    for (const attempts of [1, 2]) {
      await expect(run(id, fails(retryLater(facts('later'))), { attemptsMade: attempts - 1 })).rejects.toMatchObject({
        code: 'later',
      });
      expect(await outbox.read(id)).toMatchObject({ status: 'queued', attempts, restedUnder: null });
    }
    await expect(run(id, fails(retryLater(facts('later'))), { attemptsMade: 2 })).rejects.toBeInstanceOf(AtRest);
    expect(await outbox.read(id)).toMatchObject({ status: 'failed', attempts: 3, errorCode: 'later' });
    expect((await outbox.journal(id)).map((one) => one.status)).toEqual(['retry', 'retry', 'failed']);
    expect((await outbox.journal(id)).at(-1)?.message).toBe('Попытки исчерпаны (3). Причина later');
  });

  it('refused: failed at once, in the words of the other system', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, fails(refused(facts('no'))))).rejects.toBeInstanceOf(AtRest);
    expect(await outbox.read(id)).toMatchObject({ status: 'failed', attempts: 1, errorMessage: 'Причина no' });
    expect((await outbox.journal(id)).map((one) => [one.status, one.message])).toEqual([['refused', 'Причина no']]);
  });

  it('not now: queued again, nothing spent, nothing journalled for the document', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, fails(notNow(facts('down'))))).rejects.toMatchObject({ outcome: 'not-now' });
    expect(await outbox.read(id)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await outbox.journal(id)).toEqual([]);
  });

  it('by a stop of the worker: nothing spent, looked for first the next time', async () => {
    const id = await outbox.row('queued');
    const stop = new AbortController();
    const work = async () => {
      stop.abort();
      throw retryLater(facts('aborted'));
    };
    await expect(run(id, work, { signal: stop.signal })).rejects.toMatchObject({
      name: 'HandBack',
      reason: 'stopping',
    });
    expect(await outbox.read(id)).toMatchObject({
      status: 'unknown',
      attempts: 0,
      leaseOwner: null,
      restedUnder: null,
    });
    expect(await begin(id, 'next')).toMatchObject({ state: 'begun', lookFirst: true });
  });

  it('by a bug of ours: the document may exist, and is looked for first', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, fails(new TypeError('x is not a function')))).rejects.toMatchObject({
      code: 'unexpected-error',
    });
    expect(await outbox.read(id)).toMatchObject({ status: 'unknown', attempts: 1, maybeMade: true });
  });
});

describe('a document that may exist', () => {
  const unknown = fails(outcomeUnknown(facts('cut')));

  it('rests as unknown when the tries are used up, however the last one ended', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, unknown)).rejects.toMatchObject({ code: 'cut' });
    await expect(run(id, fails(retryLater(facts('later'))), { attemptsMade: 1 })).rejects.toMatchObject({
      code: 'later',
    });
    expect(await outbox.read(id)).toMatchObject({ status: 'unknown', maybeMade: true });
    await expect(run(id, fails(retryLater(facts('later'))), { attemptsMade: 2 })).rejects.toBeInstanceOf(AtRest);
    expect(await outbox.read(id)).toMatchObject({ status: 'unknown', attempts: 3, errorCode: 'later' });
  });

  it('is failed after all when a look showed that it is not there, and it was refused then', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, unknown)).rejects.toMatchObject({ code: 'cut' });
    const looked: AttemptWork['work'] = async ({ reached }) => {
      await reached('transfer.looked');
      throw refused(facts('no'));
    };
    await expect(run(id, looked, { attemptsMade: 1 })).rejects.toBeInstanceOf(AtRest);
    expect(await outbox.read(id)).toMatchObject({ status: 'failed', maybeMade: false });
  });

  it('is left to a person when the look found two, and is neither cancelled nor planned anew', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, fails(refused({ ...facts('doubled'), mayExist: true })))).rejects.toBeInstanceOf(AtRest);
    const row = await outbox.read(id);
    expect(row).toMatchObject({ status: 'unknown', errorCode: 'doubled' });
    const cancelled = await cancelRow(outbox.db, { outboxId: id, actor: 'Анна' });
    expect(cancelled).toMatchObject({ outcome: 'skipped', status: 'unknown' });
    await outbox.db.transaction((tx) => replaceEarlier(tx, [row.recipientKey ?? newId()]));
    expect((await outbox.read(id)).status).toBe('unknown');
  });

  it('may not be cancelled while it waits for the retry that a person asked for', async () => {
    const id = await outbox.row('unknown', { maybeMade: true });
    expect(await retryRow(outbox.db, { outboxId: id, actor: 'Анна' })).toMatchObject({
      outcome: 'done',
      status: 'pending',
    });
    expect(await cancelRow(outbox.db, { outboxId: id, actor: 'Анна' })).toMatchObject({
      outcome: 'skipped',
      status: 'pending',
      reason: expect.stringContaining('исход неизвестен'),
    });
  });
});

describe('a row at rest', () => {
  it('does not begin for the delivery that failed it, when the queue store never heard of the end', async () => {
    const id = await outbox.row('queued');
    await expect(run(id, fails(refused(facts('no'))))).rejects.toBeInstanceOf(AtRest);
    const again = run(id, made);
    await expect(again).rejects.toSatisfy((error) => error instanceof AtRest && error.code === 'no');
    expect(await outbox.read(id)).toMatchObject({ status: 'failed', starts: 1, attempts: 1 });
  });

  it('begins for a job that a person retried in Bull Board, of whatever generation', async () => {
    const id = await outbox.row('queued');
    await outbox.db.prisma.outboxRow.update({ where: { id }, data: { generation: 2 } });
    await expect(run(id, fails(refused(facts('no'))), { generation: 2 })).rejects.toBeInstanceOf(AtRest);
    await run(id, made, { generation: 1, attemptsMade: 1 });
    expect(await outbox.read(id)).toMatchObject({ status: 'done' });
  });
});

describe('a row whose process dies', () => {
  /** A start whose process is killed: it never tells an end, and its lease runs out. */
  const die = async (id: string, n: number) => {
    const begun = await begin(id, `victim-${n}`, { alone: true });
    expect(begun.state).toBe('begun');
    await outbox.expireLease(id);
  };
  const mustNotRun = () => Promise.reject(new Error('the work was begun'));

  it(`${POISON_CRASHES} times without an end is parked under code poison, its work not begun again, with its history in the journal`, async () => {
    const id = await outbox.row('queued');
    await die(id, 1);
    for (let n = 2; n <= POISON_CRASHES; n += 1) {
      await expect(
        run(id, made, { deps: { owner: `victim-${n}`, checkpoint: fails(new Error('SIGKILL')) } }),
      ).rejects.toThrow('SIGKILL');
      await outbox.expireLease(id);
    }
    await expect(run(id, mustNotRun)).rejects.toSatisfy((error) => error instanceof AtRest && error.code === 'poison');
    // Its document may have been made before one of the deaths, so it is not given up: unknown, not failed.
    expect(await outbox.read(id)).toMatchObject({
      status: 'unknown',
      errorCode: 'poison',
      crashes: POISON_CRASHES,
      attempts: 0,
      leaseOwner: null,
    });
    const journal = await outbox.journal(id);
    expect(journal.map((one) => (one.details as { code: string }).code)).toEqual([
      'process-lost',
      'process-lost',
      'process-lost',
      'poison',
    ]);
    expect(journal.map((one) => one.message).join()).toMatch(/victim-1 .*victim-2 .*victim-3 /);
    // The stalled job is delivered again and again: it must not begin what was parked.
    await expect(run(id, mustNotRun)).rejects.toBeInstanceOf(AtRest);
  });

  it('is failed when parked if it is a scan, which makes nothing outside, and its run is failed with it', async () => {
    const id = await outbox.row('queued', { kind: 'scan' });
    for (let n = 1; n <= POISON_CRASHES; n += 1) await die(id, n);
    await expect(run(id, mustNotRun)).rejects.toBeInstanceOf(AtRest);
    const row = await outbox.read(id);
    expect(row).toMatchObject({ status: 'failed', errorCode: 'poison' });
    expect(await outbox.db.prisma.run.findUnique({ where: { id: row.runId } })).toMatchObject({
      status: 'failed',
      errorCode: 'poison',
    });
  });

  it('may be retried by a person, and has all its starts again', async () => {
    const id = await outbox.row('queued');
    for (let n = 1; n <= POISON_CRASHES; n += 1) await die(id, n);
    await expect(run(id, mustNotRun)).rejects.toBeInstanceOf(AtRest);
    expect(await retryRow(outbox.db, { outboxId: id, actor: 'Анна' })).toMatchObject({ outcome: 'done' });
    expect(await outbox.read(id)).toMatchObject({ status: 'pending', generation: 2, crashes: 0, maybeMade: true });
    await run(id, made, { generation: 2 });
    expect(await outbox.read(id)).toMatchObject({ status: 'done', crashes: 0, maybeMade: false });
  });

  it('twice, then tells an end, starts counting anew', async () => {
    const id = await outbox.row('queued');
    await die(id, 1);
    await die(id, 2);
    await expect(run(id, fails(retryLater(facts('later'))))).rejects.toMatchObject({ code: 'later' });
    expect(await outbox.read(id)).toMatchObject({ crashes: 0, attempts: 1 });
  });

  it('twice, then is told "not now", has proved nothing: the count stays', async () => {
    const id = await outbox.row('queued');
    await die(id, 1);
    await die(id, 2);
    await expect(run(id, fails(notNow(facts('down'))))).rejects.toMatchObject({ outcome: 'not-now' });
    expect(await outbox.read(id)).toMatchObject({ crashes: 2, attempts: 0 });
  });
});

describe('a row that two processes in a row have died on', () => {
  const suspect = async () => {
    const id = await outbox.row('queued');
    for (const victim of ['victim-1', 'victim-2']) {
      await begin(id, victim);
      await outbox.expireLease(id);
    }
    return id;
  };
  const door = () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { opened, open };
  };

  it('begins only when its process works for nothing else, and nothing else begins meanwhile', async () => {
    const quarantine = createQuarantine();
    const [neighbour, later] = [await outbox.row('queued'), await outbox.row('queued')];
    const id = await suspect();
    const [neighbourWorks, neighbourMayEnd, suspectWorks, suspectMayEnd] = [door(), door(), door(), door()];
    const events: string[] = [];
    const work = (name: string, working?: () => void, until?: Promise<void>) => async () => {
      events.push(`${name} begins`);
      working?.();
      await until;
      events.push(`${name} ends`);
      return made();
    };
    const first = run(neighbour, work('neighbour', neighbourWorks.open, neighbourMayEnd.opened), {
      deps: { quarantine },
    });
    await neighbourWorks.opened;
    const second = run(id, work('suspect', suspectWorks.open, suspectMayEnd.opened), { deps: { quarantine } });
    neighbourMayEnd.open();
    await suspectWorks.opened;
    const third = run(later, work('later'), { deps: { quarantine } });
    suspectMayEnd.open();
    await Promise.all([first, second, third]);
    expect(events).toEqual([
      'neighbour begins',
      'neighbour ends',
      'suspect begins',
      'suspect ends',
      'later begins',
      'later ends',
    ]);
    expect(await outbox.read(id)).toMatchObject({ status: 'done', crashes: 0, starts: 3 });
  });

  it('is not touched while it waits for its turn, and goes back when the worker stops', async () => {
    const quarantine = createQuarantine();
    const id = await suspect();
    const before = await outbox.read(id);
    const leave = await quarantine.enter(new AbortController().signal);
    const stop = new AbortController();
    const waiting = run(id, made, { signal: stop.signal, deps: { quarantine } });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'HandBack', reason: 'stopping' });
    expect(await outbox.read(id)).toEqual(before);
    leave();
    await run(await outbox.row('queued'), made, { deps: { quarantine } });
    await run(id, made, { deps: { quarantine } });
    expect((await outbox.read(id)).status).toBe('done');
  });
});
