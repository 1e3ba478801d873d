import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { hubEnvironment } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { smallDataset } from '../support/small-dataset.ts';

let database: TestDatabase;
let sandbox: Sandbox;
const other = createServer();
beforeEach(async () => {
  database = await createTestDatabase();
  sandbox = await startSandbox({ dataset: smallDataset() });
});
afterEach(async () => {
  other.close();
  await sandbox.close();
  await database.drop();
});

it('`start` on a port that is taken says so in a sentence, without a stack', async () => {
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const PORT = String((other.address() as AddressInfo).port);
  const env = hubEnvironment(sandbox, { DATABASE_URL: database.url, PORT, HOST: '127.0.0.1' });
  const started = startHubProcess(['start'], env);
  const code = await new Promise((resolve) => started.child.once('close', resolve));
  expect(code, started.output()).toBe(1);
  expect(started.output()).toContain(`API не может слушать 127.0.0.1:${PORT}: порт занят другой программой`);
  expect(started.output()).not.toMatch(/^\s+at /m);
});
