import type { IncomingMessage } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import { faultAnswer } from './fault-answers.ts';
import type { Fault, Faults } from './faults.ts';

export type System = Fault['system'];

export interface Traffic {
  total: number;
  /** By status code; `dropped` are requests whose connection was cut. */
  byStatus: Record<string, number>;
}

type Env = { Bindings: { incoming: IncomingMessage } };

interface Deps {
  system: System;
  faults: Faults;
  traffic: Traffic;
  /** Told of every answer that a fault gave in the system's name. */
  onFault?: (method: string, path: string, response: Response) => Promise<void>;
  /** Waits, or returns at once when the server closes. */
  sleep(ms: number): Promise<void>;
}

/** Counts every request of a system and lets the faults strike it before or after its handler. */
export function createTraffic({ system, faults, traffic, sleep, onFault }: Deps): MiddlewareHandler<Env> {
  const count = (status: string) => {
    traffic.byStatus[status] = (traffic.byStatus[status] ?? 0) + 1;
  };
  return async (c, next) => {
    traffic.total += 1;
    const cut = () => {
      count('dropped');
      c.env.incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    };
    const struck = faults.strike({ system, method: c.req.method, path: decoded(c.env.incoming.url ?? '') });
    const last = struck.at(-1);
    for (const fault of struck) if (fault.kind === 'latency') await sleep(fault.ms ?? 1000);
    switch (last?.kind) {
      case 'drop-before':
        return cut();
      case 'drop-after':
        await next();
        // The handler has done its work; what is lost is the answer.
        c.res = undefined;
        return cut();
      case 'status':
      case 'down':
      case 'html': {
        const response = faultAnswer(last);
        if (last.after) {
          await next();
          // What the handler answered goes, headers and all.
          c.res = undefined;
          c.res = response;
        }
        count(String(response.status));
        await onFault?.(c.req.method, c.req.path, response);
        return response;
      }
      default:
        await next();
        count(String(c.res.status));
        return;
    }
  };
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll('+', ' '));
  } catch {
    return url;
  }
}
