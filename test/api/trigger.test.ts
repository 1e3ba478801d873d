import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApi } from '../../src/api/server.ts';
import type { OneC } from '../../src/shared/onec/port.ts';
import { type ApiFixture, bodyOf, checkOf, createApiFixture, json } from './fixture.ts';
import { DONOR, knowWarehouses, SHOP } from './seed.ts';

const PATH = '/api/v1/trigger/internal-replenishment';
let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.deps.db.prisma.knownWarehouse.deleteMany();
  await api.deps.db.prisma.outboxRow.deleteMany();
  await api.deps.db.prisma.run.deleteMany();
});

const onecWith = (listWarehouses: OneC['listWarehouses']) => ({
  listWarehouses,
  check: () => checkOf('1c', async () => undefined),
});
const silent1c = onecWith(() => Promise.reject(new Error('connect ECONNREFUSED')));
const runs = () => api.deps.db.prisma.run.findMany({ include: { outbox: true } });

describe('202', () => {
  it('records the run and its outbox row in one transaction, and says where to watch it', async () => {
    const response = await api.app.request(PATH, { method: 'POST' });
    expect(response.status).toBe(202);
    const body = await bodyOf(response);
    expect(body).toEqual({ run_id: expect.any(String), status: 'queued', status_url: `/api/v1/runs/${body.run_id}` });
    expect(response.headers.get('Location')).toBe(body.status_url);
    const [{ same }] = await api.deps.db.prisma.$queryRaw<[{ same: boolean }]>`
      select r.xmin = o.xmin as same from runs r join outbox o on o.run_id = r.id where r.id = ${body.run_id}::uuid and o.kind = 'scan'`;
    expect(same).toBe(true);
    const watched = await bodyOf(await api.app.request(body.status_url));
    expect(watched).toMatchObject({
      id: body.run_id,
      status: 'queued',
      trigger: 'http',
      dry_run: false,
      warehouse: null,
    });
  });

  it('keeps that a person forces the run, and says in the journal what that leaves out', async () => {
    const { run_id: id } = await bodyOf(await api.app.request(PATH, json({ force: true })));
    expect(await bodyOf(await api.app.request(`/api/v1/runs/${id}`))).toMatchObject({ force: true });
    const entry = await api.deps.db.prisma.integrationLog.findFirst({ where: { runId: id } });
    expect(entry!.message).toContain('без проверки полноты и без учёта отложенного');
  });

  it.each([
    ['no body', { method: 'POST' }],
    [
      'a blank body under any type',
      { method: 'POST', body: '', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ],
    ['an empty object', json({})],
    ['nulls', json({ warehouse_id: null, dry_run: null })],
  ])('takes %s as a scan of every recipient', async (_, init) => {
    expect((await api.app.request(PATH, init)).status).toBe(202);
    expect(await runs()).toMatchObject([{ warehouse: null, dryRun: false }]);
  });

  it.each([
    ['its name in any case and with spaces', ' магазин ЦЕНТР '],
    ['its key in capitals', SHOP.key.toUpperCase()],
  ])('finds a known warehouse by %s without asking 1C', async (_, warehouse) => {
    await knowWarehouses(api.deps.db);
    const app = api.appWith({ onec: onecWith(() => Promise.reject(new Error('must not be asked'))) });
    expect((await app.request(PATH, json({ warehouse_id: warehouse, dry_run: true }))).status).toBe(202);
    expect(await runs()).toMatchObject([{ warehouse: warehouse.trim(), dryRun: true, outbox: [{ kind: 'scan' }] }]);
  });

  it('asks 1C for a warehouse that the last snapshot does not know', async () => {
    await knowWarehouses(api.deps.db);
    const app = api.appWith({
      onec: onecWith(async () => [{ key: 'b0000000-0000-4000-8000-000000000001', name: 'Новый' }]),
    });
    expect((await app.request(PATH, json({ warehouse_id: 'новый' }))).status).toBe(202);
  });

  it('accepts a warehouse that nobody can check while 1C is silent', async () => {
    const app = api.appWith({ onec: silent1c });
    expect((await app.request(PATH, json({ warehouse_id: 'Кто знает' }))).status).toBe(202);
    expect(await runs()).toMatchObject([{ warehouse: 'Кто знает' }]);
  });

  it('gives 1C a time limit when it asks', async () => {
    let limit: number | undefined;
    const app = api.appWith({
      onec: onecWith(async (options) => {
        limit = options?.timeoutMs;
        throw new Error('slow');
      }),
    });
    await app.request(PATH, json({ warehouse_id: 'Кто знает' }));
    expect(limit).toBe(5_000);
  });
});

describe('422', () => {
  it('lists the warehouses that exist when the one asked for does not', async () => {
    await knowWarehouses(api.deps.db);
    const app = api.appWith({ onec: onecWith(async () => [SHOP, DONOR]) });
    const response = await app.request(PATH, json({ warehouse_id: 'Маназин' }));
    expect(response.status).toBe(422);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    expect(await bodyOf(response)).toMatchObject({
      code: 'unknown-warehouse',
      status: 422,
      detail: 'Склада «Маназин» в 1С нет. Есть: «Магазин Центр».',
      available: [{ warehouse_id: SHOP.key, name: SHOP.name, role: 'recipient' }],
    });
    expect(await runs()).toEqual([]);
  });

  it('refuses a donor and says what can be filled', async () => {
    await knowWarehouses(api.deps.db);
    const response = await api.app.request(PATH, json({ warehouse_id: 'бестужевых' }));
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({
      code: 'warehouse-is-donor',
      detail: expect.stringContaining('«Магазин Центр»'),
    });
    expect(await runs()).toEqual([]);
  });

  it('refuses a name that two warehouses share, and names their keys', async () => {
    const twin = { ...SHOP, key: '33333333-3333-4333-8333-333333333333' };
    const app = api.appWith({ onec: onecWith(async () => [SHOP, twin]) });
    const body = await bodyOf(await app.request(PATH, json({ warehouse_id: SHOP.name })));
    expect(body).toMatchObject({ status: 422, code: 'ambiguous-warehouse' });
    expect(body.detail).toContain(SHOP.key);
    expect(body.detail).toContain(twin.key);
  });

  it.each([
    ['a misspelt field, which would widen the scan', { warehouseId: SHOP.key }, 'warehouseId'],
    ['a blank warehouse', { warehouse_id: '  ' }, 'warehouse_id'],
    ['a number for a warehouse', { warehouse_id: 7 }, 'warehouse_id'],
    ['a word for dry_run', { dry_run: 'yes' }, 'dry_run'],
    ['a list', [], '(всё тело)'],
  ])('refuses %s', async (_, body, name) => {
    const response = await api.app.request(PATH, json(body));
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({
      code: 'validation',
      errors: [{ in: 'body', name, message: expect.stringMatching(/[а-я]/) }],
    });
    expect(await runs()).toEqual([]);
  });
});

describe('400, 413 and 415', () => {
  it('refuses a body that is no JSON', async () => {
    const response = await api.app.request(PATH, { ...json({}), body: '{"warehouse_id":' });
    expect(response.status).toBe(400);
    expect(await bodyOf(response)).toMatchObject({ code: 'malformed-json', status: 400 });
  });

  it('refuses a JSON body sent as a form, as curl -d does, instead of scanning everything', async () => {
    const init = { ...json({ warehouse_id: 'X' }), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
    const response = await api.app.request(PATH, init);
    expect(response.status).toBe(415);
    expect(await bodyOf(response)).toMatchObject({ code: 'not-json' });
    expect(await runs()).toEqual([]);
  });

  it('refuses a body larger than any request has', async () => {
    const response = await api.app.request(PATH, json({ warehouse_id: 'x'.repeat(70_000) }));
    expect(response.status).toBe(413);
    expect(await bodyOf(response)).toMatchObject({ code: 'too-large' });
  });
});

describe('POST over a real connection', () => {
  it.each([
    [
      'without a body and without Content-Length, as curl sends it',
      'POST {} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n',
    ],
    [
      'with a chunked body',
      'POST {} HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n10\r\n{"dry_run":true}\r\n0\r\n\r\n',
    ],
  ])('is accepted %s', async (_name, request) => {
    const server = await startApi(api.app, { host: '127.0.0.1', port: 0 });
    try {
      const { port } = new URL(server.url);
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.write(request.replace('{}', '/api/v1/trigger/internal-replenishment')),
        );
        let read = '';
        socket.on('data', (data) => {
          read += data.toString();
        });
        socket.once('error', reject);
        socket.once('end', () => resolve(read));
      });
      expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    } finally {
      await server.stop(1_000);
    }
  });
});
