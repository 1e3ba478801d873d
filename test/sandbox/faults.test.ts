import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../sandbox/faults.ts';
import { startSmall, TRANSFERS, transferBody } from './onec-world.ts';

let world: Awaited<ReturnType<typeof startSmall>>;
beforeEach(async () => {
  world = await startSmall();
});
afterEach(() => world.sandbox.close());

const setFault = async (fault: Record<string, unknown>): Promise<string> => {
  const answer = await world.control('POST', '/faults', fault);
  expect(answer.status).toBe(201);
  return answer.json.id;
};
const fired = async (id: string) =>
  (await world.control('GET', '/faults')).json.find((one: { id: string }) => one.id === id).fired;
const moysklad = (path = '/entity/product?limit=1') =>
  fetch(`${world.sandbox.moyskladUrl}${path}`, {
    headers: { authorization: `Bearer ${world.sandbox.moyskladToken}`, 'accept-encoding': 'gzip' },
  });
const documents = async () => (await world.control('GET', '/state')).json.documents.transfers;

describe('lost connections', () => {
  it('drop-before cuts the connection and writes nothing', async () => {
    const before = await documents();
    const id = await setFault({ system: '1c', kind: 'drop-before', match: { method: 'post' }, times: 1 });
    await expect(world.call('POST', TRANSFERS, transferBody(1))).rejects.toThrow();
    expect(await documents()).toBe(before);
    expect(await fired(id)).toBe(1);
    expect((await world.call('POST', TRANSFERS, transferBody(1))).status).toBe(201);
  });

  it('drop-after writes, and only the answer is lost', async () => {
    const before = await documents();
    const id = await setFault({
      system: '1c',
      kind: 'drop-after',
      match: { method: 'POST', path: 'ЗаказНаПеремещение' },
      times: 1,
    });
    const body = transferBody(1);
    await expect(world.call('POST', TRANSFERS, body)).rejects.toThrow();
    expect(await documents()).toBe(before + 1);
    expect((await world.get(`${TRANSFERS}(guid'${body.Ref_Key}')`)).status).toBe(200);
    expect(await fired(id)).toBe(1);
    const { requests } = (await world.control('GET', '/state')).json;
    expect(requests['1c'].byStatus).toMatchObject({ dropped: 1, 200: 1 });
  });

  it('drop-after strikes МойСклад too', async () => {
    const id = await setFault({ system: 'moysklad', kind: 'drop-after', times: 1 });
    await expect(moysklad()).rejects.toThrow();
    expect(await fired(id)).toBe(1);
    expect((await moysklad()).status).toBe(200);
  });
});

describe('answers', () => {
  it('a status with `after` does the work first, and only the answer is another', async () => {
    const before = await documents();
    await setFault({ system: '1c', kind: 'status', status: 408, after: true, match: { method: 'POST' }, times: 1 });
    const answer = await world.call('POST', TRANSFERS, transferBody(1));
    expect([answer.status, Object.keys(answer.json)]).toEqual([408, ['odata.error']]);
    expect(await documents()).toBe(before + 1);
  });

  it('a status of 1C carries an OData error in JSON, chosen code and words', async () => {
    await setFault({ system: '1c', kind: 'status', status: 401, code: 20, message: 'Недостаточно прав', times: 1 });
    const answer = await world.get('/');
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ 'odata.error': { code: '20', message: { lang: 'ru', value: 'Недостаточно прав' } } });
  });

  it('a 429 of МойСклад carries its five headers, in milliseconds, and its own error form', async () => {
    const id = await setFault({ system: 'moysklad', kind: 'status', status: 429, times: 1 });
    const answer = await moysklad();
    expect(answer.status).toBe(429);
    expect(((await answer.json()) as { errors: { code: number }[] }).errors[0]!.code).toBe(1049);
    expect(answer.headers.get('x-lognex-retry-after')).toBe('3000');
    expect(answer.headers.get('x-lognex-retry-timeinterval')).toBe('3000');
    expect(answer.headers.get('x-lognex-auth')).toBe('429002');
    expect(answer.headers.get('x-ratelimit-limit')).toBe('45');
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(await fired(id)).toBe(1);
  });

  it('down lasts until it is removed: HTML from 1C, code 1074 from МойСклад', async () => {
    const onec = await setFault({ system: '1c', kind: 'down' });
    const other = await setFault({ system: 'moysklad', kind: 'down' });
    for (let round = 0; round < 2; round += 1) {
      const answer = await world.get('/');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
      const sky = await moysklad();
      expect(sky.status).toBe(503);
      expect(((await sky.json()) as { errors: { code: number }[] }).errors[0]!.code).toBe(1074);
    }
    expect([await fired(onec), await fired(other)]).toEqual([2, 2]);
    expect((await world.control('DELETE', `/faults/${onec}`)).status).toBe(204);
    expect((await world.get('/')).status).toBe(200);
    expect((await moysklad()).status).toBe(503);
    expect((await world.control('DELETE', '/faults')).status).toBe(204);
    expect((await moysklad()).status).toBe(200);
  });

  it('html, own body and own headers replace what a system would say', async () => {
    await setFault({ system: '1c', kind: 'html', status: 504, times: 1 });
    const page = await world.get('/');
    expect([page.status, page.json]).toEqual([504, null]);
    await setFault({
      system: 'moysklad',
      kind: 'status',
      status: 412,
      body: { a: 1 },
      headers: { 'x-own': 'да'.length.toString() },
      times: 1,
    });
    const answer = await moysklad();
    expect([answer.status, await answer.json(), answer.headers.get('x-own')]).toEqual([412, { a: 1 }, '2']);
  });
});

