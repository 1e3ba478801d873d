import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { CannotListen } from './cannot-listen.ts';

export interface RunningApi {
  /** Base address for this machine, without a slash at the end. */
  url: string;
  /** Takes no new connection, lets answers under way finish until `deadlineMs`, then cuts them. May be called twice. */
  stop(deadlineMs: number): Promise<void>;
}

/** Longer than the 60 s for which nginx and most proxies keep an idle connection, so that it is they who close it. */
const KEEP_ALIVE_MS = 65_000;

/** Listens. Port 0 takes a free one. Rejects with `CannotListen` when it cannot be had. */
export async function startApi(
  app: { fetch(request: Request, env: unknown): Response | Promise<Response> },
  { host, port }: { host: string; port: number },
): Promise<RunningApi> {
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
  }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  let stopping: Promise<void> | null = null;
  // A connection kept alive by its client would otherwise hold the server open after its last answer.
  server.on('request', (_, response) => {
    response.once('close', () => {
      if (stopping !== null) server.closeIdleConnections();
    });
  });
  await listen(server, host, port);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${reachable(host)}:${actualPort}`,
    stop: (deadlineMs) => {
      stopping ??= close(server, deadlineMs);
      return stopping;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'порт занят другой программой; остановите её или задайте другой PORT'
          : `${error.message}; проверьте HOST и PORT`;
      reject(new CannotListen(`API не может слушать ${host}:${port}: ${why}`, error));
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function close(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** An address of all interfaces is no address to call. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
