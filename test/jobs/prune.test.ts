import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteOldRuns, oldestKept } from '../../src/jobs/prune/old-runs.ts';
import { type PruneDeps, previewPrune, pruneOld } from '../../src/jobs/prune/pass.ts';
import { readLedger } from '../../src/jobs/run-scan/ledger.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { documentKey, newId } from '../../src/shared/outbox/ids.ts';
import { makeAnew } from '../../src/shared/outbox/make-anew.ts';
import { EMPTY_KEY } from '../../src/shared/planning/types.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/hub.ts';
import { addMonths } from '../support/journal.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const DAYS = 365;
const [OLD, RECENT] = [400, 20];
const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
const deps = (over: Partial<PruneDeps> = {}): PruneDeps => ({
  db: database.db,
  clock: systemClock,
  log: silentLog,
  config: { retention: { days: DAYS } },
  ...over,
});

interface Document {
  kind?: 'transfer' | 'order' | 'scan';
  status?: 'held' | 'pending' | 'queued' | 'sending' | 'unknown' | 'done' | 'failed' | 'cancelled' | 'superseded';
  touched?: number;
  confirmed?: number;
  question?: boolean;
  item?: string;
  /** NULL: open. */
  closed?: number | null;
  reason?: string;
}

interface Run {
  days?: number;
  status?: 'queued' | 'running' | 'completed' | 'failed';
  scope?: string;
  dryRun?: boolean;
  slot?: Date;
  documents?: Document[];
}

/** A run with a scan that is done and these documents, as they were left so many days ago. */
async function run({ days = OLD, status = 'completed', documents = [{}], ...rest }: Run = {}): Promise<string> {
  const { prisma } = database.db;
  const id = newId();
  const [scope, slot] = [rest.scope ?? `scope-${id}`, rest.slot ?? null];
  await prisma.run.create({
    data: {
      ...{ id, trigger: 'http', status, scope, slot, dryRun: rest.dryRun ?? false, createdAt: ago(days) },
      snapshotStartedAt: ago(days),
    },
  });
  const scan: Document = { kind: 'scan' };
  for (const document of documents.some(({ kind }) => kind === 'scan') ? documents : [scan, ...documents]) {
    await addDocument(id, days, document);
  }
  return id;
}

async function addDocument(runId: string, days: number, document: Document): Promise<void> {
  const { prisma } = database.db;
  const { kind = 'transfer', status = 'done', touched = days, question = false } = document;
  const { closed = days, reason = 'received', item = newId() } = document;
  const [id, lineId, place] = [newId(), newId(), newId()];
  const made = status === 'done' ? { externalKey: id, confirmedAt: ago(document.confirmed ?? days) } : {};
  await prisma.outboxRow.create({
    data: {
      ...{ id, runId, kind, status, queue: kind, documentKey: documentKey(id, 1), posted: false, ...made },
      ...{ createdAt: ago(days), updatedAt: ago(touched) },
      ...(question ? { questionCode: 'transfer-unposted', question: '?', askedAt: ago(touched) } : {}),
    },
  });
  if (kind === 'scan') return;
  const goods = { recipientKey: EMPTY_KEY, itemKey: item, itemName: 'Лампа', article: 'A-1', characteristicKey: place };
  const plan = { recipientName: 'Магазин', unit: 'шт', outcome: 'transfer', why: {} };
  const numbers = {
    minimum: 5,
    free: 0,
    onOrder: 0,
    hubExpected: 0,
    projected: 0,
    need: 5,
    transferred: 5,
    ordered: 0,
  };
  await prisma.runLine.create({
    data: { id: lineId, runId, ...goods, ...plan, ...numbers, characteristicKey: EMPTY_KEY },
  });
  await prisma.outboxLine.create({
    data: {
      ...{
        id: newId(),
        outboxId: id,
        runLineId: lineId,
        lineNumber: 1,
        quantity: 5,
        ...goods,
        characteristicKey: EMPTY_KEY,
      },
      ...(closed === null ? {} : { closedAt: ago(closed), closedReason: reason }),
    },
  });
}

/** The same scope scanned twice since: what the run was compared with, and for, is younger. */
async function scannedSince(scope: string, days = OLD - 10): Promise<void> {
  for (const more of [0, 1]) await run({ scope, days: days - more, documents: [] });
}

