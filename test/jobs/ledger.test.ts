import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedger } from '../../src/jobs/run-scan/ledger.ts';
import { previewReplaced, replaceEarlier } from '../../src/jobs/run-scan/replace-earlier.ts';
import { addDocument, addRun, SHOP } from '../api/seed.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a document that fails while a scan plans, between replacing and reading the ledger,', () => {
  it.each([
    ['a scan', replaceEarlier],
    ['a dry run', previewReplaced],
  ])('is counted by %s as expected, and what failed before is not', async (_, replace) => {
    const { db } = database;
    const runId = await addRun(db);
    const before = await addDocument(db, { runId, status: 'failed' });
    const during = await addDocument(db, { runId, status: 'sending', quantity: 7 });
    const expected = await db.transaction(async (tx) => {
      const { ids } = await replace(tx, [SHOP.key]);
      await db.prisma.$executeRaw`update outbox set status = 'failed' where id = ${during.outboxId}::uuid`;
      return readLedger(tx, new Date(), { recipientKeys: [SHOP.key], replaced: ids });
    });
    expect(expected.filter(({ outboxId }) => outboxId === during.outboxId)).toMatchObject([{ expected: 7_000 }]);
    expect(expected.map(({ outboxId }) => outboxId)).not.toContain(before.outboxId);
    await db.prisma.$executeRaw`update outbox set status = 'superseded' where status = 'failed'`;
  });
});
