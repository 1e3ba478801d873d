import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { hashPassword } from '../../src/shared/people/password.ts';
import { type ConsoleFixture, createConsoleFixture, form, logIn, names, PASSWORD } from './fixture.ts';

let hub: ConsoleFixture;
beforeAll(async () => {
  hub = await createConsoleFixture();
});
afterAll(() => hub.close());
afterEach(async () => {
  await hub.deps.db.prisma.loginAttempt.deleteMany();
});

const attempt = (name: string, password: string, app = hub.app) =>
  app.request('/console/login', form({ name, password, next: '/console?from=test' }));

describe('the login', () => {
  it('opens a session with a cookie that no script reads, and leads to the page that was asked for', async () => {
    const asked = await hub.app.request('/console?x=1');
    expect(asked.status).toBe(303);
    expect(asked.headers.get('Location')).toBe(`/console/login?next=${encodeURIComponent('/console?x=1')}`);
    const answer = await attempt(names.operator, PASSWORD);
    expect(answer.headers.get('Location')).toBe('/console?from=test');
    const cookie = answer.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^hub_session=[\w-]{43}; /);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).not.toMatch(/Secure/);
    expect(await hub.deps.db.prisma.operatorAction.findFirst({ where: { action: 'login' } })).toMatchObject({
      actor: names.operator,
      outcome: 'done',
    });
  });

  it('marks the cookie Secure behind TLS', async () => {
    const given = form({ name: names.viewer, password: PASSWORD });
    const answer = await hub.app.request('/console/login', {
      ...given,
      headers: { ...given.headers, 'X-Forwarded-Proto': 'https' },
    });
    expect(answer.headers.get('Set-Cookie')).toMatch(/; Secure/);
  });

  it('takes the name in any case, and says the same of a wrong name and of a wrong password', async () => {
    expect((await attempt(names.viewer.toUpperCase(), PASSWORD)).status).toBe(303);
    const [password, name] = [await attempt(names.viewer, 'wrong'), await attempt('Никто', PASSWORD)];
    expect([password.status, name.status]).toEqual([401, 401]);
    const problem = /role="alert">([^<]+)</;
    expect(problem.exec(await password.text())?.[1]).toBe(problem.exec(await name.text())?.[1]);
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/api/v1/runs', 'javascript:alert(1)'])(
    'leads nowhere else than to the hub’s pages: %s',
    async (next) => {
      const answer = await hub.app.request('/console/login', form({ name: names.viewer, password: PASSWORD, next }));
      expect(answer.headers.get('Location')).toBe('/console');
    },
  );

  it('looks at no password after five wrong ones for a name, says when it will, and counts tries at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => attempt(names.admin, 'wrong')));
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const right = await attempt(names.admin, PASSWORD);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('Retry-After'))).toBeGreaterThan(800);
    expect((await attempt(names.viewer, PASSWORD)).status).toBe(303);
    await hub.deps.db.prisma.$executeRaw`update login_attempts set at = at - interval '16 minutes'`;
    expect((await attempt(names.admin, PASSWORD)).status).toBe(303);
  });

  it('a success takes back the tries before it', async () => {
    for (const _ of [1, 2, 3]) {
      for (const password of ['wrong', 'wrong', 'wrong', PASSWORD]) await attempt(names.admin, password);
    }
    expect((await attempt(names.admin, PASSWORD)).status).toBe(303);
  });
});

