import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';

const TOKEN = 's3cret';
let api: ApiFixture;
let app: ApiFixture['app'];
beforeAll(async () => {
  api = await createApiFixture();
  app = api.appWith({ config: { ...api.deps.config, admin: { ...api.deps.config.admin, token: TOKEN } } });
});
afterAll(() => api.close());

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const basic = (user: string, password: string) => ({
  headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
});

describe('with ADMIN_TRIGGER_TOKEN set', () => {
  const guarded = [
    '/api/v1/runs',
    '/api/v1/outbox',
    '/api/v1/logs',
    '/api/v1/nowhere',
    '/metrics',
    '/queues',
    '/queues/api/queues',
  ];

  it.each(guarded)('answers 401 with a challenge at %s without a token', async (path) => {
    const response = await app.request(path);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(path.startsWith('/queues') ? /^Basic / : /^Bearer /);
    expect(await bodyOf(response)).toMatchObject({ status: 401, code: 'token-missing' });
  });

  it('answers 401 to a trigger without a token, and writes nothing', async () => {
    const response = await app.request('/api/v1/trigger/internal-replenishment', { method: 'POST' });
    expect(response.status).toBe(401);
    expect(await api.deps.db.prisma.run.count()).toBe(0);
  });

  it.each([
    ['a wrong token', { headers: { Authorization: 'Bearer wrong' } }],
    ['a prefix of the token', { headers: { Authorization: 'Bearer s3cre' } }],
    ['Basic, which only a browser page needs', basic('anna', TOKEN)],
  ])('answers 401 at the API to %s', async (_, init) => {
    expect((await app.request('/api/v1/runs', init)).status).toBe(401);
  });

  it.each(['/', '/health/live', '/openapi.json', '/docs'])('leaves %s open', async (path) => {
    expect((await app.request(path)).status).toBe(200);
  });

  it('opens the API to the bearer and the board to the same token as a Basic password', async () => {
    expect((await app.request('/api/v1/runs', bearer(TOKEN))).status).toBe(200);
    expect((await app.request('/queues', bearer(TOKEN))).status).toBe(200);
    expect((await app.request('/queues', basic('анна', TOKEN))).status).toBe(200);
    expect((await app.request('/queues', basic('анна', 'other'))).status).toBe(401);
  });
});

it('is open without a token in development, and refuses to be built so in production', async () => {
  expect((await api.app.request('/api/v1/runs')).status).toBe(200);
  const config = { ...api.deps.config, environment: 'production' as const };
  expect(() => createApp({ ...api.deps, config })).toThrow(/ADMIN_TRIGGER_TOKEN/);
});

describe('a state-changing request', () => {
  const put = (headers: Record<string, string>) =>
    api.app.request('http://hub.local/queues/api/queues/pause', { method: 'PUT', headers });

  it.each([
    ['marked cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['marked same-site, another host of the same domain', { 'Sec-Fetch-Site': 'same-site' }],
    ['of another origin', { Origin: 'https://evil.example' }],
    ['of a sandboxed page', { Origin: 'null' }],
  ])('%s is refused with 403', async (_, headers) => {
    const response = await put(headers);
    expect(response.status).toBe(403);
    expect(await bodyOf(response)).toMatchObject({ code: 'cross-site' });
    expect(await api.deps.queues.scan.isPaused()).toBe(false);
  });

  it.each([
    ['of the own page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://hub.local' }],
    ['of an older browser on the own page', { Origin: 'http://hub.local' }],
    ['behind a proxy that keeps the outer host', { Origin: 'https://hub.example', 'X-Forwarded-Host': 'hub.example' }],
    ['of no browser', {}],
  ])('%s passes', async (_, headers) => {
    expect((await put(headers)).status).not.toBe(403);
    await Promise.all(Object.values(api.deps.queues).map((queue) => queue.resume()));
  });
});

it('puts security headers on every answer, errors included', async () => {
  for (const path of ['/', '/nowhere', '/queues', '/docs', '/api/v1/runs?limit=0']) {
    const { headers } = await api.app.request(path);
    expect(headers.get('X-Content-Type-Options'), path).toBe('nosniff');
    expect(headers.get('X-Frame-Options'), path).toBe('DENY');
    expect(headers.get('Content-Security-Policy'), path).toContain("default-src 'self'");
    expect(headers.get('Referrer-Policy'), path).toBe('no-referrer');
  }
});
