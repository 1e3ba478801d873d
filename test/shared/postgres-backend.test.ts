import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../src/shared/log/log.ts';
import { createQueueStore, type QueueStore } from '../../src/shared/queue/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase | undefined;
let proxy: Server | undefined;
let store: QueueStore | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  await store?.close();
  for (const socket of sockets) socket.destroy();
  proxy?.close();
  await database?.drop();
});

/** PostgreSQL behind a door that shuts in the face of the first `cut` connections. */
async function behindDoor(url: string, cut: number): Promise<string> {
  const target = new URL(url);
  const { port, hostname } = target;
  let left = cut;
  proxy = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (left > 0) {
      left -= 1;
      socket.destroy();
      return;
    }
    const onward = connect(Number(port), hostname);
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  target.port = String((proxy.address() as { port: number }).port);
  return target.href;
}

it('a worker whose first connections were cut takes jobs as soon as the store answers, and starves nothing meanwhile', async () => {
  database = await createTestDatabase();
  const url = await behindDoor(database.url, 6);
  store = createQueueStore({ backend: 'postgres', url, prefix: 'door', log: silentLog });
  const done = new Promise<string>((resolve) => {
    store!.worker('scan', async (job) => resolve(job.name), { concurrency: 2 });
  });
  const direct = createQueueStore({ backend: 'postgres', url: database.url, prefix: 'door', log: silentLog });
  try {
    await direct.queue('scan').add('knock', {});
    expect(await done).toBe('knock');
  } finally {
    await direct.close();
  }
});

it('a queue whose first connection was cut says so once, and works the next time', async () => {
  database = await createTestDatabase();
  const url = await behindDoor(database.url, 1);
  store = createQueueStore({ backend: 'postgres', url, prefix: 'door', log: silentLog });
  const queue = store.queue('scan');
  await expect(queue.add('first', {})).rejects.toThrow();
  expect((await queue.add('second', {})).id).toBeDefined();
});
