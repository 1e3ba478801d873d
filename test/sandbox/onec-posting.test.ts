import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lampFigures, startSmall, TRANSFERS, transferBody, transferLine } from './onec-world.ts';

let world: Awaited<ReturnType<typeof startSmall>>;
beforeEach(async () => {
  world = await startSmall();
});
afterEach(() => world.sandbox.close());

/** The dataset's own figures; the four on order come from an order that people made. */
const opening = { senderOnHand: 100, recipientOnHand: 3, ordered: 4, arriving: 4, toShip: 4 };

async function make(quantity: number, more: Record<string, unknown> = {}) {
  const body = transferBody(quantity, more);
  const created = await world.call('POST', TRANSFERS, body);
  expect(created.status).toBe(201);
  return body.Ref_Key;
}
const act = (key: string, action: string) => world.call('POST', `${TRANSFERS}(guid'${key}')/${action}`);
const post = (key: string) => act(key, 'Post?PostingModeOperational=false');
const messageOf = (answer: { json: { 'odata.error': { message: { value: string } } } }) =>
  answer.json['odata.error'].message.value;

describe('posting', () => {
  it('starts from exactly the dataset, history included', async () => {
    expect(await lampFigures(world)).toEqual(opening);
  });

  it('moves nothing while the order is only written', async () => {
    await make(10);
    expect(await lampFigures(world)).toEqual(opening);
  });

  it('takes from the sender, announces to the recipient, and opens the order', async () => {
    const key = await make(10);
    expect((await post(key)).status).toBe(200);
    expect(await lampFigures(world)).toEqual({
      senderOnHand: 90,
      recipientOnHand: 3,
      ordered: 14,
      arriving: 14,
      toShip: 14,
    });
    expect((await world.get(`${TRANSFERS}(guid'${key}')?$select=Posted`)).json.Posted).toBe(true);
  });

  it('is the same when repeated, and taken back by Unpost', async () => {
    const key = await make(10);
    await post(key);
    expect((await post(key)).status).toBe(200);
    expect((await lampFigures(world)).senderOnHand).toBe(90);
    expect((await act(key, 'Unpost')).status).toBe(200);
    expect(await lampFigures(world)).toEqual(opening);
  });

  it('gives up to the free stock, reserves excluded, to the last piece', async () => {
    expect((await post(await make(70))).status).toBe(200);
    const short = await post(await make(1));
    expect(short.status).toBe(500);
  });

  it('refuses in UT words when free stock is short, names goods, warehouse and how much, and moves nothing', async () => {
    const key = await make(73);
    const refused = await post(key);
    expect([refused.status, refused.json['odata.error'].code]).toEqual([500, '-1']);
    expect(messageOf(refused)).toBe(
      `Для отгрузки/резервирования необособленного товара "Лампа 'Свеча' 7 Вт" на складе "Бестужевых" недостаточно свободного остатка в количестве 3 шт`,
    );
    expect(await lampFigures(world)).toEqual(opening);
    expect((await world.get(`${TRANSFERS}(guid'${key}')`)).json.Posted).toBe(false);
  });

  it('adds up the lines of one item before it judges', async () => {
    const lines = [transferLine(40), transferLine(40, { LineNumber: '2' })];
    const refused = await post(await make(1, { Товары: lines }));
    expect(messageOf(refused)).toContain('в количестве 10 шт');
  });

  it('keeps the earlier movements when posting again is refused', async () => {
    const key = await make(10);
    await post(key);
    await world.call('PATCH', `${TRANSFERS}(guid'${key}')`, { Товары: [transferLine(500)] });
    expect((await post(key)).status).toBe(500);
    expect((await lampFigures(world)).senderOnHand).toBe(90);
  });

  it('refuses a document marked for deletion, and the mark on a posted one', async () => {
    const key = await make(1);
    await world.call('PATCH', `${TRANSFERS}(guid'${key}')`, { DeletionMark: true });
    expect((await post(key)).status).toBe(500);
    const other = await make(1);
    await post(other);
    const marked = await world.call('PATCH', `${TRANSFERS}(guid'${other}')`, { DeletionMark: true });
    expect([marked.status, marked.json['odata.error'].code]).toEqual([500, '-1']);
  });

  it('sets only the flag when Posted is written by PATCH', async () => {
    const key = await make(10);
    await world.call('PATCH', `${TRANSFERS}(guid'${key}')`, { Posted: true });
    expect(await lampFigures(world)).toEqual(opening);
  });

  it('ships nothing for an order on approval, but the recipient expects it', async () => {
    await post(await make(10, { Статус: 'НаСогласовании' }));
    expect(await lampFigures(world)).toEqual({ ...opening, ordered: 14, arriving: 14 });
  });

  it('leaves out cancelled lines, and reserves at the sender for «СоСклада»', async () => {
    const lines = [
      transferLine(10, { Отменено: true }),
      transferLine(20, { LineNumber: '2', ВариантОбеспечения: 'СоСклада' }),
    ];
    await post(await make(1, { Товары: lines }));
    expect(await lampFigures(world)).toEqual({ ...opening, ordered: 24, arriving: 24 });
    const stock = (await world.control('GET', '/1c/stock')).json;
    expect(
      stock.find((row: Record<string, unknown>) => row.warehouse === 'Бестужевых' && row.article === 'A-1'),
    ).toMatchObject({
      onHand: 100,
      reserved: 50,
      free: 50,
    });
  });

  it('answers 404 code 9 for a document that is not there, 405 for GET', async () => {
    const missing = await post('99999999-9999-4999-8999-999999999999');
    expect([missing.status, missing.json['odata.error'].code]).toEqual([404, '9']);
    const key = await make(1);
    expect((await world.get(`${TRANSFERS}(guid'${key}')/Post`)).status).toBe(405);
  });
});

