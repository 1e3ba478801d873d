import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcileSystem } from '../../src/jobs/reconcile/pass.ts';
import { refreshAllLinks } from '../../src/jobs/refresh-links/pass.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { LOCKS } from '../../src/shared/db/locks.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { addDocument, addRun } from '../api/seed.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('gives every advisory lock a number of its own', () => {
  const numbers = Object.values(LOCKS);
  expect(new Set(numbers).size).toBe(numbers.length);
});

it('knows every advisory lock of the hub: no other file has a number for one', async () => {
  const files = (await readdir('src', { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(path.join('src', file), 'utf8') })),
  );
  const numbered = texts.filter(({ text }) => /7_201_\d{3}|advisory\w*lock\(\s*\d/.test(text));
  expect(numbered.map(({ file }) => file)).toEqual([path.join('shared', 'db', 'locks.ts')]);
});

it('lets links be looked up while МойСклад is being reconciled', async () => {
  const { db } = database;
  let links: unknown = 'not tried';
  const moysklad = {
    readOrders: async () => new Map(),
    findOrders: async () => new Map(),
    findLinks: async () => [],
  };
  const config = { documents: {}, reconcile: { transitMs: 0 } } as never;
  const onec = { readTransfers: async () => new Map() };
  await addDocument(db, { runId: await addRun(db), kind: 'order', status: 'failed' });
  const checkpoint = async (name: string) => {
    if (name === 'reconcile.read') links = await refreshAllLinks({ db, moysklad });
  };
  await reconcileSystem({ db, moysklad, onec, clock: systemClock, log: silentLog, config, checkpoint }, 'moysklad');
  expect(links).toMatchObject({ items: 0 });
});