/** A scan of today, of everything: it has learned all that there was. */
const scannedToday = () => run({ days: 0, scope: 'all', documents: [] });

const exists = async (id: string) => (await database.db.prisma.run.count({ where: { id } })) > 0;
const counts = async () => {
  const { prisma } = database.db;
  return {
    runs: await prisma.run.count(),
    lines: await prisma.runLine.count(),
    documents: await prisma.outboxRow.count({ where: { kind: { not: 'scan' } } }),
    outboxLines: await prisma.outboxLine.count(),
  };
};
const ledger = async () => {
  const lines = await readLedger(database.db.prisma, new Date());
  return { lines: lines.length, expected: lines.reduce((sum, { expected }) => sum + expected, 0) };
};
const told = () => database.db.prisma.integrationLog.findMany({ where: { step: 'prune' }, orderBy: { id: 'asc' } });

/** Everything else about the run says that it may go. */
async function pruned(given: Run, { since = true } = {}): Promise<boolean> {
  const scope = given.scope ?? 'one';
  const id = await run({ scope, ...given });
  if (since) await scannedSince(scope);
  await scannedToday();
  const before = await ledger();
  const preview = await previewPrune(deps());
  const there = await counts();
  const done = await pruneOld(deps());
  const left = await counts();
  expect(await ledger()).toEqual(before);
  // What was promised is what went.
  expect(done?.runs).toEqual(preview.runs);
  expect(there.runs - left.runs).toBe(preview.runs.runs);
  expect(there.lines - left.lines).toBe(preview.runs.lines);
  expect(there.documents - left.documents).toBe(preview.runs.documents);
  return !(await exists(id));
}

describe('of old runs go', () => {
  it.each<[string, Run]>([
    ['one whose goods have come', {}],
    ['one with nothing to do', { documents: [] }],
    [
      'one whose documents were cancelled or replaced, whatever their lines say',
      {
        documents: [
          { status: 'cancelled', closed: null },
          { status: 'superseded', closed: null },
          { status: 'superseded' },
        ],
      },
    ],
    ['one whose documents were deleted outside', { documents: [{ reason: 'deleted' }] }],
    ['one whose scan failed', { status: 'failed', documents: [{ kind: 'scan', status: 'failed' }] }],
    [
      'one that a person cancelled before it began',
      { status: 'queued', documents: [{ kind: 'scan', status: 'cancelled' }] },
    ],
    ['a dry run', { dryRun: true, documents: [] }],
  ])('%s', async (_, given) => {
    expect(await pruned(given)).toBe(true);
  });
});