describe('what people do by the control port', () => {
  it('brings goods to the recipient, in part and then in full', async () => {
    const key = await make(10);
    await post(key);
    const half = await world.control('POST', '/1c/receive', { transferKey: key, factor: 0.5 });
    expect(half.json).toEqual({ arrived: [{ КодСтроки: 1, quantity: 5 }] });
    expect(await lampFigures(world)).toEqual({
      senderOnHand: 90,
      recipientOnHand: 8,
      ordered: 9,
      arriving: 9,
      toShip: 9,
    });
    await world.control('POST', '/1c/receive', { transferKey: key });
    expect(await lampFigures(world)).toEqual({
      senderOnHand: 90,
      recipientOnHand: 13,
      ordered: 4,
      arriving: 4,
      toShip: 4,
    });
    const physical = await world.get(
      "/AccumulationRegister_ТоварыНаСкладах/Balance(Dimensions='Номенклатура,Склад',Condition='Назначение_Key eq guid''00000000-0000-0000-0000-000000000000''')",
    );
    const lamps = physical.json.value.filter((row: Record<string, string>) => row.Номенклатура_Key?.endsWith('1'));
    // 100 free of shipping plus the 4 of the old order that still lie there; 3 and 10 arrived; 5 in the other shop.
    expect(
      lamps.map((row: Record<string, number>) => row.ВНаличииBalance).sort((a: number, b: number) => a - b),
    ).toEqual([5, 13, 94]);
  });

  it('unposts and marks by hand, and keeps what has arrived', async () => {
    const key = await make(10);
    await post(key);
    await world.control('POST', '/1c/receive', { transferKey: key, factor: 0.5 });
    expect((await world.control('POST', '/1c/delete', { transferKey: key })).status).toBe(200);
    // What was taken over is another document's expense: it stays, and leaves the order's register five below.
    expect(await lampFigures(world)).toEqual({ ...opening, senderOnHand: 95, recipientOnHand: 8, toShip: 4 - 5 });
    const seen = (await world.control('GET', '/1c/transfers')).json.find(
      (one: { Ref_Key: string }) => one.Ref_Key === key,
    );
    expect(seen).toMatchObject({
      Posted: false,
      DeletionMark: true,
      lines: [{ Количество: 10, received: 5, open: 5 }],
    });
  });

  it('says why it cannot: no such order, not posted, a bad body', async () => {
    const key = await make(1);
    expect((await world.control('POST', '/1c/receive', { transferKey: key })).status).toBe(409);
    const nowhere = { transferKey: '99999999-9999-4999-8999-999999999999' };
    expect((await world.control('POST', '/1c/receive', nowhere)).status).toBe(404);
    expect((await world.control('POST', '/1c/delete', nowhere)).status).toBe(404);
    expect((await world.control('POST', '/1c/receive', { transferKey: 'x' })).status).toBe(400);
  });

  it('returns to the beginning on reset', async () => {
    await post(await make(10));
    expect((await world.control('POST', '/reset')).status).toBe(204);
    expect(await lampFigures(world)).toEqual(opening);
    const state = (await world.control('GET', '/state')).json;
    expect(state.documents).toEqual({ transfers: 3, posted: 2, deletionMarked: 1, orders: 0 });
  });
});