describe('a session', () => {
  it('ends for good with the logout: its cookie opens nothing any more', async () => {
    const visitor = await hub.as('viewer');
    expect((await visitor.get('/console')).status).toBe(200);
    expect((await visitor.post('/console/logout')).status).toBe(303);
    expect((await visitor.get('/console')).status).toBe(303);
    expect(await hub.deps.db.prisma.operatorAction.count({ where: { action: 'logout', actor: names.viewer } })).toBe(1);
  });

  it('is over after twelve idle hours, and after seven days in any case', async () => {
    const visitor = await hub.as('viewer');
    const other = await hub.as('viewer');
    await hub.deps.db.prisma.$executeRaw`update console_sessions set seen_at = seen_at - interval '12 hours 1 second'`;
    expect((await visitor.get('/console')).status).toBe(303);
    await hub.deps.db.prisma.$executeRaw`
      update console_sessions set seen_at = clock_timestamp(), created_at = created_at - interval '7 days 1 second'`;
    expect((await other.get('/console')).status).toBe(303);
  });

  it('ends where the person got another password, and has the role that the person has now', async () => {
    const { cookie } = await hub.as('operator');
    const seen = async (change: { hash?: string; role?: 'viewer' }) => {
      const people = hub.people.map((one) => (one.role === 'operator' ? { ...one, ...change } : one));
      const { config } = hub.deps;
      const app = createApp({ ...hub.deps, config: { ...config, admin: { ...config.admin, people } } });
      return app.request('/console', { headers: { Cookie: cookie } });
    };
    expect((await seen({ hash: await hashPassword('another one', { log2N: 10, r: 8, p: 1 }) })).status).toBe(303);
    const page = await (await seen({ role: 'viewer' })).text();
    expect(page).toContain('наблюдатель');
  });

  it('is kept by its digest only', async () => {
    const { cookie } = await hub.as('viewer');
    const [kept] = await hub.deps.db.prisma.$queryRaw<{ found: bigint }[]>`
      select count(*) as found from console_sessions where encode(token_digest, 'escape') like ${`%${cookie.split('=')[1]}%`}`;
    expect(Number(kept?.found)).toBe(0);
  });
});