describe('latency', () => {
  it('holds the answer back, then lets another fault strike', async () => {
    const slow = await setFault({ system: '1c', kind: 'latency', ms: 30 });
    const status = await setFault({ system: '1c', kind: 'status', status: 500, times: 1 });
    const started = performance.now();
    expect((await world.get('/')).status).toBe(500);
    expect(performance.now() - started).toBeGreaterThanOrEqual(29);
    expect((await world.get('/')).status).toBe(200);
    expect([await fired(slow), await fired(status)]).toEqual([2, 1]);
  });

  it('does not hold up the closing of the sandbox', async () => {
    const other = await startSmall();
    const { id } = other.sandbox.faults.add({ system: '1c', kind: 'latency', ms: 3_600_000 });
    const waiting = other.get('/').catch((error: unknown) => error);
    while (other.sandbox.faults.get(id)?.fired === 0) await new Promise((resolve) => setImmediate(resolve));
    await other.sandbox.close();
    await waiting;
  });
});

describe('the book of faults', () => {
  it('strikes only where system, method and decoded path match', async () => {
    const id = await setFault({
      system: '1c',
      kind: 'status',
      match: { method: 'GET', path: 'Catalog_Склады?$filter=IsFolder eq true' },
    });
    expect((await world.get('/Catalog_Склады')).status).toBe(200);
    expect((await world.get('/Catalog_Склады?$filter=IsFolder%20eq%20true')).status).toBe(500);
    expect((await world.get('/Catalog_Склады?$filter=IsFolder+eq+true')).status).toBe(500);
    expect((await moysklad()).status).toBe(200);
    expect(await fired(id)).toBe(2);
  });

  it('strikes with a probability that the seed repeats', () => {
    const strikes = (seed: number) => {
      const faults = createFaults(seed);
      faults.add({ system: '1c', kind: 'status', probability: 0.5 });
      return Array.from({ length: 40 }, () => faults.strike({ system: '1c', method: 'GET', path: '/' }).length).join(
        '',
      );
    };
    expect(strikes(7)).toBe(strikes(7));
    expect(strikes(7)).not.toBe(strikes(8));
    expect(strikes(7)).toContain('0');
    expect(strikes(7)).toContain('1');
  });

  it('refuses a fault that it does not understand and names what is wrong', async () => {
    const bad = await world.control('POST', '/faults', { system: '2c', kind: 'status', statsu: 500 });
    expect(bad.status).toBe(400);
    expect(bad.json.error).toContain('system');
    expect(bad.json.error).toContain('statsu');
    expect((await world.control('DELETE', '/faults/none')).status).toBe(404);
    expect((await world.control('GET', '/nothing')).status).toBe(404);
  });
});

it('finds products of МойСклад by article over the control port', async () => {
  const found = await world.control('GET', '/moysklad/products?article=A-1');
  expect(found.json).toHaveLength(1);
  expect((await world.control('GET', '/moysklad/products?article=нет')).json).toEqual([]);
  expect((await world.control('GET', '/moysklad/products')).json.length).toBeGreaterThan(1);
});
