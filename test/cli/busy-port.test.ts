import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startHub, type TestHub } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

let hub: TestHub | undefined;
const other = createServer();
afterEach(async () => {
  other.close();
  await hub?.close();
});

it('`start` on a port that is taken says so in a sentence, without a stack', async () => {
  hub = await startHub({ backend: 'postgres', work: false });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const PORT = String((other.address() as AddressInfo).port);
  const started = startHubProcess(['start'], { ...hub.env, PORT, HOST: '127.0.0.1' });
  const code = await new Promise((resolve) => started.child.once('exit', resolve));
  expect(code).toBe(1);
  expect(started.output()).toContain(`API не может слушать 127.0.0.1:${PORT}: порт занят другой программой`);
  expect(started.output()).not.toMatch(/^\s+at /m);
});
