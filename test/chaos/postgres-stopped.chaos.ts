import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../chaos/postgres.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { hashPassword } from '../../src/shared/people/password.ts';
import { writePerson } from '../../src/shared/people/people.ts';
import { closeAfterEach } from '../support/closing.ts';
import { hubEnvironment, until } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { smallDataset } from '../support/small-dataset.ts';

const DOWN_MS = 20_000;
const ANSWER_MS = 3_000;
const PAGES = ['', '/now', '/runs', '/documents', '/journal', '/health', '/snoozes', '/alarms', '/actions'];

const closing = closeAfterEach();

async function open(): Promise<{ postgres: PostgresServer; sandbox: Sandbox }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hub-stopped-'));
  closing(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startPostgres(path.join(folder, 'database'));
  closing(() => postgres.stop());
  const sandbox = await startSandbox({ dataset: smallDataset() });
  closing(() => sandbox.close());
  return { postgres, sandbox };
}

const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  redirect: 'manual',
});

it('PostgreSQL stopped for 20 s: every page says so within 3 s, and works again by itself', async () => {
  const { postgres, sandbox } = await open();
  const [name, password] = ['Анна', 'correct horse battery'];
  const hash = await hashPassword(password, { log2N: 10, r: 8, p: 1 });
  const hub = startHubProcess(
    ['start'],
    hubEnvironment(sandbox, {
      DATABASE_URL: postgres.url,
      ADMIN_USERS: writePerson({ name, role: 'admin', hash }),
    }),
  );
  closing(() => hub.end('SIGKILL'));
  const { url } = (await hub.event('api.listening')) as { url: string };
  const login = await fetch(`${url}/console/login`, form({ name, password }));
  expect(login.status).toBe(303);
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  const see = async (page: string) => {
    const startedMs = performance.now();
    const answer = await fetch(`${url}/console${page}`, { headers: { cookie, 'accept-language': 'ru' } });
    return { page, status: answer.status, text: await answer.text(), ms: performance.now() - startedMs };
  };
  const all = () => Promise.all(PAGES.map(see));
  expect((await all()).map(({ status }) => status)).toEqual(PAGES.map(() => 200));

  let isDown = true;
  const restarting = postgres.restart(DOWN_MS).finally(() => {
    isDown = false;
  });
  await until('the pages to notice', async () => (await see('/runs')).status === 503);
  const slowest: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const seen = await all();
    expect(isDown).toBe(true);
    for (const { page, status, text, ms } of seen) {
      expect([page, status]).toEqual([page, 503]);
      expect(text).toMatch(/База данных хаба не отвечает|не ответила вовремя/);
      expect(ms, page).toBeLessThan(ANSWER_MS);
    }
    slowest.push(Math.max(...seen.map(({ ms }) => ms)));
  }
  console.log(`The slowest answers while it was down: ${slowest.map((ms) => `${Math.round(ms)} ms`).join(', ')}`);
  await restarting;
  await until('every page to work again', async () => (await all()).every(({ status }) => status === 200));
  expect(hub.child.exitCode).toBeNull();
}, 120_000);
