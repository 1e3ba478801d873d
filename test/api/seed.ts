import type { Database } from '../../src/shared/db/database.ts';
import { documentKey, newId } from '../../src/shared/outbox/ids.ts';
import type { Why } from '../../src/shared/planning/types.ts';

export const SHOP = { key: '11111111-1111-4111-8111-111111111111', name: 'Магазин Центр' };
export const DONOR = { key: '22222222-2222-4222-8222-222222222222', name: 'Бестужевых' };

export type Status =
  | 'held'
  | 'pending'
  | 'queued'
  | 'sending'
  | 'unknown'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'superseded';

/** A completed run. */
export async function addRun(db: Database, changes: Record<string, unknown> = {}): Promise<string> {
  const id = newId();
  await db.prisma.run.create({ data: { id, trigger: 'http', status: 'completed', ...changes } });
  return id;
}

export interface DocumentSeed {
  runId: string;
  kind?: 'transfer' | 'order';
  status?: Status;
  article?: string;
  itemName?: string;
  number?: string;
  errorCode?: string;
  quantity?: number;
  recipient?: { key: string; name: string };
  /** Of a transfer. */
  donor?: { key: string; name: string };
  /** The planner's numbers, where a test needs others. */
  why?: object;
}

export const WHY: Why = {
  policy: 'fill-to-max',
  minimum: 2_000,
  maximum: 5_500,
  onHand: 500,
  reserved: 0,
  free: 500,
  onOrder: 0,
  hubExpected: 0,
  expectedFrom: [],
  projected: 500,
  target: 5_500,
  missing: 5_000,
  pack: { name: 'кор', size: 1_500 },
  rounding: 'pack-down',
  need: 4_500,
  donors: [
    {
      donorKey: DONOR.key,
      donorName: DONOR.name,
      free: 9_000,
      minimum: 1_000,
      outgoing: 0,
      takenBefore: 0,
      offered: 8_000,
      taken: 4_500,
      reason: 'took-part',
    },
  ],
  ordered: 0,
  skipped: null,
};

/** A run line with its document. */
export async function addDocument(db: Database, seed: DocumentSeed): Promise<{ outboxId: string; lineId: string }> {
  const {
    runId,
    kind = 'transfer',
    status = 'pending',
    article = 'A-1',
    itemName = 'Кабель ВВГ',
    quantity = 4.5,
    recipient = SHOP,
    donor = DONOR,
  } = seed;
  const outboxId = newId();
  const lineId = newId();
  const item = { itemKey: newId(), itemName, article, characteristicKey: '00000000-0000-0000-0000-000000000000' };
  await db.prisma.runLine.create({
    data: {
      id: lineId,
      runId,
      recipientKey: recipient.key,
      recipientName: recipient.name,
      ...item,
      unit: 'м',
      minimum: 2,
      maximum: 5.5,
      free: 0.5,
      onOrder: 0,
      hubExpected: 0,
      projected: 0.5,
      need: quantity,
      transferred: kind === 'transfer' ? quantity : 0,
      ordered: kind === 'order' ? quantity : 0,
      outcome: kind,
      why: seed.why ?? (WHY as object),
    },
  });
  await db.prisma.outboxRow.create({
    data: {
      id: outboxId,
      kind,
      status,
      runId,
      documentKey: documentKey(outboxId, 1),
      queue: kind === 'transfer' ? 'onec-transfer' : 'moysklad-order',
      recipientKey: recipient.key,
      recipientName: recipient.name,
      ...(kind === 'transfer' ? { senderKey: donor.key, senderName: donor.name } : {}),
      ...(seed.errorCode === undefined ? {} : { errorCode: seed.errorCode, errorMessage: 'Отказ' }),
      ...(status === 'done'
        ? {
            externalKey: documentKey(outboxId, 1),
            externalNumber: seed.number ?? '00-000001',
            confirmedAt: new Date(),
            posted: true,
          }
        : {}),
      lines: {
        create: [{ id: newId(), runLineId: lineId, lineNumber: 1, recipientKey: recipient.key, quantity, ...item }],
      },
    },
  });
  return { outboxId, lineId };
}

export async function knowWarehouses(db: Database): Promise<void> {
  await db.prisma.knownWarehouse.createMany({
    data: [
      { ...SHOP, role: 'recipient', seenAt: new Date() },
      { ...DONOR, role: 'donor', seenAt: new Date() },
    ],
  });
}
