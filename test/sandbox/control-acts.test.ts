import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lamp, lampFigures, shop, startSmall, TRANSFERS, transferBody } from './onec-world.ts';

let world: Awaited<ReturnType<typeof startSmall>>;
beforeEach(async () => {
  world = await startSmall();
});
afterEach(() => world.sandbox.close());

const act = (path: string, body: object) => world.control('POST', path, body);
const seen = async (key: string) =>
  (await world.control('GET', '/1c/transfers')).json.find((one: { Ref_Key: string }) => one.Ref_Key === key);

describe('what people do with a transfer order', () => {
  let transferKey: string;
  const opening = { senderOnHand: 100, recipientOnHand: 3, ordered: 4, arriving: 4, toShip: 4 };
  beforeEach(async () => {
    const body = transferBody(10);
    transferKey = body.Ref_Key;
    await world.call('POST', TRANSFERS, body);
    await world.call('POST', `${TRANSFERS}(guid'${transferKey}')/Post`);
  });

  it('edits its quantity, and the registers follow', async () => {
    expect((await act('/1c/edit', { transferKey, lines: [{ code: 1, quantity: 4 }] })).status).toBe(200);
    expect(await lampFigures(world)).toMatchObject({ senderOnHand: 96, ordered: 8, toShip: 8 });
  });

  it('is refused an edit that free stock does not allow, and everything stays', async () => {
    const before = await lampFigures(world);
    const refused = await act('/1c/edit', { transferKey, lines: [{ code: 1, quantity: 71 }] });
    expect([refused.status, refused.json.error]).toEqual([409, expect.stringContaining('недостаточно')]);
    expect(await lampFigures(world)).toEqual(before);
    expect((await seen(transferKey)).lines[0].Количество).toBe(10);
  });

  it('cancels a line, takes one out, moves the date', async () => {
    await act('/1c/edit', { transferKey, arrival: '2099-01-01T00:00:00' });
    expect(await lampFigures(world)).toMatchObject({ ordered: 14, toShip: 14 });
    await act('/1c/edit', { transferKey, lines: [{ code: 1, cancelled: true }] });
    expect(await lampFigures(world)).toEqual(opening);
    await act('/1c/edit', { transferKey, lines: [{ code: 1, quantity: 0 }] });
    expect((await seen(transferKey)).lines).toEqual([]);
  });

  it('unposts, posts, marks, takes the mark off, erases', async () => {
    await act('/1c/unpost', { transferKey });
    expect(await lampFigures(world)).toEqual(opening);
    await act('/1c/post', { transferKey });
    expect(await lampFigures(world)).toMatchObject({ ordered: 14 });
    await act('/1c/delete', { transferKey });
    expect((await act('/1c/post', { transferKey })).status).toBe(409);
    await act('/1c/unmark', { transferKey });
    expect(await seen(transferKey)).toMatchObject({ Posted: false, DeletionMark: false });
    await act('/1c/delete', { transferKey, erase: true });
    expect(await seen(transferKey)).toBeUndefined();
    expect((await act('/1c/unpost', { transferKey })).status).toBe(404);
  });

  it('receives more than was ordered: the order is complete, and its register goes below zero', async () => {
    await act('/1c/receive', { transferKey, factor: 1.5 });
    expect(await lampFigures(world)).toEqual({
      senderOnHand: 85,
      recipientOnHand: 18,
      ordered: 4,
      arriving: 4,
      toShip: 4 - 5,
    });
    await act('/1c/unpost', { transferKey });
    expect(await lampFigures(world)).toMatchObject({ senderOnHand: 85, recipientOnHand: 18, toShip: 4 - 15 });
  });

  it('sells and buys past every order', async () => {
    await act('/1c/stock', { warehouseKey: shop, itemKey: lamp, quantity: -2 });
    expect(await lampFigures(world)).toMatchObject({ recipientOnHand: 1 });
  });
});

describe('what people do with a customer order', () => {
  let orderId: string;
  const headers = () => ({
    authorization: `Bearer ${world.sandbox.moyskladToken}`,
    'content-type': 'application/json',
  });
  const api = async (path: string, body?: object) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${world.sandbox.moyskladUrl}${path}`, { headers: headers(), ...init });
    // biome-ignore lint/suspicious/noExplicitAny: answers are read as the test expects them
    return { status: response.status, json: (await response.json()) as any };
  };
  const order = async () => (await api(`/entity/customerorder/${orderId}?expand=positions,state`)).json;
  beforeEach(async () => {
    const first = async (type: string) => ({ meta: (await api(`/entity/${type}?limit=1`)).json.rows[0].meta });
    const made = await api('/entity/customerorder', {
      syncId: randomUUID(),
      organization: await first('organization'),
      agent: await first('counterparty'),
      positions: [{ quantity: 10, price: 1000, assortment: await first('product') }],
    });
    orderId = made.json.id;
  });

  it('ships in part, in full, beyond', async () => {
    await act('/moysklad/ship', { orderId, factor: 0.4 });
    expect(await order()).toMatchObject({ shippedSum: 4000, positions: { rows: [{ shipped: 4 }] } });
    await act('/moysklad/ship', { orderId, factor: 2 });
    expect(await order()).toMatchObject({ positions: { rows: [{ quantity: 10, shipped: 16 }] } });
  });

  it('cancels, edits, unposts', async () => {
    await act('/moysklad/cancel', { orderId });
    expect((await order()).state.name).toBe('Отменен');
    await act('/moysklad/edit', { orderId, quantities: [3], applicable: false });
    expect(await order()).toMatchObject({ applicable: false, positions: { rows: [{ quantity: 3 }] } });
    await act('/moysklad/edit', { orderId, quantities: [0] });
    expect((await order()).positions.meta.size).toBe(0);
  });

  it('puts it in the basket, takes it out, deletes it', async () => {
    await act('/moysklad/delete', { orderId, basket: true });
    expect((await order()).deleted).toBeTruthy();
    await act('/moysklad/restore', { orderId });
    expect((await order()).deleted).toBeUndefined();
    await act('/moysklad/delete', { orderId });
    expect((await api(`/entity/customerorder/${orderId}`)).status).toBe(404);
    expect((await act('/moysklad/ship', { orderId })).status).toBe(404);
    expect((await act('/moysklad/ship', { orderId: 'x' })).status).toBe(400);
  });
});