describe('of old runs stays', () => {
  it.each<[string, Run]>([
    ...(['held', 'pending', 'queued', 'sending', 'unknown', 'failed'] as const).map((status): [string, Run] => [
      `one with a document that is ${status}`,
      { documents: [{}, { status, closed: null }] },
    ]),
    ['one whose goods are still expected', { documents: [{}, { closed: null }] }],
    ['one whose order is still expected', { documents: [{ kind: 'order', closed: null }] }],
    ['one whose goods came lately', { documents: [{ closed: RECENT }] }],
    ['one whose document was given up lately and may come back', { documents: [{ closed: 3, reason: 'deleted' }] }],
    ['one whose document somebody touched lately', { documents: [{ touched: RECENT }] }],
    ['one whose document was confirmed lately', { documents: [{ confirmed: RECENT }] }],
    ['one with a question to a person', { documents: [{ question: true }] }],
    ['one that still runs', { status: 'running', documents: [{ kind: 'scan', status: 'sending' }] }],
    ['one whose scan waits', { status: 'queued', documents: [{ kind: 'scan', status: 'pending' }] }],
    ['one that is not so old', { days: DAYS - 1 }],
  ])('%s', async (_, given) => {
    expect(await pruned(given)).toBe(false);
  });

  it('the last completed one of its scope, and the one that it is compared with', async () => {
    const [third, second, last] = [
      await run({ scope: 'w' }),
      await run({ scope: 'w', days: OLD - 1 }),
      await run({ scope: 'w', days: OLD - 2 }),
    ];
    const failed = await run({ scope: 'w', days: OLD - 3, status: 'failed', documents: [] });
    await scannedToday();
    await pruneOld(deps());
    expect(await Promise.all([third, second, last, failed].map(exists))).toEqual([false, true, true, false]);
  });

  it('the last of its scope that was no dry run', async () => {
    const real = await run({ scope: 'w' });
    const dry = [
      await run({ scope: 'w', days: OLD - 1, dryRun: true }),
      await run({ scope: 'w', days: OLD - 2, dryRun: true }),
    ];
    await scannedToday();
    await pruneOld(deps());
    expect(await Promise.all([real, ...dry].map(exists))).toEqual([true, true, true]);
  });

  it('one that a warehouse is still measured by', async () => {
    const id = await run({ scope: 'w' });
    await scannedSince('w');
    await scannedToday();
    const measured = { warehouseName: 'Магазин', role: 'recipient', balances: 50, limits: 50, seenAt: ago(OLD) };
    await database.db.prisma.snapshotCount.create({ data: { warehouseKey: newId(), runId: id, ...measured } });
    await pruneOld(deps());
    expect(await exists(id)).toBe(true);
  });

  it('the one of the schedule’s last slot', async () => {
    const ids = [
      await run({ status: 'failed', documents: [], slot: ago(OLD + 1) }),
      await run({ status: 'failed', documents: [], slot: ago(OLD) }),
    ];
    await scannedToday();
    await pruneOld(deps());
    expect(await Promise.all(ids.map(exists))).toEqual([false, true]);
  });

  it('every one after the last that read 1C: no scan has learned from it yet', async () => {
    const id = await run({ scope: 'w', days: OLD });
    await scannedSince('w', OLD + 20);
    await pruneOld(deps());
    expect(await exists(id)).toBe(true);
    await scannedSince('w');
    await pruneOld(deps());
    expect(await exists(id)).toBe(false);
  });

  it('every one that common sense compares with, however short the journal is kept', async () => {
    const [known, forgotten] = [await run({ scope: 'w', days: 90 }), await run({ scope: 'w', days: 92 })];
    await scannedSince('w', 80);
    await scannedToday();
    await pruneOld(deps({ config: { retention: { days: 31 } } }));
    expect([await exists(known), await exists(forgotten)]).toEqual([true, false]);
  });

  it('one whose goods came in place of an older document that a person could make anew', async () => {
    const item = newId();
    const deleted = await run({
      scope: 'w',
      days: OLD + 5,
      documents: [{ item, reason: 'deleted' }, { closed: null }],
    });
    const came = await run({ scope: 'w', documents: [{ item }] });
    const other = await run({ scope: 'w', documents: [{ item: newId() }] });
    await scannedSince('w');
    await scannedToday();
    const preview = await previewPrune(deps());
    await pruneOld(deps());
    expect(await Promise.all([deleted, came, other].map(exists))).toEqual([true, true, false]);
    expect(preview.runs.runs).toBe(1);
    // Where the older one may go, both do, in that order.
    await database.db.prisma.outboxLine.updateMany({
      where: { closedAt: null },
      data: { closedAt: ago(OLD), closedReason: 'received' },
    });
    expect((await previewPrune(deps())).runs.runs).toBe(2);
    await pruneOld(deps());
    expect(await Promise.all([deleted, came].map(exists))).toEqual([false, false]);
  });
});

