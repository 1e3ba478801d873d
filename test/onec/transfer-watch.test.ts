import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../sandbox/server.ts';
import { until } from '../support/hub.ts';
import { command, DOCUMENT_KEY, failure, KILOS, PIECES, type SmallWorld, startSmallWorld } from './small-world.ts';

let world: SmallWorld;
afterEach(() => world.close());

const numbered = (n: number) => `dddddddd-0000-5000-8000-${String(n).padStart(12, '0')}`;
const begin = async (options: SandboxOptions = {}) => {
  world = await startSmallWorld(options);
};
const make = (n = 1, over: Parameters<typeof command>[0] = {}) =>
  world.onec.makeTransfer(command({ key: numbered(n), ...over }), { lookFirst: false });
const read = async (...keys: string[]) => world.onec.readTransfers(keys.length === 0 ? [DOCUMENT_KEY] : keys);
const received = async () => (await read()).get(DOCUMENT_KEY)?.lines.map((line) => line.received);
const byHand = (act: string, more: object = {}) => world.control(`/1c/${act}`, { transferKey: DOCUMENT_KEY, ...more });

describe('reading transfer orders as they are now', () => {
  it('tells header, lines, and that nothing was taken over yet', async () => {
    await begin();
    const made = await make();
    expect((await read()).get(DOCUMENT_KEY)).toMatchObject({
      number: made.number,
      posted: true,
      deletionMark: false,
      lines: [
        { itemKey: PIECES, quantity: 5000, cancelled: false, received: 0 },
        { itemKey: KILOS, quantity: 1250, cancelled: false, received: 0 },
      ],
    });
  });

  it('tells what was taken over of each line: in part, in full, and above the quantity', async () => {
    await begin();
    await make();
    await byHand('receive', { factor: 0.4 });
    expect(await received()).toEqual([2000, 500]);
    await byHand('receive', { factor: 2 });
    expect(await received()).toEqual([8000, 2000]);
  });

  it('of an order that is not posted any more still tells what was taken over, and of a draft that nothing was', async () => {
    await begin();
    await make(1, { posting: 'draft' });
    expect(await received()).toEqual([0, 0]);
    await byHand('post');
    await byHand('receive', { factor: 0.4 });
    await byHand('unpost');
    expect(await received()).toEqual([2000, 500]);
  });

  it('does not guess about lines that do not ship', async () => {
    await begin();
    await make();
    const goods = { Номенклатура_Key: PIECES, Количество: 5, ВариантОбеспечения: 'КОбеспечению', LineNumber: '1' };
    const patch = await fetch(`${world.sandbox.onecUrl}/Document_ЗаказНаПеремещение(guid'${DOCUMENT_KEY}')`, {
      method: 'PATCH',
      headers: {
        authorization: `Basic ${Buffer.from(`${world.sandbox.onecUser}:${world.sandbox.onecPassword}`).toString('base64')}`,
      },
      body: JSON.stringify({ Товары: [goods] }),
    });
    expect(patch.status).toBe(200);
    await byHand('post');
    expect(await received()).toEqual([null]);
  });

  it('leaves out what 1C answers with 404 code 9, and shows what is marked', async () => {
    await begin();
    await make(1);
    await make(2, { outboxId: '01890000-0000-7000-8000-000000000002' });
    await byHand('delete');
    await world.control('/1c/delete', { transferKey: numbered(2), erase: true });
    const seen = await read(numbered(1), numbered(2), numbered(3));
    expect([...seen.keys()]).toEqual([numbered(1)]);
    expect(seen.get(numbered(1))).toMatchObject({ posted: false, deletionMark: true });
  });

  it('asks for many at once, no query longer than IIS lets through, and for the register once', async () => {
    await begin();
    const many = Array.from({ length: 45 }, (_, n) => numbered(n + 1));
    for (const [n] of many.entries()) {
      const outboxId = `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`;
      await make(n + 1, { outboxId, lines: [{ ...command().lines[0]!, quantity: 1000 }] });
    }
    const before = await requests();
    expect((await read(...many)).size).toBe(45);
    // The sandbox answers 404 to longer queries as IIS does: 20 + 20 + 5 documents and the register.
    expect((await requests()) - before).toBe(4);
  });

  it('asks nothing when there is nothing to ask', async () => {
    await begin();
    const before = await requests();
    expect((await world.onec.readTransfers([])).size).toBe(0);
    expect((await requests()) - before).toBe(0);
  });

  it('does not take an order for complete that is unposted between two of its reads', async () => {
    await begin();
    await make();
    const { id } = await world.control<{ id: string }>('/faults', {
      system: '1c',
      kind: 'latency',
      ms: 400,
      match: { path: 'ЗаказыНаПеремещение/Balance' },
    });
    const reading = read();
    const fired = async () =>
      (await world.control<{ id: string; fired: number }[]>('/faults')).find((fault) => fault.id === id)?.fired === 1;
    await until('the register to be asked', fired);
    await byHand('unpost');
    expect((await reading).get(DOCUMENT_KEY)?.lines.map((line) => line.received)).toEqual([null, null]);
    expect((await read()).get(DOCUMENT_KEY)).toMatchObject({
      posted: false,
      lines: [{ received: 0 }, { received: 0 }],
    });
  });

  it('refuses a register without its number, and says which object must be published', async () => {
    await begin({ onec: { withheld: ['КОформлениюBalance'] } });
    await make();
    expect(await failure(read())).toMatchObject({ outcome: 'refused', code: 'onec-property-missing' });
    await world.close();
    await begin({ onec: { unpublished: ['AccumulationRegister_ЗаказыНаПеремещение'] } });
    await make();
    const refused = await failure(read());
    expect(refused).toMatchObject({ outcome: 'not-now', code: 'onec-not-published' });
    expect(refused.message).toContain('AccumulationRegister_ЗаказыНаПеремещение');
  });
});

async function requests(): Promise<number> {
  const { requests: of } = await world.control<{ requests: { '1c': { total: number } } }>('/state');
  return of['1c'].total;
}
