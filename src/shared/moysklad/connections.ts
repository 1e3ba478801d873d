import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

/** МойСклад asks not to reuse a connection that was idle for 30 s or carried 100 requests: it answers 500 then. */
const IDLE_MS = 20_000;
const REQUESTS_PER_CONNECTION = 90;

/** Keep-alive agents for got: a connection per request gets a client banned, so they are kept, but not for ever. */
export function createConnections(parallel: number, idleMs = IDLE_MS) {
  const options = { keepAlive: true, maxSockets: parallel, maxFreeSockets: parallel, timeout: idleMs };
  const agent = { http: retiring(new http.Agent(options)), https: retiring(new https.Agent(options)) };
  return {
    agent,
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

function retiring<Agent extends http.Agent>(agent: Agent): Agent {
  const carried = new WeakMap<Duplex, number>();
  // Node's own keeps the socket alive and answers true; types say void, so both are taken for "keep".
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean | undefined;
  const decide = (socket: Duplex): boolean => {
    const requests = (carried.get(socket) ?? 0) + 1;
    carried.set(socket, requests);
    return requests < REQUESTS_PER_CONNECTION && keep(socket) !== false;
  };
  return Object.assign(agent, { keepSocketAlive: decide });
}
