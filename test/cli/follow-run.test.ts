import { afterAll, beforeAll, expect, it } from 'vitest';
import { followRun } from '../../src/cli/follow-run.ts';
import { createOutboxFixture, type OutboxFixture } from '../outbox/fixture.ts';

let outbox: OutboxFixture;
beforeAll(async () => {
  outbox = await createOutboxFixture();
});
afterAll(() => outbox.drop());

/** Enough for a look to fall between any two steps of the row. */
const LOOKS = 150;
const clock = { now: () => new Date(), sleep: async () => undefined };

it('a run is not at its end while its document goes to and fro between unknown and sending, however often one looks', async () => {
  const { prisma } = outbox.db;
  const id = await outbox.row('unknown', { maybeMade: true });
  const { runId } = await outbox.read(id);
  await prisma.run.update({ where: { id: runId }, data: { status: 'completed' } });

  let looks = 0;
  let ended = false;
  const following = followRun(outbox.db, runId, { clock }, () => {
    looks += 1;
  }).finally(() => {
    ended = true;
  });
  while (looks < LOOKS && !ended) {
    await prisma.$executeRaw`update outbox set status = 'sending', lease_owner = 'a', lease_until = now() + interval '1 hour' where id = ${id}::uuid`;
    await prisma.$executeRaw`update outbox set status = 'unknown', lease_owner = null, lease_until = null where id = ${id}::uuid`;
  }
  expect([looks >= LOOKS, ended]).toEqual([true, false]);
  await prisma.$executeRaw`update outbox set status = 'sending' where id = ${id}::uuid`;
  await prisma.$executeRaw`
    update outbox set status = 'done', external_key = 'key', confirmed_at = now(), maybe_made = false where id = ${id}::uuid`;
  expect(await following).toMatchObject({ status: 'completed', transfers: { done: 1 } });
});
