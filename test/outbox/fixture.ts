import { z } from 'zod';
import { OUTBOX_STATUSES } from '../../src/api/queries/outbox.ts';
import type { Database } from '../../src/shared/db/database.ts';
import { documentKey, newId } from '../../src/shared/outbox/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const STATUSES = OUTBOX_STATUSES;
export type Status = (typeof STATUSES)[number];

export interface OutboxFixture extends TestDatabase {
  /** Inserts a row in any status; columns beyond it as given. Returns its id. */
  row(
    status: Status,
    more?: { kind?: 'transfer' | 'order' | 'scan'; maybeMade?: boolean; attempts?: number },
  ): Promise<string>;
  read(id: string): ReturnType<Database['prisma']['outboxRow']['findUniqueOrThrow']>;
  journal(id: string): Promise<{ step: string; status: string; message: string; details: unknown }[]>;
  /** Lets every lease of the row run out, as when its holder is dead for long. */
  expireLease(id: string): Promise<void>;
}

/** A database of the file's own with rows that have no lines: what the row's life is about needs none. */
export async function createOutboxFixture(): Promise<OutboxFixture> {
  const database = await createTestDatabase();
  const { prisma } = database.db;
  return {
    ...database,
    async row(status, { kind = 'transfer', maybeMade = false, attempts = 0 } = {}) {
      const [id, runId] = [newId(), newId()];
      const queue = { transfer: 'onec-transfer', order: 'moysklad-order', scan: 'scan' }[kind];
      await prisma.run.create({ data: { id: runId, trigger: 'http' } });
      const made = status === 'done' ? { externalKey: id, confirmedAt: new Date() } : {};
      await prisma.outboxRow.create({
        data: { id, runId, kind, status, queue, documentKey: documentKey(id, 1), maybeMade, attempts, ...made },
      });
      return id;
    },
    read: (id) => prisma.outboxRow.findUniqueOrThrow({ where: { id } }),
    journal: async (id) =>
      z
        .array(z.object({ step: z.string(), status: z.string(), message: z.string(), details: z.unknown() }))
        .parse(await prisma.integrationLog.findMany({ where: { outboxId: id }, orderBy: { id: 'asc' } })),
    async expireLease(id) {
      await prisma.$executeRaw`update outbox set lease_until = clock_timestamp() - interval '1 ms' where id = ${id}::uuid`;
    },
  };
}
