import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutboxFixture, type OutboxFixture, STATUSES, type Status } from './fixture.ts';

let outbox: OutboxFixture;
beforeAll(async () => {
  outbox = await createOutboxFixture();
});
afterAll(() => outbox.drop());

/** Written down anew, by hand, from docs/STATE-MACHINE.md: what the trigger says is what is being tested. */
const allowed: Record<Status, Status[]> = {
  held: ['pending', 'cancelled', 'superseded'],
  pending: ['queued', 'sending', 'cancelled'],
  queued: ['pending', 'sending', 'cancelled'],
  sending: ['done', 'failed', 'unknown', 'queued', 'pending'],
  unknown: ['sending', 'pending', 'done'],
  done: [],
  failed: ['pending', 'sending', 'cancelled', 'superseded', 'unknown'],
  cancelled: [],
  superseded: [],
};

const pairs = STATUSES.flatMap((from) =>
  STATUSES.map((to) => ({ from, to, may: from === to || allowed[from].includes(to) })),
);

/** Past the code, as any program with a connection could: the database itself must say no. */
const step = (id: string, to: Status) => outbox.db.prisma.$executeRaw`
  update outbox set status = ${to}::outbox_status, external_key = 'k', confirmed_at = now() where id = ${id}::uuid`;

describe('the database', () => {
  it.each(pairs.filter(({ may }) => may))('lets a row go from $from to $to', async ({ from, to }) => {
    const id = await outbox.row(from);
    await step(id, to);
    expect((await outbox.read(id)).status).toBe(to);
  });

  it.each(pairs.filter(({ may }) => !may))('never lets a row go from $from to $to', async ({ from, to }) => {
    const id = await outbox.row(from);
    await expect(step(id, to)).rejects.toThrow(`cannot go from ${from} to ${to}`);
    expect((await outbox.read(id)).status).toBe(from);
  });

  it('knows all 81 pairs', () => expect(pairs).toHaveLength(81));

  it('lets a done row be made anew only under a new document generation', async () => {
    const id = await outbox.row('done');
    const { prisma } = outbox.db;
    await expect(
      prisma.$executeRaw`update outbox set status = 'pending', generation = 2 where id = ${id}::uuid`,
    ).rejects.toThrow('cannot go from done to pending');
    await prisma.$executeRaw`update outbox set status = 'pending', document_generation = 2 where id = ${id}::uuid`;
    expect((await outbox.read(id)).status).toBe('pending');
  });

  it('refuses a document as done without the key and time of its confirmation', async () => {
    const id = await outbox.row('sending');
    await expect(
      outbox.db.prisma.$executeRaw`update outbox set status = 'done' where id = ${id}::uuid`,
    ).rejects.toThrow('outbox_done_is_confirmed');
  });

  it.each(['failed', 'cancelled', 'superseded'] as const)(
    'refuses to give a row up as %s while its document may exist',
    async (to) => {
      const id = await outbox.row(to === 'failed' ? 'sending' : 'pending', { maybeMade: true });
      const { prisma } = outbox.db;
      if (to === 'superseded') await prisma.$executeRaw`alter table outbox disable trigger outbox_step`;
      try {
        await expect(
          prisma.$executeRaw`update outbox set status = ${to}::outbox_status where id = ${id}::uuid`,
        ).rejects.toThrow('outbox_given_up_is_not_made');
      } finally {
        await prisma.$executeRaw`alter table outbox enable trigger outbox_step`;
      }
    },
  );

  it('keeps the journal append-only', async () => {
    const { prisma } = outbox.db;
    await prisma.$executeRaw`insert into integration_logs (level, system, step, status, message) values ('info', 'hub', 's', 'ok', 'm')`;
    await expect(prisma.$executeRaw`update integration_logs set message = 'x'`).rejects.toThrow('append-only');
    await expect(prisma.$executeRaw`delete from integration_logs`).rejects.toThrow('append-only');
    await expect(prisma.$executeRaw`truncate integration_logs`).rejects.toThrow('append-only');
  });
});