describe('the gate', () => {
  it('refuses a change without a session, without the form’s token, with another session’s token, and from another site', async () => {
    const visitor = await hub.as('viewer');
    const other = await hub.as('viewer');
    expect((await hub.app.request('/console/logout', form({}))).status).toBe(401);
    expect((await visitor.post('/console/logout', {}, '')).status).toBe(403);
    expect((await visitor.post('/console/logout', {}, other.csrf)).status).toBe(403);
    const given = form({ _csrf: visitor.csrf }, visitor.cookie);
    const cross = { ...given, headers: { ...given.headers, 'Sec-Fetch-Site': 'cross-site' } };
    expect((await hub.app.request('/console/logout', cross)).status).toBe(403);
    expect((await visitor.get('/console')).status).toBe(200);
  });

  it('lets a request for a part of a page lead the whole page to the login', async () => {
    const answer = await hub.app.request('/console?x=1', { headers: { 'HX-Request': 'true' } });
    expect(answer.headers.get('HX-Redirect')).toMatch(/^\/console\/login\?next=/);
  });

  it.each([
    ['/console/now', 'http://hub.local/console', '/console'],
    [
      '/console/journal/fresh?newest=x',
      'http://hub.local/console/journal?level=error#rows',
      '/console/journal?level=error',
    ],
    ['/console/health/steps/1c', 'http://hub.local/console/health', '/console/health'],
    ['/console/runs/1/progress', 'https://evil.example//evil.example/x', '/console'],
    ['/console/runs/1/progress', 'nonsense', '/console'],
    ['/console/now', undefined, '/console'],
  ])('leads from %s on %s back to the page and not to the part', async (part, page, next) => {
    const headers = { 'HX-Request': 'true', ...(page === undefined ? {} : { 'HX-Current-URL': page }) };
    const answer = await hub.app.request(part, { headers });
    expect(answer.headers.get('HX-Redirect')).toBe(`/console/login?next=${encodeURIComponent(next)}`);
  });

  it('puts a policy on every page that allows no inline script, no inline style and nothing from elsewhere', async () => {
    const visitor = await hub.as('viewer');
    for (const path of ['/console', '/console/login', '/console/nowhere']) {
      const answer = await visitor.get(path);
      const policy = answer.headers.get('Content-Security-Policy') ?? '';
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("script-src 'self';");
      expect(policy, path).toContain("style-src 'self';");
      expect(policy, path).not.toContain('unsafe');
      const page = await answer.text();
      expect(page, path).not.toMatch(/<script(?![^>]* src="\/console\/)|<style| style="| on\w+="|https?:\/\//);
    }
  });

  it('serves its assets to anybody, under addresses that change with their content', async () => {
    const page = await (await hub.app.request('/console/login')).text();
    const assets = [...page.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(assets).toHaveLength(4);
    for (const path of assets) {
      const answer = await hub.app.request(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('Cache-Control')).toContain('immutable');
    }
  });

  it('keeps language and theme that a person chose, else the browser’s language', async () => {
    const visitor = await hub.as('viewer');
    expect(await (await visitor.get('/console', { 'Accept-Language': 'en-GB,ru;q=0.5' })).text()).toContain(
      'lang="en"',
    );
    expect(await (await visitor.get('/console', { 'Accept-Language': 'de,fr' })).text()).toContain('lang="ru"');
    const chosen = await visitor.post('/console/settings', { language: 'en', theme: 'dark', back: '/console?a=b' });
    expect(chosen.headers.get('Location')).toBe('/console?a=b');
    const cookies = chosen.headers.getSetCookie().map((one) => one.split(';')[0]);
    const page = await visitor.get('/console', { Cookie: [visitor.cookie, ...cookies].join('; ') });
    expect(await page.text()).toMatch(/<html lang="en" data-theme="dark">/);
  });
});

describe('Bull Board with people', () => {
  const board = (cookie: string, init: RequestInit = {}) =>
    hub.app.request('http://hub.local/queues/api/queues/pause', {
      method: 'PUT',
      ...init,
      headers: { Cookie: cookie, ...(init.headers ?? {}) },
    });
  const own = { headers: { Origin: 'http://hub.local' } };

  it('is behind the same login: a browser is led there, a machine is told', async () => {
    const page = await hub.app.request('/queues', { headers: { Accept: 'text/html' } });
    expect(page.headers.get('Location')).toBe('/console/login?next=%2Fqueues');
    expect((await hub.app.request('/queues/api/queues')).status).toBe(401);
    const visitor = await hub.as('viewer');
    expect((await visitor.get('/queues')).status).toBe(200);
    expect((await hub.app.request('/queues', { headers: { Authorization: 'Bearer s3cret' } })).status).toBe(200);
  });

  it('lets a viewer look only, an operator retry and promote, and an admin do the rest, by name', async () => {
    const [viewer, operator, admin] = [await hub.as('viewer'), await hub.as('operator'), await hub.as('admin')];
    const retry = (cookie: string) =>
      hub.app.request('http://hub.local/queues/api/queues/scan/none/retry/failed', {
        method: 'PUT',
        headers: { Cookie: cookie, Origin: 'http://hub.local' },
      });
    expect((await retry(viewer.cookie)).status).toBe(403);
    expect((await retry(operator.cookie)).status).not.toBe(403);
    expect((await board(viewer.cookie, own)).status).toBe(403);
    expect((await board(operator.cookie, own)).status).toBe(403);
    const done = await board(admin.cookie, own);
    expect(done.status).toBeLessThan(300);
    await Promise.all(Object.values(hub.deps.queues).map((queue) => queue.resume()));
    const kept = await hub.deps.db.prisma.operatorAction.findFirst({
      where: { action: 'bull-board', actor: names.admin },
    });
    expect(kept).toMatchObject({ outcome: 'done' });
  });

  it('refuses a change with a cookie that shows no page it came from', async () => {
    const admin = await hub.as('admin');
    expect((await board(admin.cookie)).status).toBe(403);
  });
});

it('refuses to be built in production without people', () => {
  const config = { ...hub.deps.config, environment: 'production' as const };
  expect(() => createApp({ ...hub.deps, config: { ...config, admin: { ...config.admin, people: [] } } })).toThrow(
    /ADMIN_USERS/,
  );
});

it('opens to nobody while there are no people', async () => {
  const { config } = hub.deps;
  const app = createApp({ ...hub.deps, config: { ...config, admin: { ...config.admin, people: [] } } });
  await expect(logIn(app, names.admin)).rejects.toThrow(/401/);
});