describe('dropping what is old', () => {
  const many = async (runs: number) => {
    for (let n = 0; n < runs; n += 1) await run({ scope: 'w', documents: [{}, {}] });
    await scannedSince('w');
    await scannedToday();
  };

  it('takes whole runs, also when there are more than fit in one transaction, and says so once in the journal', async () => {
    await many(120);
    const done = await pruneOld(deps());
    expect(done?.runs).toEqual({ runs: 120, lines: 240, documents: 240 });
    expect(await counts()).toEqual({ runs: 3, lines: 0, documents: 0, outboxLines: 0 });
    expect(await pruneOld(deps())).toMatchObject({ runs: { runs: 0 }, parts: [], leftovers: [] });
    const entries = await told();
    expect(entries.map(({ message }) => message)).toEqual([
      'Удалено то, что старше 365 дн. (RETENTION_DAYS): проверок: 120 (строк: 240, документов: 240).',
    ]);
    expect(entries[0]!.details).toMatchObject({ days: 365, runs: 120, parts: [] });
  });

  it('by several at once does no harm, with the lock that keeps them apart or without it', async () => {
    await many(60);
    const before = await oldestKept(database.db, DAYS);
    let deleted = 0;
    const alone = () => deleteOldRuns(database.db, before, { deleted: ({ runs }) => (deleted += runs) });
    const passes = await Promise.all([pruneOld(deps()), pruneOld(deps()), alone(), alone()]);
    expect(passes.slice(0, 2).filter((one) => one === null).length).toBeLessThan(2);
    const byPass = passes
      .slice(0, 2)
      .reduce((sum, one) => sum + ((one as { runs: { runs: number } } | null)?.runs.runs ?? 0), 0);
    expect(deleted + byPass).toBe(60);
    expect(await counts()).toMatchObject({ runs: 3, documents: 0, outboxLines: 0 });
  });

  it('that dies in the middle leaves no run in part, has said what went, and is gone on with', async () => {
    await addMonths(database.db, 15);
    await database.db.prisma.integrationLog.create({
      data: { ts: ago(DAYS + 70), level: 'info', system: 'hub', step: 's', status: 'ok', message: 'old' },
    });
    await many(5);
    const checkpoint = () => {
      throw new Error('SIGKILL');
    };
    await expect(pruneOld(deps({ checkpoint }))).rejects.toThrow('SIGKILL');
    expect(await counts()).toEqual({ runs: 3, lines: 0, documents: 0, outboxLines: 0 });
    expect((await pruneOld(deps()))?.parts.reduce((sum, { entries }) => sum + entries, 0)).toBe(1);
    expect((await told()).map(({ message }) => message)).toEqual([
      expect.stringMatching(/проверок: 5 /),
      expect.stringMatching(/записей журнала: 1 \(.*\d{4}-\d{2}/),
    ]);
  });

  it('waits for a person who makes one of its documents anew at this moment, and then leaves it', async () => {
    const id = await run({ scope: 'w', documents: [{ reason: 'deleted' }] });
    await scannedSince('w');
    await scannedToday();
    const { db } = database;
    const row = await db.prisma.outboxRow.findFirstOrThrow({ where: { runId: id, kind: 'transfer' } });
    const other = await database.db.pool.connect();
    try {
      await other.query('begin');
      await other.query('select 1 from outbox where id = $1 for update', [row.id]);
      const pruning = pruneOld(deps());
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from outbox where run_id%'`;
      await until('the pass waits', async () => ((await db.pool.query(waiting)).rowCount ?? 0) > 0);
      await other.query(`update outbox set status = 'pending', document_generation = 2 where id = $1`, [row.id]);
      await other.query('commit');
      expect((await pruning)?.runs.runs).toBe(0);
    } finally {
      other.release();
    }
    expect(await exists(id)).toBe(true);
    expect((await db.prisma.outboxRow.findUniqueOrThrow({ where: { id: row.id } })).status).toBe('pending');
  });

  it('leaves nothing for a person who comes a moment later', async () => {
    const id = await run({ scope: 'w', documents: [{ reason: 'deleted' }] });
    await scannedSince('w');
    await scannedToday();
    const row = await database.db.prisma.outboxRow.findFirstOrThrow({ where: { runId: id, kind: 'transfer' } });
    await pruneOld(deps());
    expect(await makeAnew(database.db, { outboxId: row.id, actor: 'p' })).toMatchObject({ outcome: 'not-found' });
  });

  it('keeps everything of people’s where RETENTION_DAYS is 0, and makes the coming months all the same', async () => {
    const id = await run({ scope: 'w' });
    await scannedSince('w');
    await scannedToday();
    await leftBehind();
    const { pool } = database.db;
    const parts = async () => (await pool.query('select part::text, low, high from hub_journal_parts()')).rows;
    const before = await parts();
    const [{ part, low }] = before.slice(-2);
    await pool.query(`drop table ${part}, integration_logs_future`);
    await pool.query(`select hub_journal_part('integration_logs_future', $1, null)`, [low]);
    const kept = await pruneOld(deps({ config: { retention: { days: null } } }));
    expect(kept).toMatchObject({ before: null, parts: [], runs: { runs: 0 } });
    expect(await exists(id)).toBe(true);
    expect(await left()).toMatchObject({ alarms: 5, snoozes: 3, operator_actions: 4, console_sessions: 1 });
    expect(await parts()).toEqual(before);
  });

  /** Of each table with a short life or an end: what is over long since, and what is not. */
  async function leftBehind(): Promise<void> {
    const { prisma } = database.db;
    const session = { person: 'a', hashDigest: new Uint8Array([1]), csrf: 'c', seenAt: ago(RECENT) };
    await prisma.consoleSession.create({ data: { ...session, tokenDigest: new Uint8Array([1]), createdAt: ago(40) } });
    await prisma.consoleSession.create({ data: { ...session, tokenDigest: new Uint8Array([2]), createdAt: ago(1) } });
    for (const at of [ago(40), ago(0)]) {
      await prisma.loginAttempt.create({ data: { at, address: '::1', name: 'a' } });
      await prisma.apiFailure.create({ data: { at, budget: 'gone', signature: 's' } });
      await prisma.apiCall.create({ data: { budget: 'gone', units: 3, startedAt: at, endedAt: at, expiresAt: at } });
    }
    const alarm = { code: 'down', message: 'm', since: ago(OLD) };
    const alarms = [
      { resolvedAt: ago(OLD) },
      { resolvedAt: ago(OLD), toldAt: ago(OLD), resolvedToldAt: ago(OLD) },
      { resolvedAt: ago(OLD), toldAt: ago(OLD) },
      { toldAt: ago(OLD) },
      { resolvedAt: ago(RECENT) },
    ];
    for (const [n, one] of alarms.entries()) {
      await prisma.alarm.create({ data: { id: newId(), subject: String(n), ...alarm, ...one } });
    }
    const snooze = { itemName: 'Лампа', reason: 'r', author: 'a', createdAt: ago(OLD) };
    const ended = (days: number) => ({ endedAt: ago(days), endedReason: 'by-hand' });
    for (const one of [ended(OLD), ended(RECENT), {}]) {
      await prisma.snooze.create({ data: { id: newId(), itemKey: newId(), ...snooze, ...one } });
    }
    for (const [action, days] of [
      ['login', OLD],
      ['login', RECENT],
      ['approve', OLD],
      ['anew', 4000],
    ] as const) {
      await prisma.operatorAction.create({ data: { ts: ago(days), actor: 'a', action, outcome: 'done' } });
    }
  }

  async function left(): Promise<Record<string, number>> {
    const tables = [
      'console_sessions',
      'login_attempts',
      'api_calls',
      'api_failures',
      'alarms',
      'snoozes',
      'operator_actions',
    ];
    const rows = await Promise.all(
      tables.map(async (table) => {
        const { rows: counted } = await database.db.pool.query(`select count(*)::int as count from ${table}`);
        return [table, counted[0].count as number] as const;
      }),
    );
    return Object.fromEntries(rows);
  }

  it('ends what else has an end, and nothing that is still open, untold or an act of a person', async () => {
    await leftBehind();
    const preview = await previewPrune(deps());
    expect(await left()).toEqual({
      ...{ console_sessions: 2, login_attempts: 2, api_calls: 2, api_failures: 2 },
      ...{ alarms: 5, snoozes: 3, operator_actions: 4 },
    });
    const done = await pruneOld(deps());
    expect(done?.leftovers).toEqual(preview.leftovers);
    expect(await left()).toEqual({
      ...{ console_sessions: 1, login_attempts: 1, api_calls: 1, api_failures: 1 },
      ...{ alarms: 3, snoozes: 2, operator_actions: 3 },
    });
    const acts = await database.db.prisma.operatorAction.findMany({ orderBy: { id: 'asc' } });
    expect(acts.map(({ action }) => action)).toEqual(['login', 'approve', 'anew']);
  });

  it('is only told, and nothing is dropped, by a dry run', async () => {
    await addMonths(database.db, 15);
    await database.db.prisma.integrationLog.create({
      data: { ts: ago(DAYS + 70), level: 'info', system: 'hub', step: 's', status: 'ok', message: 'old' },
    });
    await many(3);
    await leftBehind();
    const everything = async () => ({
      ...(await counts()),
      ...(await left()),
      entries: await database.db.prisma.integrationLog.count(),
    });
    const before = await everything();
    const preview = await previewPrune(deps());
    expect(await everything()).toEqual(before);
    expect(preview.parts.reduce((sum, { entries }) => sum + entries, 0)).toBe(1);
    expect(preview.runs).toEqual({ runs: 3, lines: 6, documents: 6 });
    expect(await pruneOld(deps())).toMatchObject({
      parts: preview.parts,
      runs: preview.runs,
      leftovers: preview.leftovers,
    });
  });
});
