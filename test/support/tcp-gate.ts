import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../src/shared/db/free-port.ts';

/** A way to a server that a test can shut and open again under the same address. */
export interface TcpGate {
  /** The server's address, by way of the gate. */
  url: string;
  /** `refuses`: every connection is cut and none is taken. `hangs`: what is there stays, and nothing comes through. */
  shut(way: 'refuses' | 'hangs'): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** A gate on a port of its own, open. */
export async function openTcpGate(url: string): Promise<TcpGate> {
  const target = new URL(url);
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let hangs = false;

  function pass(client: Socket): void {
    const upstream = createConnection({ host: target.hostname, port: Number(target.port) });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('data', (data) => void (hangs || other.destroyed || other.write(data)));
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }

  async function listen(): Promise<void> {
    server = createServer(pass).listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  async function cut(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    const closing = server;
    server = null;
    if (closing !== null) await new Promise((resolve) => closing.close(resolve));
  }

  await listen();
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.toString(),
    async shut(way) {
      if (way === 'refuses') return cut();
      hangs = true;
    },
    async open() {
      if (hangs) {
        hangs = false;
        // Half of a conversation is lost: nobody could go on with it.
        for (const socket of sockets) socket.destroy();
      }
      if (server === null) await listen();
    },
    close: cut,
  };
}
