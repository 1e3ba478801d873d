import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/shared/db/free-port.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The first port that this system lends to outgoing connections; NULL where it does not tell. */
const told = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => null);
const firstLent = told === null ? null : Number(told.trim().split(/\s+/)[0]);

describe('a free port', () => {
  it('can be listened on, and none is given twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort));
    expect(new Set(ports).size).toBe(50);
    for (const port of ports) {
      const server = createServer().listen(port, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
    }
  });

  it.runIf(firstLent === 32_768)(
    'is none that an outgoing connection could take while its server is away',
    async () => {
      for (const port of await Promise.all(Array.from({ length: 50 }, freePort))) expect(port).toBeLessThan(32_768);
    },
  );
});
